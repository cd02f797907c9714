// A program without symbols, or with its symbols in another file, is traced as before.
#include "catch.hpp"
#include "check.hpp"
#include "perf.hpp"
#include "readings.hpp"
#include "tracers.hpp"

namespace {

const support::flags build_flags = {"-std=c++17", "-O2", "-g"};

} // namespace

TEST_CASE("bpftrace reads the values of a program without symbols", "[family]") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const auto form = GENERATE(as<std::string>(), "stripped", "split");
    INFO(support::compiler() << " " << form);
    const tracers::values_program program(build_flags, form);
    const auto probes = tracers::some_probes();
    support::check_lines(tracers::read_with_bpftrace(program.path(), probes),
                         support::expected_lines(probes, support::bpftrace_arguments));
}

TEST_CASE("gdb reads the values of a program without symbols") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const auto form = GENERATE(as<std::string>(), "stripped", "split");
    INFO(support::compiler() << " " << form);
    const tracers::values_program program(build_flags, form);
    const auto probes = tracers::all_probes();
    support::check_lines(tracers::read_with_gdb(program.path(), probes), support::expected_lines(probes));
}

TEST_CASE("perf reads the values of a program without symbols", "[family]") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_perf());
    const auto form = GENERATE(as<std::string>(), "stripped", "split");
    INFO(support::compiler() << " " << form);
    tracers::check(tracers::read_with_perf(build_flags, form, tracers::some_probes()));
}
