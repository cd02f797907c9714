// A user's code compiles without a warning, whatever the dialect; and so do the headers, each alone where users include
// it.
#include "catch.hpp"
#include "headers.hpp"
#include "support/files.hpp"

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

// ccache and distcc preprocess first: then the compiler takes what the macros made for the user's own.
TEST_CASE("preprocessed text compiles without a warning") {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto text = directory.file("preprocessed.ii");
    const support::flags more =
        support::compiler_is_clang()
            ? support::flags{"-Wunreachable-code", "-Wcomma", "-Wno-unused-command-line-argument"}
            : support::flags{"-Wuseless-cast", "-Wduplicated-branches", "-Wlogical-op"};
    for (const std::string back_end : {"-DNATIVE", "-DUSDTPP_DISABLE"}) {
        if (back_end == "-DUSDTPP_DISABLE" && support::compiler_is_clang()) {
            continue; // there what PROBE_ENABLED guards is never reached, as clang says
        }
        support::must_compile(
            {"-std=c++17", back_end, "-E", support::project_file("tests/cases/preprocessed.cpp"), "-o", text});
        const auto done =
            compile_strictly("-std=c++17", support::operator+(more, {"-O1", "-c", "-o", "/dev/null", text}));
        INFO(support::compiler() << " " << back_end << "\n" << done.errors);
        CHECK(done.status == 0);
        CHECK(done.errors.empty());
    }
}

// One line that says what is missing, instead of pages about what the header uses.
TEST_CASE("C and older C++ get one error, which says what it takes") {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto source = directory.file("old.cpp");
    int refused = 0;
    for (const auto& header : public_headers()) {
        support::write_file(source, "#include \"" + header + "\"\n");
        for (const std::string language : {"c++ -std=c++14", "c++ -std=c++11", "c"}) {
            const auto words = support::words("-fsyntax-only -x " + language + " " + source);
            const auto done = support::compile(words);
            INFO(header << " " << language << "\n" << done.errors);
            std::size_t errors = 0;
            for (std::size_t at = 0; (at = done.errors.find("error: ", at)) != done.errors.npos; ++at) {
                ++errors;
            }
            const bool is_said =
                done.errors.find("usdtpp: this needs C++17 or newer: compile with -std=c++17") != done.errors.npos;
            CHECK(errors == (done.status != 0 ? 1 : 0)); // those that only define macros are taken
            CHECK(is_said == (done.status != 0));
            refused += is_said ? 1 : 0;
        }
    }
    CHECK(refused > 40);
}
