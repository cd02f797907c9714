// A user's code compiles without a warning, whatever the dialect; and each header compiles alone.
#include <filesystem>

#include "catch.hpp"
#include "toolchain.hpp"

namespace {

support::flags strict(const std::string& standard) {
    return {standard,           "-fsyntax-only", "-Wall",        "-Wextra",           "-Wpedantic",
            "-pedantic-errors", "-Wshadow",      "-Wconversion", "-Wsign-conversion", "-Wold-style-cast",
            "-Werror"};
}

support::result compile_strictly(const std::string& standard, const support::flags& more) {
    auto arguments = strict(standard);
    arguments.insert(arguments.end(), more.begin(), more.end());
    return support::compile(arguments);
}

} // namespace

TEST_CASE("a user's code compiles without a warning") {
    SKIP_WITHOUT(support::compiler());
    const auto standard = GENERATE(as<std::string>(), "-std=c++17", "-std=c++20", "-std=c++2b");
    // With clang in C++17, sys/sdt.h itself calls a variadic macro in a way that -Wpedantic minds.
    support::flags back_ends = {"-DNATIVE", "-DUSDTPP_DISABLE"};
    if (!support::compiler_is_clang() || standard != "-std=c++17") {
        back_ends.emplace_back("-DUSDTPP_USE_SYS_SDT");
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
    const auto standard = GENERATE(as<std::string>(), "-std=c++17", "-std=c++2b");
    int headers = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(support::project_file("include"))) {
        if (!entry.is_regular_file()) {
            continue;
        }
        ++headers;
        support::temporary_directory directory;
        support::write_file(directory.file("alone.cpp"), "#include \"" + entry.path().string() + "\"\n");
        const auto done = compile_strictly(standard, {"-fsyntax-only", directory.file("alone.cpp")});
        INFO(support::compiler() << " " << standard << " " << entry.path().string() << "\n" << done.errors);
        CHECK(done.status == 0);
        CHECK(done.errors.empty());
    }
    CHECK(headers > 10);
}
