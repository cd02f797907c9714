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
    try {
        return tool::bpftrace_script(tool::open_target(std::to_string(server.pid())), events);
    } catch (const std::exception&) {
        // Ctrl-C ends the server too, perhaps before this process hears of it.
        for (int i = 0; i != 10; ++i) {
            std::this_thread::sleep_for(milliseconds(10));
            check_signals();
        }
        throw;
    }
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

} // namespace

std::string missing_for_tracer() {
    if (::geteuid() != 0) {
        return "root is missing: run it as root, for instance with sudo";
    }
    if (support::find_program("bpftrace").empty()) {
        return "bpftrace is missing: install it";
    }
    return "";
}

std::string tracer_version() {
    return words_of(support::run({"bpftrace", "--version"}).output);
}

tracer::tracer(const server_process& server)
    : child_({"bpftrace", "-q", "-p", std::to_string(server.pid()), "-e", script_for(server)}, with_large_buffers()) {
    const auto deadline = clock::now() + seconds(60);
    while (events_.pairs().before == 0) {
        check_signals();
        if (child_.at_end() || clock::now() > deadline) {
            child_.signal(SIGKILL);
            child_.wait(seconds(10));
            throw std::runtime_error("bpftrace does not attach: " + words_of(child_.error_output()));
        }
        if (!server.is_healthy()) {
            throw std::runtime_error("the server does not answer GET /health while bpftrace attaches");
        }
        read(milliseconds(100));
    }
}

void tracer::count_from_now() noexcept {
    // The server takes its timestamps from the same clock.
    events_.count_from(std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count());
}

void tracer::read(milliseconds time) {
    const auto deadline = clock::now() + time;
    while (const auto line = child_.read_line(std::chrono::ceil<milliseconds>(deadline - clock::now()))) {
        events_.add(*line);
    }
    std::this_thread::sleep_until(child_.at_end() ? deadline : clock::now());
}

std::string tracer::stop() {
    const auto deadline = clock::now() + seconds(60);
    for (auto next = clock::now(); !child_.at_end() && clock::now() < deadline;) {
        check_signals();
        // bpftrace 0.17 forgets a signal that comes while it prints; once its END has run, a second one would kill it.
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

} // namespace fosdem::run
