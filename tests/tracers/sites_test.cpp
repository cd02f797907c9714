// A probe with several sites, whose arguments are constant at some of them and in registers at others.
#include <set>

#include "catch.hpp"
#include "notes.hpp"
#include "toolchain.hpp"
#include "tracers.hpp"

namespace {

const std::string sites = "tests/cases/sites.cpp";
const std::vector<std::string> expected = {"pair 3 1", "pair 1 4", "pair 1 2"};

// Builds it, and makes sure that it is such a program.
void build(const std::string& program) {
    support::build(sites, program, {"-std=c++17", "-O2"});
    std::set<std::string> constants;
    for (const auto& note : support::read_notes(program)) {
        std::string which;
        for (const auto& argument : note.arguments) {
            which += argument.find('$') != std::string::npos ? "c" : "v";
        }
        constants.insert(which);
    }
    REQUIRE(constants == std::set<std::string>{"cv", "vc", "vv"});
}

} // namespace

TEST_CASE("bpftrace reads each site of a probe by its own operands") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    support::temporary_directory directory;
    const auto program = directory.file("sites");
    build(program);
    support::process running({program});
    support::bpftrace tracer(running.pid(), support::bpftrace_script(program, support::read_cases(sites)));
    running.write("1\n");
    for (const auto& line : expected) {
        CHECK(tracer.read_line() == line);
    }
}

TEST_CASE("gdb reads each site of a probe by its own operands") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    support::temporary_directory directory;
    const auto program = directory.file("sites");
    build(program);
    CHECK(support::trace_with_gdb(program, support::read_cases(sites), "1\n") == expected);
}
