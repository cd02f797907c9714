// Each tracer attaches to tests/cases/values.cpp and must read the value that each line expects.
#include <map>
#include <regex>

#include "cases.hpp"
#include "catch.hpp"
#include "check.hpp"
#include "notes.hpp"
#include "perf.hpp"
#include "readings.hpp"
#include "toolchain.hpp"
#include "tracers.hpp"

TEST_CASE("bpftrace reads the right value of every kind of argument") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    // Attaching takes long: what is not optimised, only gdb reads every day.
    const auto back_end = GENERATE(as<std::string>(), "-DNATIVE", "-DUSDTPP_USE_SYS_SDT");
    INFO(support::compiler() << " " << back_end);
    const tracers::values_program program({"-std=c++17", "-O2", back_end}, "as linked");
    const auto probes = tracers::all_probes();
    support::check_lines(tracers::read_with_bpftrace(program.path(), probes),
                         support::expected_lines(probes, support::bpftrace_arguments));
}

TEST_CASE("a leaf function keeps its red zone while it is traced") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    support::temporary_directory directory;
    const auto program = directory.file("red_zone");
    support::build("tests/cases/red_zone.cpp", program, {"-std=c++17", "-O2"});
    support::process traced({program});
    support::bpftrace tracer(traced.pid(), "usdt:" + program + ":red_zone:leaf { @ = count(); }");
    traced.write("\n");
    CHECK(traced.read_line(std::chrono::seconds(60)) == "0 of 10000 spoilt");
    CHECK(tracer.stop().find("@: 10000") != std::string::npos);
}

TEST_CASE("gdb reads the right value of every kind of argument") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O2");
    INFO(support::compiler() << " " << optimisation);
    const tracers::values_program program({"-std=c++17", optimisation}, "as linked");
    const auto probes = tracers::all_probes();
    support::check_lines(tracers::read_with_gdb(program.path(), probes), support::expected_lines(probes));
}

TEST_CASE("perf reads the right value of every kind of argument") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_perf());
    INFO(support::compiler());
    tracers::check(tracers::read_with_perf({"-std=c++17", "-O2"}, "as linked", tracers::all_probes()));
}

TEST_CASE("gdb shows the line of the probe at its site, not one of the library's") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O2");
    INFO(support::compiler() << " " << optimisation);
    support::temporary_directory directory;
    const auto program = directory.file("values");
    support::build(tracers::source, program, {"-std=c++17", optimisation, "-g"});
    std::map<std::string, int> lines_of;
    for (const auto& probe : tracers::all_probes()) {
        lines_of[probe.name] = probe.line;
    }
    const auto notes = support::read_notes(program);
    std::vector<std::string> command = {"gdb", "-q", "-nx", "-batch", program};
    for (const auto& note : notes) {
        command.insert(command.end(), {"-ex", "info line *" + std::to_string(note.location)});
    }
    auto said = support::run(command).output;
    for (const auto& note : notes) {
        static const std::regex first_line(R"(Line (\d+) of "[^"]*values\.cpp".*\n)");
        std::smatch match;
        INFO(note.name << ", line " << lines_of.at(note.name) << ": " << said.substr(0, said.find('\n')));
        REQUIRE(std::regex_search(said, match, first_line, std::regex_constants::match_continuous));
        // Where a function template begins with its probe, GCC makes that the line of the function, just above.
        const int above = lines_of.at(note.name) - std::stoi(match[1]);
        CHECK((above == 0 || above == 1));
        said = match.suffix();
    }
}

TEST_CASE("untraced, the same program evaluates what PROBE says and nothing of PROBE_IF_ENABLED") {
    SKIP_WITHOUT(support::compiler());
    const auto back_end = GENERATE(as<std::string>(), "-DNATIVE", "-DUSDTPP_USE_SYS_SDT", "-DUSDTPP_DISABLE");
    INFO(support::compiler() << " " << back_end);
    support::temporary_directory directory;
    const auto program = directory.file("values");
    support::build(tracers::source, program, {"-std=c++17", "-O2", back_end});
    support::process values({program});
    values.write("\n");
    const std::string calls = back_end == "-DUSDTPP_DISABLE" ? "0" : "1";
    CHECK(values.read_line(std::chrono::seconds(20)) == "fired, with " + calls + " calls");
}
