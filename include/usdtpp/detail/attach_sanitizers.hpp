// What attaching asks of compilers: functions that sanitizers leave alone, and symbols that stay in their object.
#ifndef USDTPP_DETAIL_ATTACH_SANITIZERS_HPP
#define USDTPP_DETAIL_ATTACH_SANITIZERS_HPP

// Each executable or shared object has an engine of its own, with threads and sites of its own, whatever the version
// and the flags that it was compiled with. So the dynamic linker must not have one object use a function or a variable
// of another's: all of namespace usdtpp::detail::attach are hidden.
#if defined(__ELF__)
#define USDTPP_DETAIL_HIDDEN __attribute__((visibility("hidden")))
#else
#define USDTPP_DETAIL_HIDDEN
#endif

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

#endif
