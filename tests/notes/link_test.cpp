// Two translation units share probes in inline functions, templates and constructors; each linker must make one note of
// each live site, and no ghosts.
#include <map>

#include "catch.hpp"
#include "disassembly.hpp"
#include "notes.hpp"
#include "toolchain.hpp"

namespace {

support::flags link_flags(const std::string& linker, const support::flags& more, const std::string& program) {
    support::flags arguments = {"-std=c++17",
                                "-O1",
                                "-fuse-ld=" + linker,
                                support::project_file("tests/cases/link/main.cpp"),
                                support::project_file("tests/cases/link/other.cpp"),
                                "-o",
                                program};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

// How many sites each probe has; every note is checked against the code that it points to.
std::map<std::string, int> check_sites(const std::string& program) {
    std::map<std::uint64_t, std::string> code;
    for (const auto& instruction : support::disassemble(program)) {
        code[instruction.address] = instruction.text;
    }
    const auto notes = support::read_notes(program);
    std::map<std::string, int> sites;
    std::map<std::string, std::uint64_t> semaphores;
    for (const auto& note : notes) {
        INFO(note.name << " at " << note.location);
        CHECK(code[note.location] == "nop");
        CHECK(note.base != 0);
        CHECK(note.base == notes.front().base);
        CHECK(semaphores.emplace(note.name, note.semaphore).first->second == note.semaphore);
        ++sites[note.name];
    }
    return sites;
}

const std::map<std::string, int> live = {{"in_inline", 1}, {"in_template", 1}, {"in_constructor", 1},
                                         {"in_method", 1}, {"in_main", 1},     {"static_initialiser", 1},
                                         {"in_other", 1}};

// The linkers, a test case each, so that one that is not installed is skipped for itself.
struct bfd {
    static constexpr auto name = "bfd", program = "ld.bfd";
};
struct gold {
    static constexpr auto name = "gold", program = "ld.gold";
};
struct lld {
    static constexpr auto name = "lld", program = "ld.lld";
};
struct mold {
    static constexpr auto name = "mold", program = "mold";
};

// Links: the program has these sites, the linker is content, and it runs.
template <class Linker>
void check_linker(const support::flags& more, const std::map<std::string, int>& expected) {
    SKIP_UNLESS(support::compiler_is_installed(), support::compiler() + " is not installed");
    SKIP_UNLESS(!support::find_program(Linker::program).empty(), std::string(Linker::name) + " is not installed");
    support::temporary_directory directory;
    const auto program = directory.file("program");
    const auto done = support::compile(link_flags(Linker::name, more, program));
    INFO(done.errors);
    REQUIRE(done.status == 0);
    CHECK(done.errors.empty());
    CHECK(check_sites(program) == expected);
    CHECK(support::run({program}).status == 0);
}

} // namespace

TEMPLATE_TEST_CASE("one note of each site that two translation units share", "", bfd, gold, lld, mold) {
    auto expected = live;
    expected["dead"] = 2; // still in the program
    check_linker<TestType>({}, expected);
}

TEST_CASE("a shared object keeps its semaphores to itself") {
    SKIP_UNLESS(support::compiler_is_installed(), support::compiler() + " is not installed");
    support::temporary_directory directory;
    const auto object = directory.file("object.so");
    REQUIRE(support::compile(link_flags("bfd", {"-shared", "-fPIC"}, object)).status == 0);
    CHECK(check_sites(object).size() == live.size() + 1);
    const auto exported = support::run({"nm", "--dynamic", "--defined-only", object}).output;
    INFO(exported);
    CHECK(exported.find("dead_in_main") != std::string::npos);
    CHECK(exported.find("usdtpp_semaphore") == std::string::npos);
    CHECK(exported.find("stapsdt") == std::string::npos);
}

TEMPLATE_TEST_CASE("section garbage collection drops no note of a live function, nor the base they refer to", "", bfd,
                   gold, lld, mold) {
    check_linker<TestType>({"-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections", "-DNO_DEAD_FUNCTION"}, live);
}

// docs/limitations.md says what gold and mold do here.
TEMPLATE_TEST_CASE("the note of a dead function goes with it", "", bfd, lld) {
    check_linker<TestType>({"-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"}, live);
}
