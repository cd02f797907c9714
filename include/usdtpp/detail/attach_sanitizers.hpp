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

// Code that runs while the vector registers are those of the program: whatever flag puts calls into functions, or
// clears registers at their end, it leaves these alone. -finstrument-functions and -pg, -fsanitize-coverage,
// -fprofile-generate, -fxray-instrument, -fzero-call-used-regs, -fstack-protector-all; where a compiler knows the
// attribute.
#if __has_attribute(no_sanitize_coverage)
#define USDTPP_DETAIL_WITHOUT_COVERAGE , no_sanitize_coverage
#elif defined(__clang__) && __clang_major__ >= 13
#define USDTPP_DETAIL_WITHOUT_COVERAGE , no_sanitize("coverage")
#else
#define USDTPP_DETAIL_WITHOUT_COVERAGE
#endif
#if __has_attribute(no_profile_instrument_function)
#define USDTPP_DETAIL_WITHOUT_PROFILE , no_profile_instrument_function
#else
#define USDTPP_DETAIL_WITHOUT_PROFILE
#endif
#if __has_attribute(xray_never_instrument)
#define USDTPP_DETAIL_WITHOUT_XRAY , xray_never_instrument
#else
#define USDTPP_DETAIL_WITHOUT_XRAY
#endif
#if __has_attribute(zero_call_used_regs)
#define USDTPP_DETAIL_WITHOUT_ZEROING , zero_call_used_regs("skip")
#else
#define USDTPP_DETAIL_WITHOUT_ZEROING
#endif
#if __has_attribute(no_stack_protector)
#define USDTPP_DETAIL_WITHOUT_PROTECTOR , no_stack_protector
#else
#define USDTPP_DETAIL_WITHOUT_PROTECTOR
#endif
#define USDTPP_DETAIL_UNINSTRUMENTED                                                                                   \
    __attribute__((no_instrument_function USDTPP_DETAIL_WITHOUT_COVERAGE USDTPP_DETAIL_WITHOUT_PROFILE                 \
                       USDTPP_DETAIL_WITHOUT_XRAY USDTPP_DETAIL_WITHOUT_ZEROING USDTPP_DETAIL_WITHOUT_PROTECTOR))

#endif
