// A probe can stand wherever a statement can: tests/cases/neighbours/places*.cpp, built, linked and read by tracers.
#include "catch.hpp"
#include "check.hpp"
#include "toolchain.hpp"
#include "tracers.hpp"
#include "values.hpp"

namespace {

using support::flags;

// Builds tests/cases/neighbours/`sources` into `program`.
void build(const flags& sources, const std::string& program, flags options) {
    for (const auto& source : sources) {
        options.push_back(support::project_file("tests/cases/neighbours/" + source));
    }
    options.insert(options.end(), {"-o", program});
    support::must_compile(options);
}

// The sources with one optimisation, for both back-ends; gdb reads the native one's values.
void check_places(const flags& sources, const std::string& standard, const flags& included = {}) {
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O2");
    auto with_probes = sources;
    with_probes.insert(with_probes.end(), included.begin(), included.end());
    const auto probes = neighbours::read_all(with_probes);
    support::temporary_directory directory;
    const auto program = directory.file("program");
    {
        INFO(support::compiler() << " " << optimisation << " through sys/sdt.h");
        build(sources, program, {standard, optimisation, "-DUSDTPP_USE_SYS_SDT"});
        neighbours::check_notes(program, probes, false);
        CHECK(support::run({program}).status == 0);
    }
    INFO(support::compiler() << " " << optimisation);
    build(sources, program, {standard, optimisation});
    neighbours::check_notes(program, probes);
    CHECK(support::run({program}).status == 0);
    neighbours::check_with_gdb(program, probes);
}

} // namespace

TEST_CASE("a probe can stand wherever a statement can, and in what two files share") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    check_places({"places.cpp", "places_other.cpp"}, "-std=c++17", {"places.hpp"});
}

TEST_CASE("a probe can stand in a coroutine and the other new places of C++20") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    check_places({"places20.cpp"}, "-std=c++20");
}

TEST_CASE("a probe can stand in a lambda that is a part of a type") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    check_places({"lambdas20.cpp"}, "-std=c++20");
}

TEST_CASE("a probe can stand in a function with an attribute of its own for processor or optimiser") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    check_places({"targets.cpp"}, "-std=c++17", {"targets.hpp"});
}

TEST_CASE("variables that are in a register by the user's word are arguments like others") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    check_places({"registers.cpp"}, "-std=c++17");
}

// No row runs, so the processor need not have what they say.
TEST_CASE("probes compile with each attribute with which those of sys/sdt.h do") {
    SKIP_WITHOUT(support::compiler());
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O2");
    const auto standard = GENERATE(as<std::string>(), "-std=c++17", "-std=c++20");
    std::vector<std::string> attributes = {
        R"(target("arch=skylake"))",
        R"(target("arch=x86-64-v3,tune=znver3"))",
        R"(target("avx2,fma"))",
        R"(target("avx512f"))",
        R"(target("no-sse3"))",
        R"(target("no-avx"))",
        R"(target("tune=haswell"))",
        R"(target_clones("avx2", "default"))",
        "no_instrument_function",
        R"(no_sanitize("address"))",
        "ms_abi",
        "noinline",
        "flatten",
        "cold",
        "no_caller_saved_registers, target(\"general-regs-only\")",
    };
    const flags of_gcc = {
        R"(target("general-regs-only"))",
        R"(target("fpmath=sse"))",
        R"(target("recip"))",
        R"(target("prefer-vector-width=256"))",
        R"(optimize("O0"))",
        R"(optimize("Os", "no-inline"))",
        R"(optimize("O3", "fast-math", "no-tree-vectorize"))",
        R"(optimize("no-exceptions"))",
        R"(indirect_branch("thunk"), function_return("thunk"))",
        R"(zero_call_used_regs("all"))",
        "noipa",
        "no_stack_protector",
        "no_icf",
        "no_profile_instrument_function",
        "force_align_arg_pointer",
        "patchable_function_entry(4, 2)",
        "hot, simd",
    };
    if (!support::compiler_is_clang()) {
        attributes.insert(attributes.end(), of_gcc.begin(), of_gcc.end());
    }
    std::string ours = "#include <usdtpp/usdtpp.hpp>\n";
    std::string theirs = "#include <sys/sdt.h>\n";
    int number = 0;
    for (const auto& attribute : attributes) {
        const auto head = "__attribute__((" + attribute + ")) void f" + std::to_string(++number);
        ours += head + "(int a, const char* b) { PROBE(attributes, one, a, b); if (PROBE_ENABLED(attributes, one)) { " +
                "PROBE(attributes, none); } PROBE_IF_ENABLED(attributes, lazy, a, b, 10 % 3); }\n";
        theirs += head + "(int a, const char* b) { STAP_PROBE2(attributes, one, a, b); }\n";
    }
    support::temporary_directory directory;
    const auto source = directory.file("attributes.cpp");
    for (const auto& text : {theirs, ours}) {
        INFO(text);
        support::write_file(source, text);
        for (const std::string back_end : {"-DNATIVE", "-DUSDTPP_USE_SYS_SDT", "-DUSDTPP_DISABLE"}) {
            support::must_compile({standard, optimisation, back_end, "-w", "-c", source, "-o", "/dev/null"});
        }
    }
}

