// The ways to compile and link a program: in each of them every probe of tests/cases/values.cpp must have the note that
// its line expects, and gdb must read its values from the running program. A row of the table below is a test case.
#include <algorithm>

#include "cases.hpp"
#include "catch.hpp"
#include "check.hpp"
#include "header_units.hpp"
#include "toolchain.hpp"
#include "tracers.hpp"

namespace {

using support::flags;
using support::operator+;

const std::string source = "tests/cases/values.cpp";

// How the program is put together. What is built is `program`; `image` is the file that the probes are in.
struct built {
    std::string program;
    std::string image;
};
using recipe = built (*)(const std::string& directory, const flags& mode);

built one_file(const std::string& directory, const flags& mode) {
    const auto program = directory + "/values";
    support::must_compile(mode + flags{support::project_file(source), "-o", program});
    return {program, program};
}

// All of it in a shared object, whose main() is under another name.
built shared_object(const std::string& directory, const flags& mode) {
    const auto object = directory + "/libvalues.so";
    support::must_compile(mode +
                          flags{"-shared", "-fPIC", "-Dmain=values_main", support::project_file(source), "-o", object});
    support::must_compile(mode + flags{support::project_file("tests/cases/modes/calls_values.cpp"), object,
                                       "-Wl,-rpath," + directory, "-o", directory + "/values"});
    return {directory + "/values", object};
}

built precompiled_header(const std::string& directory, const flags& mode) {
    const auto header = directory + "/all.hpp";
    support::write_file(header, "#include <chrono>\n#include <string>\n#include <usdtpp/usdtpp.hpp>\n");
    const bool clang = support::compiler_is_clang();
    const auto precompiled = header + (clang ? ".pch" : ".gch");
    support::must_compile(mode + flags{"-x", "c++-header", header, "-o", precompiled});
    const auto use = clang ? flags{"-include-pch", precompiled} : flags{"-include", header, "-Winvalid-pch", "-Werror"};
    return one_file(directory, mode + use);
}

// It is imported, not included.
built header_unit(const std::string& directory, const flags& mode) {
    header_units units(directory, mode);
    units.add("usdtpp/usdtpp.hpp");
    auto text = support::read_file(support::project_file(source));
    const std::string include = "#include <usdtpp/usdtpp.hpp>";
    text.replace(text.find(include), include.size(), "import <usdtpp/usdtpp.hpp>;");
    support::write_file(directory + "/values.cpp", text);
    units.compile(directory + "/values.cpp", "values");
    units.link(directory + "/values");
    return {directory + "/values", directory + "/values"};
}

// Two files that are one translation unit.
built unity(const std::string& directory, const flags& mode) {
    const auto program = directory + "/values";
    const auto unity = directory + "/unity.cpp";
    support::write_file(unity, "#include \"" + support::project_file(source) + "\"\n#include \"" +
                                   support::project_file("tests/cases/modes/more_values.cpp") + "\"\n");
    support::must_compile(mode + flags{unity, "-o", program});
    return {program, program};
}

// Two files that are linked together, one of them an archive.
built static_library(const std::string& directory, const flags& mode) {
    const auto object = directory + "/values.o";
    support::must_compile(mode + flags{"-c", "-Dmain=values_main", support::project_file(source), "-o", object});
    const auto archive = directory + "/libvalues.a";
    REQUIRE(support::run({"ar", "rcs", archive, object}).status == 0);
    support::must_compile(mode + flags{support::project_file("tests/cases/modes/calls_values.cpp"), archive, "-o",
                                       directory + "/values"});
    return {directory + "/values", directory + "/values"};
}

// Which compilers have the mode at all.
enum class compilers { all, gcc, clang };

void check_mode(const std::string& options, recipe make, compilers who) {
    SKIP_WITHOUT(support::compiler());
    SKIP_UNLESS(who == compilers::all || support::compiler_is_clang() == (who == compilers::clang),
                std::string("a mode of ") + (who == compilers::gcc ? "GCC" : "clang") + " only");
    SKIP_WITHOUT("gdb");
    auto mode = support::words(options.find("-std=") == std::string::npos ? "-std=c++17 " + options : options);
    std::replace(mode.begin(), mode.end(), std::string("-fuse-ld=lld"), support::use_linker("lld"));
    support::temporary_directory directory;
    built result;
    const auto why =
        support::why_not_buildable([&](const flags& more) { result = make(directory.path(), mode + more); });
    SKIP_FOR(why);
    const auto probes = support::read_cases(source);
    support::check_notes(result.image, probes);

    // Instrumented programs write their counts into the working directory, and cannot look for leaks under a debugger.
    const support::start_options where{{{"ASAN_OPTIONS", "detect_leaks=0"}}, directory.path()};
    support::check_lines(support::trace_with_gdb(result.program, probes, "\n", where), support::expected_lines(probes));
    support::process values({result.program}, where);
    values.write("\n");
    CHECK(values.read_line(std::chrono::seconds(20)) == "fired, with 1 calls");
    values.close_input();
    const auto end = values.wait(std::chrono::seconds(20));
    INFO(values.error_output());
    REQUIRE(end);
    CHECK(end->status == 0);
}

} // namespace

