// Fires the same event in several ways, as often as each line of standard input says ("usdtpp 1000"), and answers with
// the nanoseconds that one took.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>
#include <usdtpp/usdtpp.hpp>
#if defined(WITH_LTTNG)
#include "lttng_provider.hpp"
#endif
#if defined(WITH_ATTACH)
#include <thread>

#include <usdtpp/recorder.hpp>
#endif

extern "C" {
__attribute__((section(".probes"), used)) unsigned short theirs_request_semaphore;

// What there would be to trace without any probe, at its entry and its exit.
__attribute__((noinline)) long handle_request(const char* id, long start, long duration) {
    asm volatile("" ::"r"(id), "r"(start), "r"(duration) : "memory");
    return duration;
}
}

namespace {

void by_nothing(const char* id, long start, long duration) {
    asm volatile("" ::"r"(id), "r"(start), "r"(duration) : "memory");
}
void by_usdtpp(const char* id, long start, long duration) {
    PROBE(ours, request, id, start, duration);
}
void by_sys_sdt(const char* id, long start, long duration) {
    DTRACE_PROBE3(theirs, request, id, start, duration);
}
void by_function(const char* id, long start, long duration) {
    handle_request(id, start, duration);
}
#if defined(WITH_LTTNG)
void by_lttng_ust(const char* id, long start, long duration) {
    lttng_ust_tracepoint(bench, request, id, start, duration);
}
#endif

template <void fire(const char*, long, long)>
double nanoseconds_for_one(long count) {
    static char ids[8][24];
    for (int i = 0; i != 8; ++i) {
        std::snprintf(ids[i], sizeof ids[i], "request-%012d", i); // 20 characters
    }
    const auto start = std::chrono::steady_clock::now();
    for (long i = 0; i != count; ++i) {
        fire(ids[i & 7], i, i & 1023);
    }
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    return took.count() / static_cast<double>(count);
}

#if defined(WITH_ATTACH)
// Recorded, as in the long run: each page of the ring has been written to before.
double nanoseconds_recorded(long count) {
    usdtpp::recorder recorder("ours:request");
    const auto drain = [&] { return recorder.drain([](const usdtpp::recorded_event&) {}); };
    for (int i = 0; i != 3; ++i) {
        nanoseconds_for_one<by_usdtpp>(count);
        drain();
    }
    const auto took = nanoseconds_for_one<by_usdtpp>(count);
    if (drain() != static_cast<std::uint64_t>(count) || recorder.dropped() != 0) {
        throw std::runtime_error("the recorder dropped events: its figure would be too good");
    }
    return took;
}
// By each of two threads at once, into rings that they have been through once.
double nanoseconds_recorded_by_two(long count) {
    double took[2] = {};
    usdtpp::recorder_options options;
    options.ring_size = std::size_t{1} << 18;
    options.when_full = usdtpp::when_full::overwrite;
    usdtpp::recorder recorder("ours:request", options);
    const auto fire = [&](int which) {
        for (int i = 0; i != 2; ++i) {
            nanoseconds_for_one<by_usdtpp>(count / 2);
        }
        took[which] = nanoseconds_for_one<by_usdtpp>(count / 2);
    };
    std::thread other(fire, 1);
    fire(0);
    other.join();
    return (took[0] + took[1]) / 2;
}
// A handler that does what bpftrace's script does at least: it reads the arguments, and counts.
double nanoseconds_handled(long count) {
    std::uint64_t sum = 0;
    std::uint64_t events = 0;
    const auto attached = usdtpp::attach("ours:request", [&](const usdtpp::event& event) {
        sum += event[0].as<std::string_view>().size() + event[1].bits() + event[2].bits();
        ++events;
    });
    const auto took = nanoseconds_for_one<by_usdtpp>(count);
    if (events != static_cast<std::uint64_t>(count) || sum == 0) {
        throw std::runtime_error("the handler missed events: its figure would be too good");
    }
    return took;
}
#endif

} // namespace

int main() {
    const std::map<std::string, double (*)(long)> ways = {
        {"nothing", nanoseconds_for_one<by_nothing>},
        {"usdtpp", nanoseconds_for_one<by_usdtpp>},
        {"sys_sdt", nanoseconds_for_one<by_sys_sdt>},
        {"function", nanoseconds_for_one<by_function>},
#if defined(WITH_LTTNG)
        {"lttng_ust", nanoseconds_for_one<by_lttng_ust>},
#endif
#if defined(WITH_ATTACH)
        {"recorder", nanoseconds_recorded},
        {"recorder_two_threads", nanoseconds_recorded_by_two},
        {"handler", nanoseconds_handled},
#endif
    };
    std::string way;
    for (long count; std::cin >> way >> count;) {
        std::printf("%.3f\n", ways.at(way)(count));
        std::fflush(stdout);
    }
}
