// The tool, and binaries for it.
#ifndef USDTPP_TESTS_TOOL_TOOL_HPP
#define USDTPP_TESTS_TOOL_TOOL_HPP

#include <sstream>
#include <string>

#include "catch.hpp"
#include "toolchain.hpp"

inline support::result run_tool(support::flags arguments) {
    arguments.insert(arguments.begin(), USDTPP_TOOL);
    return support::run(arguments);
}

// The script of these arguments, without its first line.
inline std::string script(const support::flags& arguments) {
    using support::operator+;
    const auto done = run_tool(support::flags{"bpftrace"} + arguments);
    INFO(done.errors);
    REQUIRE(done.status == 0);
    const std::string first = "#!/usr/bin/env bpftrace\n";
    REQUIRE(done.output.rfind(first, 0) == 0);
    return done.output.substr(first.size());
}

// How many events a histogram of bpftrace holds.
inline long events_in(const std::string& histogram) {
    long events = 0;
    std::istringstream lines(histogram);
    for (std::string line; std::getline(lines, line);) {
        if (const auto end = line.find(')'); line.rfind("[", 0) == 0 && end != std::string::npos) {
            events += std::stol(line.substr(end + 1));
        }
    }
    return events;
}

// A file of tests/cases, built.
class built_case {
public:
    built_case(const std::string& source, const support::flags& options) {
        using support::operator+;
        support::build("tests/cases/" + source, path(), support::flags{"-std=c++17", "-O2"} + options);
    }
    std::string path() const {
        return directory_.file("program");
    }
    std::string file(const std::string& name) const {
        return directory_.file(name);
    }

private:
    support::temporary_directory directory_;
};

#endif
