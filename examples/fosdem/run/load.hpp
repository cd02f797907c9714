// The load: clients that send GET /load, each on a connection and a thread of its own.
#ifndef USDTPP_EXAMPLES_FOSDEM_RUN_LOAD_HPP
#define USDTPP_EXAMPLES_FOSDEM_RUN_LOAD_HPP

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "latency.hpp"
#include "settings.hpp"

namespace fosdem::run {

struct load_result {
    std::int64_t answered = 0; // with status 200 and the right body
    std::int64_t failed = 0;
    std::int64_t unsent = 0; // open loop: planned, but no client was free until the time was over
    std::string failure;     // the first one
    latencies took;          // of the answered ones; open loop: from when they should have been sent
    double seconds = 0;      // from the first request to the last answer
};

class load {
public:
    // Opens the connections, with a GET /health each, so that no latency has that in it.
    load(const std::string& host, int port, const settings& chosen);
    load(const load&) = delete;
    load& operator=(const load&) = delete;
    ~load(); // breaks off what is still under way

    void start();

    // How far it is.
    bool done() const noexcept {
        return running_ == 0;
    }
    std::int64_t answered() const noexcept {
        return answered_;
    }
    std::int64_t failed() const noexcept {
        return failed_;
    }

    // When it is done.
    load_result result();

private:
    using clock = std::chrono::steady_clock;
    struct client;

    void closed_loop(client& self);
    void open_loop(client& self);
    bool request(client& self, clock::time_point intended); // whether it was answered

    const settings& chosen_;
    clock::time_point start_;
    clock::time_point end_;
    std::atomic<std::int64_t> next_{0}; // open loop: the next request to send
    std::atomic<std::int64_t> answered_{0};
    std::atomic<std::int64_t> failed_{0};
    std::atomic<int> running_{0};
    std::atomic<bool> broken_off_{false};
    std::vector<std::unique_ptr<client>> clients_;
};

} // namespace fosdem::run

#endif
