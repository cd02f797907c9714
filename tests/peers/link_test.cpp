// The rows about linkers: probes that two translation units share, and a probe in a function that the linker throws
// away.
#include <map>

#include "catch.hpp"
#include "linkers.hpp"
#include "notes.hpp"
#include "peers.hpp"

namespace {

using support::flags;

// What became of the program: the linker's error, or its notes.
struct linked {
    std::string error;
    std::map<std::string, int> sites; // that have code
    std::map<std::string, int> ghosts;
    bool has_base = true; // all of them
    bool has_dead_code = false;
};

linked link(const std::string& linker, const std::string& macros, const flags& sources, const flags& options = {}) {
    support::temporary_directory directory;
    const auto program = directory.file("program");
    flags all = {"-std=c++17", "-O2", macros, support::use_linker(linker), "-o", program};
    all.insert(all.end(), options.begin(), options.end());
    for (const auto& name : sources) {
        all.push_back(peers::source(name));
    }
    const auto done = support::compile(all);
    linked result;
    if (done.status != 0) {
        result.error = done.errors;
        return result;
    }
    for (const auto& note : support::read_notes(program)) {
        // Of a discarded section a linker leaves 0, or the offset in it.
        ++(note.location < 0x100 ? result.ghosts : result.sites)[note.name];
        result.has_base = result.has_base && note.base != 0;
    }
    result.has_dead_code = support::run({"nm", "-C", program}).output.find("dead_function") != std::string::npos;
    return result;
}

std::string why_no_linker(const std::string& linker) {
    const auto done =
        support::compile({"-std=c++17", "-DWITHOUT_PROBES", support::use_linker(linker), "-o", "/dev/null",
                          peers::source("shared_main.cpp"), peers::source("shared_other.cpp")});
    return done.status == 0 ? "" : "not built without probes either: " + done.errors.substr(0, done.errors.find('\n'));
}

} // namespace

// This row is libbpf/usdt's defect.
TEMPLATE_TEST_CASE("row: probes in shared inline functions and templates link, through sys/sdt.h as well", "", bfd,
                   gold, lld, mold) {
    SKIP_FOR(peers::why_no_sys_sdt());
    SKIP_FOR(why_no_linker(TestType::name));
    const auto macros = GENERATE(as<std::string>(), peers::native, peers::sys_sdt);
    INFO(support::compiler() << " " << macros);
    const auto program = link(TestType::name, macros, {"shared_main.cpp", "shared_other.cpp"});
    CHECK(program.error.empty());
    CHECK(program.sites == std::map<std::string, int>{{"live", 1}, {"in_inline", 1}, {"in_template", 1}});
    CHECK(program.ghosts.empty());
    CHECK(program.has_base);
}

TEMPLATE_TEST_CASE("row: under --gc-sections the probe of a dead function does what each linker lets it", "", bfd, gold,
                   lld, mold) {
    SKIP_FOR(peers::why_no_sys_sdt());
    SKIP_FOR(why_no_linker(TestType::name));
    const std::string linker = TestType::name;
    const flags options = {"-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"};
    const auto ours = link(linker, peers::native, {"dead.cpp"}, options);
    const auto theirs = link(linker, peers::sys_sdt, {"dead.cpp"}, options);
    const std::map<std::string, int> live = {{"live", 1}};
    const std::map<std::string, int> dead = {{"dead", 1}};
    if (linker == "gold") { // neither: docs/limitations.md
        for (const auto& program : {ours, theirs}) {
            INFO(program.error);
            CHECK(program.error.find("which is defined in a discarded section") != std::string::npos);
        }
        return;
    }
    CHECK(ours.error.empty());
    CHECK(ours.sites == live);
    CHECK(ours.ghosts == (linker == "mold" ? dead : std::map<std::string, int>{})); // docs/limitations.md
    CHECK(ours.has_base);
    CHECK(!ours.has_dead_code);

    CHECK(theirs.error.empty());
    if (linker == "bfd") { // it keeps dead code for its note's sake
        CHECK(theirs.sites == std::map<std::string, int>{{"dead", 1}, {"live", 1}});
        CHECK(theirs.has_base);
        CHECK(theirs.has_dead_code);
    } else {
        CHECK(theirs.sites == live);
        CHECK(theirs.ghosts == dead);
        CHECK(!theirs.has_base);
    }
}