TEST_CASE("structured bindings that a lambda captures are arguments like others") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    support::temporary_directory directory;
    const auto capture = directory.file("capture.cpp");
    support::write_file(capture, "struct pair { int a, b; };\n"
                                 "int f(pair p) { auto [a, b] = p; return [a, &b = b] { return a + b; }(); }\n"
                                 "int g(pair p) { auto [a, b] = p; return [&] { return a + b; }(); }\n");
    SKIP_UNLESS(support::compile({"-std=c++20", "-fsyntax-only", capture}).status == 0,
                support::compiler() + " cannot capture structured bindings, with or without probes");
    check_places({"bindings.cpp"}, "-std=c++20");
}

TEST_CASE("bpftrace reads what lives in the frame of a coroutine") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const auto probes = neighbours::read_all({"places20.cpp"});
    support::temporary_directory directory;
    const auto program = directory.file("program");
    build({"places20.cpp"}, program, {"-std=c++20", "-O2"});
    support::process places({program});
    support::bpftrace tracer(places.pid(), support::bpftrace_script(program, neighbours::distinct(probes)));
    places.write("\n");
    const auto expected = support::expected_lines(probes, support::bpftrace_arguments);
    std::vector<std::string> seen;
    // Some places are passed more than once, so the last to fire tells the end.
    while (seen.empty() || seen.back() != "template_lambda 9 120") {
        const auto line = tracer.read_line();
        REQUIRE(line);
        seen.push_back(*line);
    }
    neighbours::check_lines(seen, expected);
    tracer.kill();
}

TEST_CASE("probes in all of these places make no warning") {
    SKIP_WITHOUT(support::compiler());
    // -isystem, as CMake includes what find_package found: else g++ -Wshadow minds a probe among a probe's arguments.
    const auto headers = "-isystem" + support::project_file("include");
    const auto warned = [&](const std::string& standard, const std::string& source, const flags& more) {
        flags all = {standard, "-O2", "-c", "-o", "/dev/null", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion"};
        all.insert(all.end(), more.begin(), more.end());
        all.push_back(support::project_file("tests/cases/neighbours/" + source));
        return support::must_compile(all);
    };
    CHECK(warned("-std=c++17", "places.cpp", {}).empty());
    CHECK(warned("-std=c++17", "names.cpp", {}).empty());
    CHECK(warned("-std=c++17", "targets.cpp", {}).empty());
    CHECK(warned("-std=c++17", "registers.cpp", {}).empty());
    CHECK(warned("-std=c++20", "places.cpp", {}).empty());
    CHECK(warned("-std=c++20", "lambdas20.cpp", {}).empty());
    CHECK(warned("-std=c++20", "places20.cpp", {}).empty());
}
