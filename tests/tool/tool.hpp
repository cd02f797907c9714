// The tool, and binaries for it.
#ifndef USDTPP_TESTS_TOOL_TOOL_HPP
#define USDTPP_TESTS_TOOL_TOOL_HPP

#include <string>

#include "toolchain.hpp"

inline support::result run_tool(support::flags arguments) {
    arguments.insert(arguments.begin(), USDTPP_TOOL);
    return support::run(arguments);
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
