// Closed and open loop.
#include "load.hpp"

#include <algorithm>
#include <cmath>
#include <thread>

#include <httplib.h>

namespace fosdem::run {
namespace {

using std::chrono::nanoseconds;

// More would not help: the server has fewer cores than that, and waiting for a free client counts as latency.
constexpr int most_open_loop_clients = 256;

nanoseconds in_nanoseconds(settings::seconds duration) {
    return std::chrono::duration_cast<nanoseconds>(duration);
}

std::size_t clients_for(const settings& chosen) {
    if (chosen.rate == 0) {
        return static_cast<std::size_t>(chosen.clients);
    }
    const double at_once = std::ceil(chosen.rate * chosen.timeout.count());
    return static_cast<std::size_t>(std::clamp<double>(at_once, 1, most_open_loop_clients));
}

} // namespace

struct load::client {
    client(const std::string& host, int port, nanoseconds timeout) : http(host, port) {
        http.set_keep_alive(true);
        http.set_tcp_nodelay(true);
        http.set_connection_timeout(timeout);
        http.set_read_timeout(timeout);
        http.set_write_timeout(timeout);
    }

    httplib::Client http;
    load_result result;
    std::thread thread;
};

load::load(const std::string& host, int port, const settings& chosen) : chosen_(chosen) {
    for (std::size_t count = clients_for(chosen); count != 0; --count) {
        clients_.push_back(std::make_unique<client>(host, port, in_nanoseconds(chosen.timeout)));
        clients_.back()->http.Get("/health");
    }
}

void load::start() {
    const auto run = chosen_.rate == 0 ? &load::closed_loop : &load::open_loop;
    start_ = clock::now();
    end_ = start_ + in_nanoseconds(chosen_.duration);
    for (const auto& each : clients_) {
        each->thread = std::thread([this, run, &self = *each] {
            (this->*run)(self);
            self.result.seconds = std::chrono::duration<double>(clock::now() - start_).count();
            --running_;
        });
        ++running_;
    }
}

load::~load() {
    broken_off_ = true;
    while (!done()) {
        for (const auto& each : clients_) {
            each->http.stop(); // a request that is being waited for fails
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    for (const auto& each : clients_) {
        if (each->thread.joinable()) {
            each->thread.join();
        }
    }
}

void load::closed_loop(client& self) {
    for (auto now = clock::now(); now < end_ && !broken_off_; now = clock::now()) {
        if (!request(self, now)) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10)); // a server that is gone fails them in no time
        }
    }
}

void load::open_loop(client& self) {
    for (;;) {
        const nanoseconds planned(std::llround(static_cast<double>(next_++) * 1e9 / chosen_.rate));
        const auto intended = start_ + planned;
        if (intended >= end_) {
            return;
        }
        for (auto now = clock::now(); now < intended && !broken_off_; now = clock::now()) {
            std::this_thread::sleep_until(std::min(intended, now + std::chrono::milliseconds(100)));
        }
        if (broken_off_ || clock::now() > end_ + chosen_.timeout) {
            ++self.result.unsent;
        } else {
            request(self, intended);
        }
    }
}

bool load::request(client& self, clock::time_point intended) {
    const auto response = self.http.Get("/load");
    const auto took = clock::now() - intended;
    if (response && response->status == 200 && response->body == "Hello World\n") {
        self.result.took.push_back(nanoseconds(took).count());
        ++answered_;
        return true;
    }
    ++failed_;
    if (self.result.failure.empty()) {
        self.result.failure = response ? "answered with status " + std::to_string(response->status)
                                       : httplib::to_string(response.error());
    }
    return false;
}

load_result load::result() {
    load_result all;
    all.answered = answered_;
    all.failed = failed_;
    for (const auto& each : clients_) {
        const auto& one = each->result;
        all.took.insert(all.took.end(), one.took.begin(), one.took.end());
        all.unsent += one.unsent;
        all.seconds = std::max(all.seconds, one.seconds);
        if (all.failure.empty()) {
            all.failure = one.failure;
        }
    }
    return all;
}

} // namespace fosdem::run
