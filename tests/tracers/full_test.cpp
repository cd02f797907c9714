// What takes too long for every day: the values again, for each optimisation, back-end and form.
#include "catch.hpp"
#include "check.hpp"
#include "perf.hpp"
#include "readings.hpp"
#include "tracers.hpp"

TEST_CASE("perf reads the right value of every kind of argument, however it was compiled", "[full][family]") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_perf());
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O1", "-O2", "-O3", "-Os");
    const auto back_end = GENERATE(as<std::string>(), "-DNATIVE", "-DUSDTPP_USE_SYS_SDT");
    INFO(support::compiler() << " " << optimisation << " " << back_end);
    tracers::check(tracers::read_with_perf({"-std=c++17", optimisation, back_end}, "as linked", tracers::all_probes()));
}

TEST_CASE("bpftrace reads the right value of every kind of argument, however it was compiled", "[full][family]") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O1", "-O2", "-O3", "-Os");
    const auto back_end = GENERATE(as<std::string>(), "-DNATIVE", "-DUSDTPP_USE_SYS_SDT");
    INFO(support::compiler() << " " << optimisation << " " << back_end);
    const tracers::values_program program({"-std=c++17", optimisation, back_end}, "as linked");
    const auto probes = tracers::all_probes();
    support::check_lines(tracers::read_with_bpftrace(program.path(), probes),
                         support::expected_lines(probes, support::bpftrace_arguments));
}

TEST_CASE("gdb reads the right value of every kind of argument, however it was compiled", "[full]") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O1", "-O2", "-O3", "-Os");
    INFO(support::compiler() << " " << optimisation); // of sys/sdt.h's probes gdb cannot read all
    const tracers::values_program program({"-std=c++17", optimisation}, "as linked");
    const auto probes = tracers::all_probes();
    support::check_lines(tracers::read_with_gdb(program.path(), probes), support::expected_lines(probes));
}
