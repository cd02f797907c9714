// Where nothing can be attached, or no notes be read: tests/cases/attach/everywhere.cpp compiles and links without any
// library all the same, and is told so when it runs.
#include <algorithm>
#include <filesystem>
#include <sstream>

#include "catch.hpp"
#include "machine.hpp"
#include "toolchain.hpp"

namespace {

const std::string source = "tests/cases/attach/everywhere.cpp";
const support::flags strict = {"-std=c++17", "-O1", "-Wall", "-Wextra", "-Wshadow", "-Wconversion", "-Werror"};

// Flags that make the compiler under test look where it looks anyway, but for libelf's headers: `directory` has links
// to all others.
support::flags without_libelf(const std::string& directory) {
    support::flags all = {"-nostdinc", "-nostdinc++"};
    std::istringstream lines(support::compile({"-E", "-x", "c++", "-v", "/dev/null"}).errors);
    std::string line;
    while (std::getline(lines, line) && line != "#include <...> search starts here:") {
    }
    while (std::getline(lines, line) && line.front() == ' ') {
        const std::filesystem::path original(line.substr(1));
        const std::filesystem::path shadow = directory + "/" + std::to_string(all.size());
        std::filesystem::create_directory(shadow);
        for (const auto& entry : std::filesystem::directory_iterator(original)) {
            const auto name = entry.path().filename();
            if (name != "libelf.h" && name != "gelf.h") {
                std::filesystem::create_symlink(entry.path(), shadow / name);
            }
        }
        all.insert(all.end(), {"-isystem", shadow.string()});
    }
    return all;
}

void check_none(const std::string& said, const std::string& has) {
    const std::string no_attaching = ": everywhere:*: this build has no way to attach to probes";
    std::string expected = has + "\n";
    for (const std::string what : {"attach", "recorder", "capture", "coverage"}) {
        expected += what + no_attaching + "\n";
    }
    expected += "an empty list: usdtpp: there is no event 0\n";
    if (has == "notes 0, attach 0") {
        expected += "a file: PROGRAM: this build has no reader of notes\n";
        expected += "a process: process 1: this build has no reader of notes\n";
    }
    // Of each line what comes before the hint what to do.
    std::istringstream lines(said);
    std::string seen;
    for (std::string line; std::getline(lines, line);) {
        const auto it_takes = line.find(": it takes ");
        const auto none_came = line.find(": none came");
        seen += line.substr(0, std::min(it_takes, none_came)) + "\n";
    }
    CHECK(seen == expected);
}

std::string without_path(std::string said, const std::string& program) {
    const auto at = said.find(program);
    return at == said.npos ? said : said.replace(at, program.size(), "PROGRAM");
}

void check_on(const std::string& processor, const support::flags& flags, const std::string& has) {
    const auto& on = machine_named(processor);
    SKIP_FOR(why_not(on));
    support::temporary_directory directory;
    const auto program = directory.file("everywhere");
    build_for(on, source, program, support::operator+(strict, flags));
    const auto ran = support::run(on.qemu.empty() ? support::flags{program} : support::flags{on.qemu, program});
    CHECK(ran.errors.empty());
    check_none(without_path(ran.output, program), has);
}

} // namespace

TEST_CASE("without libelf, or without Linux, a program compiles, and is told so") {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto program = directory.file("everywhere");
    const auto flags = GENERATE(as<std::string>(), "hidden", "hidden -DUSDTPP_DISABLE", "-U__linux__");
    INFO(support::compiler() << " " << flags);
    auto all = support::words(flags);
    if (all.front() == "hidden") {
        all.erase(all.begin());
        all = support::operator+(all, without_libelf(directory.path()));
    }
    support::build(source, program, support::operator+(strict, all));
    const auto ran = support::run({program});
    CHECK(ran.errors.empty());
    check_none(without_path(ran.output, program), "notes 0, attach 0");
}

TEST_CASE("with libelf on x86-64, the same program attaches") {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto program = directory.file("everywhere");
    support::build(source, program, support::operator+(strict, {"-DNOTES", "-Wl,--no-as-needed", "-lelf", "-pthread"}));
    const auto ran = support::run({program});
    CHECK(ran.output.find("notes 1, attach 1\n") == 0);
    for (const std::string what : {"attach", "recorder", "capture", "coverage", "a file"}) {
        CHECK(ran.output.find(what + " works\n") != std::string::npos);
    }
}

// Cross compilers of Debian find this machine's <libelf.h>.
TEST_CASE("aarch64: without libelf a program compiles, and is told so") {
    check_on("aarch64", {"-DUSDTPP_HAS_NOTES=0"}, "notes 0, attach 0");
}
TEST_CASE("aarch64: the same program with libelf is compiled, by breakpoints only") {
    const auto& on = machine_named("aarch64");
    SKIP_FOR(why_not(on));
    support::temporary_directory directory;
    build_for(on, source, directory.file("everywhere.o"),
              support::operator+(strict, {"-DUSDTPP_HAS_NOTES=1", "-DNOTES", "-c"}));
}
TEST_CASE("i386: a program that would attach compiles, and is told so") {
    check_on("i386", {}, "notes 1, attach 0");
}
#define TEST(processor)                                                                                                \
    TEST_CASE(processor ": a program that would attach compiles, and is told so", "[full]") {                          \
        check_on(processor, {}, "notes 1, attach 0");                                                                  \
    }
TEST("riscv64")
TEST("armhf")
TEST("ppc64el")
TEST("s390x")