#define MODE(name, tags, options, make, who)                                                                           \
    TEST_CASE("values are right with " name, tags) {                                                                   \
        check_mode(options, make, compilers::who);                                                                     \
    }

// clang-format off
MODE("-O0",                        "",       "-O0", one_file, all)
MODE("-O1",                        "[full]", "-O1", one_file, all)
MODE("-O2",                        "",       "-O2", one_file, all)
MODE("-O3",                        "[full]", "-O3", one_file, all)
MODE("-O3 -march=native",          "[full]", "-O3 -march=native", one_file, all)
MODE("-Os",                        "",       "-Os", one_file, all)
MODE("-Og -g",                     "[full]", "-Og -g", one_file, all)
MODE("C++20",                      "[full]", "-std=c++20 -O2", one_file, all)
MODE("C++23",                      "[full]", "-std=c++2b -O2", one_file, all)
MODE("GNU extensions",             "[full]", "-std=gnu++17 -O2", one_file, all)
MODE("-flto",                      "",       "-O2 -flto", one_file, gcc)
MODE("-flto -fno-fat-lto-objects in an archive", "[full]", "-O2 -flto -fuse-linker-plugin", static_library, gcc)
MODE("-flto by lld",               "",       "-O2 -flto -fuse-ld=lld", one_file, clang)
MODE("-flto=thin by lld",          "[full]", "-O2 -flto=thin -fuse-ld=lld", one_file, clang)
MODE("-flto in a shared object",   "[full]", "-O2 -flto -fuse-ld=lld", shared_object, clang)
MODE("-fPIE",                      "[full]", "-O2 -fPIE -pie", one_file, all)
MODE("no PIE",                     "[full]", "-O2 -fno-pie -no-pie", one_file, all)
MODE("-static",                    "[full]", "-O2 -static", one_file, all)
MODE("-static-pie",                "[full]", "-O2 -static-pie -fPIE", one_file, all)
MODE("a shared object",            "",       "-O2", shared_object, all)
MODE("a shared object and -O0",    "[full]", "-O0", shared_object, all)
MODE("a static library",           "[full]", "-O2", static_library, all)
MODE("a precompiled header",       "[full]", "-O2", precompiled_header, all)
MODE("a header unit",              "",       "-std=c++20 -O2", header_unit, all)
MODE("a header unit and -O0",      "[full]", "-std=c++20 -O0", header_unit, all)
MODE("a unity build",              "[full]", "-O2", unity, all)
MODE("--gc-sections",              "[full]", "-O2 -ffunction-sections -fdata-sections -Wl,--gc-sections", one_file, all)
MODE("--icf=all by lld",           "[full]", "-O2 -ffunction-sections -fuse-ld=lld -Wl,--icf=all", one_file, all)
MODE("--icf=all by gold",          "[full]", "-O2 -ffunction-sections -fuse-ld=gold -Wl,--icf=all", one_file, all)
MODE("--icf=all by mold",          "[full]", "-O2 -ffunction-sections -fuse-ld=mold -Wl,--icf=all", one_file, all)
MODE("-fno-exceptions -fno-rtti",  "[full]", "-O2 -fno-exceptions -fno-rtti", one_file, all)
MODE("-fcf-protection=full",       "[full]", "-O2 -fcf-protection=full", one_file, all)
MODE("-fno-omit-frame-pointer",    "[full]", "-O2 -fno-omit-frame-pointer", one_file, all)
MODE("-fno-integrated-as",         "[full]", "-O2 -fno-integrated-as", one_file, clang)
MODE("-fstack-protector-all",      "[full]", "-O2 -fstack-protector-all -D_FORTIFY_SOURCE=2", one_file, all)
MODE("-finstrument-functions",     "[full]", "-O2 -finstrument-functions", one_file, gcc)
MODE("-finstrument-functions-after-inlining", "[full]", "-O2 -finstrument-functions-after-inlining", one_file, clang)
MODE("USDTPP_COMPACT",             "",       "-O2 -DUSDTPP_COMPACT", one_file, all)
MODE("-mno-red-zone",              "[full]", "-O2 -mno-red-zone", one_file, all)
MODE("the address sanitizer",      "",       "-O1 -fsanitize=address", one_file, all)
MODE("the undefined-behaviour sanitizer", "", "-O1 -fsanitize=undefined -fno-sanitize-recover=all", one_file, all)
MODE("the thread sanitizer",       "[full]", "-O1 -fsanitize=thread", one_file, all)
MODE("-fprofile-generate",         "[full]", "-O2 -fprofile-generate", one_file, all)
MODE("--coverage",                 "[full]", "-O0 --coverage", one_file, all)
// clang-format on
