// Attaching for certain, and losing nothing.
#include "tracer.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include <unistd.h>

#include "interrupt.hpp"
#if defined(FOSDEM_RUN_WRITES_SCRIPT)
#include "tools/commands.hpp"
#else
#include "events_script.hpp"
#endif

namespace fosdem::run {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::seconds;
using support::milliseconds;

// The pages of the tracer's buffer for each CPU, 64 MiB in all, so that it may fall behind for seconds; a power of two.
support::start_options with_large_buffers() {
    support::start_options options;
    if (std::getenv("BPFTRACE_PERF_RB_PAGES") == nullptr) {
        unsigned pages = 16384;
        for (auto cores = std::thread::hardware_concurrency(); cores > 1 && pages > 64; cores = (cores + 1) / 2) {
            pages /= 2;
        }
        options.environment = {{"BPFTRACE_PERF_RB_PAGES", std::to_string(pages)}};
    }
    return options;
}

std::string script_for([[maybe_unused]] const server_process& server) {
#if defined(FOSDEM_RUN_WRITES_SCRIPT)
    tool::script_options events;
    events.probes = {"fosdem:request_start", "fosdem:request_end"};
    events.as_json = true;
    return tool::bpftrace_script(tool::open_target(std::to_string(server.pid())), events);
#else
    return events_script;
#endif
}

// As one line.
std::string words_of(std::string text) {
    while (!text.empty() && text.back() == '\n') {
        text.pop_back();
    }
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

// With the script that `usdtpp bpftrace --json` writes; without libelf with events.bt.
class bpftrace_tracer final : public tracer {
public:
    explicit bpftrace_tracer(const server_process& server)
        : child_({"bpftrace", "-q", "-p", std::to_string(server.pid()), "-e", script_for(server)},
                 with_large_buffers()) {
        await_first(server, [&]() -> std::string {
            if (!child_.at_end() && clock::now() < deadline_) {
                return "";
            }
            child_.signal(SIGKILL);
            child_.wait(seconds(10));
            return "bpftrace does not attach: " + words_of(child_.error_output());
        });
    }

    std::string stop() override {
        const auto deadline = clock::now() + seconds(60);
        for (auto next = clock::now(); !child_.at_end() && clock::now() < deadline;) {
            check_signals();
            // bpftrace 0.17 forgets a signal that comes while it prints; once its END has run, a second one would kill
            // it.
            if (clock::now() >= next && !events_.complete()) {
                child_.signal(SIGINT);
                next = clock::now() + seconds(5);
            }
            read(milliseconds(10));
        }
        const auto done = child_.wait(seconds(1));
        if (!done || done->status != 0 || !events_.complete()) {
            return "bpftrace did not end well: " + words_of(child_.error_output());
        }
        return "";
    }

    std::string version() const override {
        return words_of(support::run({"bpftrace", "--version"}).output);
    }

private:
    std::optional<std::string> read_line(milliseconds timeout) override {
        return child_.read_line(timeout);
    }
    bool at_end() const noexcept override {
        return child_.at_end();
    }

    support::process child_; // killed when this object goes away
    clock::time_point deadline_ = clock::now() + seconds(60);
};

// The server, started with --trace, prints its events itself.
class inside_tracer final : public tracer {
public:
    explicit inside_tracer(server_process& server) : server_(server) {
        await_first(server, [deadline = clock::now() + seconds(10)]() -> std::string {
            return clock::now() < deadline ? "" : "the server does not print its events";
        });
    }

    std::string stop() override {
        server_.stop();
        while (const auto line = server_.read_line(milliseconds(0))) {
            events_.add(*line);
        }
        return events_.complete() ? "" : "the server did not print how many events there were";
    }

    std::string version() const override {
        return "from inside";
    }

private:
    std::optional<std::string> read_line(milliseconds timeout) override {
        return server_.read_line(timeout);
    }
    bool at_end() const noexcept override {
        return server_.at_end();
    }

    server_process& server_;
};

} // namespace

std::string missing_for(const std::string& scenario) {
#if !defined(FOSDEM_RUN_TRACES_INSIDE)
    if (scenario == "inproc") {
        return "the server was built without libelf: install libelf-dev, and build it again";
    }
#endif
    if (scenario == "usdt" && ::geteuid() != 0) {
        return "root is missing: run it as root, for instance with sudo";
    }
    if (scenario == "usdt" && support::find_program("bpftrace").empty()) {
        return "bpftrace is missing: install it";
    }
    return "";
}

std::unique_ptr<tracer> start_tracer(const std::string& scenario, server_process& server) {
    if (scenario == "usdt") {
        return std::make_unique<bpftrace_tracer>(server);
    }
    return scenario == "inproc" ? std::make_unique<inside_tracer>(server) : nullptr;
}

void tracer::await_first(const server_process& server, const std::function<std::string()>& why_not) {
    while (events_.pairs().before == 0) {
        check_signals();
        if (const auto problem = why_not(); !problem.empty()) {
            throw std::runtime_error(problem);
        }
        if (!server.is_healthy()) {
            throw std::runtime_error("the server does not answer GET /health while the tracer attaches");
        }
        read(milliseconds(100));
    }
}

void tracer::read(milliseconds time) {
    const auto deadline = clock::now() + time;
    while (const auto line = read_line(std::chrono::ceil<milliseconds>(deadline - clock::now()))) {
        events_.add(*line);
    }
    std::this_thread::sleep_until(at_end() ? deadline : clock::now());
}

void tracer::count_from_now() noexcept {
    // The server takes its timestamps from the same clock.
    events_.count_from(std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
}

} // namespace fosdem::run
