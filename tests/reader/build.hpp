// Programs for the reader to read, where it does not matter which compiler makes them: g++ does.
#ifndef USDTPP_TESTS_READER_BUILD_HPP
#define USDTPP_TESTS_READER_BUILD_HPP

#include <string>

#include "catch.hpp"
#include "support/files.hpp"
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
    support::temporary_directory directory;
    support::write_file(directory.file("empty.cpp"), "#include <cstddef>\n");
    const auto done = support::run({"g++", "-m32", "-c", directory.file("empty.cpp"), "-o", directory.file("empty.o")});
    return done.status == 0 ? "" : "g++ cannot compile for 32 bits: install lib32stdc++-dev of this g++";
}

// tests/cases/reader/small.cpp needs nothing of the system's.
inline std::string build_small(const std::string& output, const support::flags& more = {}) {
    support::flags all = {"-nostdlib", "-static"};
    all.insert(all.end(), more.begin(), more.end());
    return build("tests/cases/reader/small.cpp", output, all);
}

#endif
