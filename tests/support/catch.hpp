// Catch2, version 2 or 3, and a way to skip that CTest reports as skipped.
#ifndef USDTPP_TESTS_SUPPORT_CATCH_HPP
#define USDTPP_TESTS_SUPPORT_CATCH_HPP

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <initializer_list>
#include <string>

namespace support {

// Why one of these programs cannot be run; empty where all can.
std::string why_missing(std::initializer_list<std::string> programs);

// Says why on standard output. Under CTest, where each test case is a process of its own, it ends that process with the
// exit status that means skipped; elsewhere it warns and returns, and the test case must return too.
void skipped(const std::string& reason);

} // namespace support

#define SKIP_UNLESS(condition, reason)                                                                                 \
    do {                                                                                                               \
        if (!(condition)) {                                                                                            \
            ::support::skipped(reason);                                                                                \
            return;                                                                                                    \
        }                                                                                                              \
    } while (false)

// A reason, empty where there is none.
#define SKIP_FOR(reason)                                                                                               \
    do {                                                                                                               \
        const std::string skip_reason_ = reason;                                                                       \
        SKIP_UNLESS(skip_reason_.empty(), skip_reason_);                                                               \
    } while (false)

// Names of programs.
#define SKIP_WITHOUT(...) SKIP_FOR(::support::why_missing({__VA_ARGS__}))

#endif
