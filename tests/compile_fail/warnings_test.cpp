// A user's code compiles without a warning, whatever the dialect; and so do the headers, each alone where users include
// it.
#include "catch.hpp"
#include "headers.hpp"

TEST_CASE("a user's code compiles without a warning") {
    SKIP_WITHOUT(support::compiler());
    const auto standard = GENERATE(as<std::string>(), "-std=c++17", "-std=c++20", "-std=c++2b");
    // With clang in C++17, sys/sdt.h itself calls a variadic macro in a way that -Wpedantic minds.
    support::flags back_ends = {"-DNATIVE", "-DUSDTPP_DISABLE"};
    if (!support::compiler_is_clang() || standard != "-std=c++17") {
        back_ends.emplace_back("-DUSDTPP_USE_SYS_SDT");
    }
    // What C++20 warns of, C++23 does too.
    if (standard == "-std=c++20") {
        back_ends = {"-DNATIVE"};
    }
    for (const auto& back_end : back_ends) {
        for (const auto* source : {"tests/cases/values.cpp", "tests/cases/codegen.cpp",
                                   "tests/cases/semaphores/target.cpp", "examples/minimal.cpp"}) {
            // Some warnings come only with optimisation.
            const auto done = compile_strictly(
                standard, {back_end, "-O2", "-c", "-o", "/dev/null", "-DWITH_PROBES", support::project_file(source)});
            INFO(support::compiler() << " " << standard << " " << back_end << " " << source << "\n" << done.errors);
            CHECK(done.status == 0);
            CHECK(done.errors.empty());
        }
    }
}

TEST_CASE("each header compiles alone, without a warning") {
    SKIP_WITHOUT(support::compiler());
    check_alone(public_headers());
}

TEST_CASE("all headers together compile in C++23 without a warning, each of them twice") {
    SKIP_WITHOUT(support::compiler());
    std::string text;
    for (const auto& header : public_headers()) {
        text += "#include \"" + header + "\"\n";
    }
    support::temporary_directory directory;
    support::write_file(directory.file("together.cpp"), text + text);
    const auto done = compile_strictly("-std=c++2b", {"-fsyntax-only", directory.file("together.cpp")});
    INFO(support::compiler() << "\n" << done.errors);
    CHECK(done.status == 0);
    CHECK(done.errors.empty());
}
