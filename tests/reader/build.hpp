// Programs for the reader to read, where it does not matter which compiler makes them: g++ does.
#ifndef USDTPP_TESTS_READER_BUILD_HPP
#define USDTPP_TESTS_READER_BUILD_HPP

#include <string>

#include "catch.hpp"
#include "toolchain.hpp"

// Of a source of this project; returns `output`. Without g++, the test fails.
inline std::string build(const std::string& source, const std::string& output, const support::flags& more = {}) {
    support::flags command = {
        "g++", "-std=c++17", "-O1", "-I" + support::project_file("include"), support::project_file(source),
        "-o",  output};
    command.insert(command.end(), more.begin(), more.end());
    const auto done = support::run(command);
    INFO(done.errors);
    REQUIRE(done.status == 0);
    return output;
}

// Why g++ compiles nothing for 32 bits; empty if it does.
inline std::string why_no_32_bits() {
    return support::has_library("g++", "32/libstdc++.a") ? "" : "lib32stdc++-dev of this g++ is not installed";
}

// tests/cases/reader/small.cpp needs nothing of the system's.
inline std::string build_small(const std::string& output, const support::flags& more = {}) {
    support::flags all = {"-nostdlib", "-static"};
    all.insert(all.end(), more.begin(), more.end());
    return build("tests/cases/reader/small.cpp", output, all);
}

#endif
