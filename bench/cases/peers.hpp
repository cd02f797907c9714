// What stands for "fire this" in cases.cpp: for usdtpp, and for each thing that people would use instead. -DPEER_...
// chooses; BENCH_PEER is its name.
//
//     FIRE(name, arguments...)              fires, with integers for arguments
//     FIRE_IF_ENABLED(name, arguments...)   asks first whether anybody watches
#ifndef USDTPP_BENCH_PEERS_HPP
#define USDTPP_BENCH_PEERS_HPP

#include <atomic>

#include "cases.hpp"

// The names of all probes, for those who want a variable for each.
#define BENCH_FOR_EACH_NAME(DO)                                                                                        \
    DO(zero) DO(one) DO(three) DO(six) DO(twelve) DO(memory) DO(guarded) DO(accumulate) DO(element) DO(row) DO(live)

// The number of arguments behind the name.
#define BENCH_COUNT(...) BENCH_COUNT_(__VA_ARGS__, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
#define BENCH_COUNT_(name, a, b, c, d, e, f, g, h, i, j, k, l, count, ...) count
#define BENCH_JOIN(a, b) BENCH_JOIN_(a, b)
#define BENCH_JOIN_(a, b) a##b

#if defined(PEER_NOTHING)
#define BENCH_PEER nothing
#define FIRE(...) static_cast<void>(0)
#define FIRE_IF_ENABLED(...) static_cast<void>(0)

#elif defined(PEER_USDTPP)
#include <usdtpp/usdtpp.hpp>
#define BENCH_PEER usdtpp
#define FIRE(...) PROBE(bench, __VA_ARGS__)
#define FIRE_IF_ENABLED(...) PROBE_IF_ENABLED(bench, __VA_ARGS__)

#elif defined(PEER_SYS_SDT)
#define BENCH_PEER sys_sdt
#define _SDT_HAS_SEMAPHORES 1
#define SDT_USE_VARIADIC 1
#include <sys/sdt.h>
#define BENCH_SEMAPHORE(name)                                                                                          \
    extern "C" {                                                                                                       \
    __attribute__((section(".probes"), used)) unsigned short theirs_##name##_semaphore;                                \
    }
BENCH_FOR_EACH_NAME(BENCH_SEMAPHORE)
#define FIRE(...) STAP_PROBEV(theirs, __VA_ARGS__)
#define FIRE_IF_ENABLED(name, ...)                                                                                     \
    do {                                                                                                               \
        if (__builtin_expect(*const_cast<volatile unsigned short*>(&theirs_##name##_semaphore), 0)) {                  \
            STAP_PROBEV(theirs, name, __VA_ARGS__);                                                                    \
        }                                                                                                              \
    } while (false)

#elif defined(PEER_LTTNG)
#include "lttng_provider.hpp"
#define BENCH_PEER lttng_ust
// Its tracepoints are declared beforehand, here one for each number of arguments. It has ten at the most.
#define FIRE(...) BENCH_JOIN(BENCH_LTTNG_, BENCH_COUNT(__VA_ARGS__))(__VA_ARGS__)
#define BENCH_LTTNG_0(name) lttng_ust_tracepoint(bench, arguments_0)
#define BENCH_LTTNG_1(name, ...) lttng_ust_tracepoint(bench, arguments_1, __VA_ARGS__)
#define BENCH_LTTNG_2(name, ...) lttng_ust_tracepoint(bench, arguments_2, __VA_ARGS__)
#define BENCH_LTTNG_3(name, ...) lttng_ust_tracepoint(bench, arguments_3, __VA_ARGS__)
#define BENCH_LTTNG_6(name, ...) lttng_ust_tracepoint(bench, arguments_6, __VA_ARGS__)
#define FIRE_IF_ENABLED(name, ...)                                                                                     \
    do {                                                                                                               \
        if (lttng_ust_tracepoint_enabled(bench, arguments_3)) {                                                        \
            lttng_ust_do_tracepoint(bench, arguments_3, __VA_ARGS__);                                                  \
        }                                                                                                              \
    } while (false)

#elif defined(PEER_FLAG)
#define BENCH_PEER flag
// What people write themselves: a flag, and a function that is called while it is set.
namespace bench {
inline std::atomic<bool> enabled{false};
template <class... Arguments>
__attribute__((noinline, cold)) void fire(Arguments... arguments) {
    (keep(arguments), ...);
}
} // namespace bench
#define FIRE(name, ...)                                                                                                \
    do {                                                                                                               \
        if (bench::enabled.load(std::memory_order_relaxed)) {                                                          \
            bench::fire(__VA_ARGS__);                                                                                  \
        }                                                                                                              \
    } while (false)
#define FIRE_IF_ENABLED FIRE

#elif defined(PEER_SPDLOG)
#include <spdlog/spdlog.h>
#define BENCH_PEER spdlog
// Below its level, which is `info` where nobody changes it.
#define FIRE(...) BENCH_JOIN(BENCH_SPDLOG_, BENCH_COUNT(__VA_ARGS__))(__VA_ARGS__)
#define BENCH_SPDLOG_0(name) ::spdlog::debug(#name)
#define BENCH_SPDLOG_1(name, ...) ::spdlog::debug(#name " {}", __VA_ARGS__)
#define BENCH_SPDLOG_2(name, ...) ::spdlog::debug(#name " {} {}", __VA_ARGS__)
#define BENCH_SPDLOG_3(name, ...) ::spdlog::debug(#name " {} {} {}", __VA_ARGS__)
#define BENCH_SPDLOG_6(name, ...) ::spdlog::debug(#name " {} {} {} {} {} {}", __VA_ARGS__)
#define BENCH_SPDLOG_12(name, ...) ::spdlog::debug(#name " {} {} {} {} {} {} {} {} {} {} {} {}", __VA_ARGS__)
#define FIRE_IF_ENABLED(...)                                                                                           \
    do {                                                                                                               \
        if (::spdlog::should_log(::spdlog::level::debug)) {                                                            \
            FIRE(__VA_ARGS__);                                                                                         \
        }                                                                                                              \
    } while (false)

#elif defined(PEER_FUNCTIONS)
// Compiled with an option that makes every function's entry and exit a place to trace.
#define BENCH_PEER PEER_FUNCTIONS
#define FIRE(...) static_cast<void>(0)
#define FIRE_IF_ENABLED(...) static_cast<void>(0)

#else
#error "define PEER_... for one of the peers"
#endif

#endif
