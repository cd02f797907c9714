// Fires the same event in several ways, as often as each line of standard input says ("usdtpp 1000"), and answers with
// the nanoseconds that one took.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>
#include <usdtpp/usdtpp.hpp>
#if defined(WITH_LTTNG)
#include "lttng_provider.hpp"
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
    };
    std::string way;
    for (long count; std::cin >> way >> count;) {
        std::printf("%.3f\n", ways.at(way)(count));
        std::fflush(stdout);
    }
}
