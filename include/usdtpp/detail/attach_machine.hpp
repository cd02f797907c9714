// What attaching takes of a processor: its registers and how notes name them, its nop and its breakpoint, a signal's
// context; and with USDTPP_DETAIL_HAS_JUMPS, the code between a site and its handlers.
#ifndef USDTPP_DETAIL_ATTACH_MACHINE_HPP
#define USDTPP_DETAIL_ATTACH_MACHINE_HPP

// Sanitizers and profilers put calls into a function that know nothing of registers: with them, vector registers are
// saved always.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define USDTPP_DETAIL_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define USDTPP_DETAIL_SANITIZED
#endif
#endif
#if defined(__SANITIZE_THREAD__)
#define USDTPP_DETAIL_THREAD_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define USDTPP_DETAIL_THREAD_SANITIZED 1
#endif
#endif
#if defined(__clang__)
#define USDTPP_DETAIL_UNSANITIZED                                                                                      \
    __attribute__((disable_sanitizer_instrumentation, no_sanitize("address", "thread", "memory", "undefined")))
#else
#define USDTPP_DETAIL_UNSANITIZED                                                                                      \
    __attribute__((no_sanitize("address"), no_sanitize("thread"), no_sanitize("undefined")))
#endif

#if defined(__x86_64__) && defined(__LP64__)
#include <usdtpp/detail/attach_x86_64.hpp>
#elif defined(__aarch64__) && defined(__LP64__)
#include <usdtpp/detail/attach_aarch64.hpp>
#else
#error "usdtpp: <usdtpp/attach.hpp> knows x86-64 and aarch64 only"
#endif

#endif
