// What handlers of <usdtpp/attach.hpp> read, in programs that the compiler under test builds.
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "cases.hpp"
#include "catch.hpp"
#include "check.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "toolchain.hpp"

namespace {

using support::expected_argument;
using lines = std::vector<std::string>;

// For tests/cases/attach/tracer.cpp.
std::string plan_of(const std::vector<support::expected_probe>& probes) {
    std::string plan;
    for (const auto& probe : probes) {
        plan += probe.name;
        for (const auto& argument : probe.arguments) {
            plan += argument.is == expected_argument::kind::string       ? " s"
                    : argument.is == expected_argument::kind::pointed_to ? " p"
                    : argument.is == expected_argument::kind::any        ? " -"
                                                                         : " n";
        }
        plan += "\n";
    }
    return plan;
}

void check_values(const support::flags& flags) {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto program = directory.file("values");
    using support::operator+;
    const support::flags more = {"-std=c++17", support::project_file("tests/cases/attach/tracer.cpp"), "-lelf"};
    support::build("tests/cases/values.cpp", program, flags + more);
    const auto probes = support::read_cases("tests/cases/values.cpp");
    support::write_file(directory.file("plan"), plan_of(probes));
    const auto command = "echo once | ATTACH_TO='values:*' ATTACH_PRINT=" + directory.file("plan") + " " + program;
    const auto ran = support::run({"sh", "-c", command});
    INFO(ran.errors);
    REQUIRE(ran.status == 0);
    lines expected;
    for (const auto& probe : probes) {
        expected.push_back(support::expected_line(probe));
    }
    lines seen;
    std::istringstream output(ran.output);
    for (std::string line; std::getline(output, line);) {
        if (line.find("fired, with") != 0) {
            seen.push_back(line);
        }
    }
    std::sort(expected.begin(), expected.end());
    std::sort(seen.begin(), seen.end());
    CHECK(seen == expected);
    CHECK(expected.size() > 40);
}

} // namespace

TEST_CASE("a handler reads every kind of argument, -O0") {
    check_values({"-O0"});
}
TEST_CASE("a handler reads every kind of argument, -O2") {
    check_values({"-O2"});
}
TEST_CASE("a handler reads every kind of argument of probes without room, -O2") {
    check_values({"-O2", "-DUSDTPP_COMPACT"});
}
TEST_CASE("a handler reads every kind of argument of sys/sdt.h, -O2") {
    check_values({"-O2", "-DUSDTPP_USE_SYS_SDT"});
}
