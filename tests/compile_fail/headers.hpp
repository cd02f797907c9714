// The library's headers, and how strictly they are compiled.
#ifndef USDTPP_TESTS_COMPILE_FAIL_HEADERS_HPP
#define USDTPP_TESTS_COMPILE_FAIL_HEADERS_HPP

#include <string>

#include "toolchain.hpp"

// Their paths, in order: those that users include, and those in detail/.
support::flags public_headers();
support::flags headers_of_the_machinery();

// With every warning, and each an error.
support::result compile_strictly(const std::string& standard, const support::flags& more);

// Checks that each compiles alone, in C++17.
void check_alone(const support::flags& headers);

#endif
