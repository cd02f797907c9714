// Catch2, version 2 or 3, and a way to skip that CTest reports as skipped.
#ifndef USDTPP_TESTS_SUPPORT_CATCH_HPP
#define USDTPP_TESTS_SUPPORT_CATCH_HPP

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <string>

namespace support {

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

#endif
