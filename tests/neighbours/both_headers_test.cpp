// sys/sdt.h's own probes beside ours: in one file, in either order, with and without its semaphores, and in different
// files of one program. Both kinds are read right, also where they share a provider and a name.
#include <map>
#include <set>

#include "catch.hpp"
#include "check.hpp"
#include "linkers.hpp"
#include "toolchain.hpp"
#include "tracers.hpp"
#include "values.hpp"

namespace {

using support::flags;
using support::operator+;

std::string source(const std::string& name) {
    return support::project_file("tests/cases/neighbours/" + name);
}

// both_headers.cpp, and what it shares a program with.
struct program {
    flags mode;                  // for both_headers.cpp
    std::string other_file = ""; // another source, or none
    flags other_mode = {};

    void build(const support::temporary_directory& directory, const flags& options) const {
        flags link = options + flags{"-o", directory.file("program"), directory.file("both.o")};
        auto first_mode = mode;
        if (!other_file.empty()) {
            first_mode.push_back("-DOTHER_FILE");
            link.insert(link.end() - 1, directory.file("other.o")); // before the other: its base comes first
            support::must_compile(options + other_mode +
                                  flags{"-c", source(other_file), "-o", directory.file("other.o")});
        }
        support::must_compile(options + first_mode +
                              flags{"-c", source("both_headers.cpp"), "-o", directory.file("both.o")});
        support::must_compile(link);
    }
    neighbours::probes probes() const {
        return neighbours::read_all(other_file.empty() ? flags{"both_headers.cpp"}
                                                       : flags{"both_headers.cpp", other_file});
    }
    bool has_semaphores() const {
        return support::joined(mode).find("_SDT_HAS_SEMAPHORES") != std::string::npos;
    }
};

const std::string defined_elsewhere = "-DSEMAPHORES_ELSEWHERE";
const std::string with_semaphores = "-D_SDT_HAS_SEMAPHORES";
const std::string theirs_first = "-DTHEIRS_FIRST";
const std::string through_sys_sdt = "-DUSDTPP_USE_SYS_SDT";

// Our notes are as ever. Of the others: just those that are expected, at a nop, with the Base that ours have; and each
// site of the shared name has its own.
void check_both_kinds(const std::string& image, const program& one, bool readable) {
    neighbours::probes ours;
    std::map<std::string, std::size_t> expected;
    for (const auto& probe : one.probes()) {
        if (probe.provider == "ours") {
            ours.push_back(probe);
        }
        ++expected[probe.provider + ":" + probe.name];
    }
    neighbours::check_notes(image, ours, readable);
    std::map<std::string, std::size_t> found;
    std::set<std::uint64_t> locations;
    std::set<std::uint64_t> bases;
    std::set<std::uint64_t> shared_semaphores;
    for (const auto& note : support::read_notes(image)) {
        ++found[note.provider + ":" + note.name];
        CHECK(locations.insert(note.location).second);
        bases.insert(note.base);
        if (note.provider == "shared") {
            CHECK(support::sizes_of(note) == flags{"-4"});
            shared_semaphores.insert(note.semaphore);
        }
    }
    CHECK(found == expected);
    CHECK(locations.count(0) == 0);
    CHECK(bases.size() == 1);
    CHECK(bases.count(0) == 0);
    if (readable) { // natively: ours, and theirs, which is 0 without semaphores
        CHECK(shared_semaphores.size() == 2);
        CHECK(shared_semaphores.count(0) == (one.has_semaphores() ? 0 : 1));
    }
}

void check_in_gdb(const program& one, const std::string& optimisation, bool native) {
    INFO(support::compiler() << " " << optimisation << " " << support::joined(one.mode) << " " << one.other_file << " "
                             << support::joined(one.other_mode));
    support::temporary_directory directory;
    one.build(directory, {"-std=c++17", optimisation});
    check_both_kinds(directory.file("program"), one, native);
    neighbours::check_with_gdb(directory.file("program"), one.probes());
}

} // namespace

TEST_CASE("one file has probes of ours and of sys/sdt.h, whichever header comes first") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const auto one = GENERATE(program{{}}, program{{theirs_first}}, program{{with_semaphores}},
                              program{{theirs_first, with_semaphores}});
    check_in_gdb(one, GENERATE(as<std::string>(), "-O0", "-O2"), true);
}

TEST_CASE("one program has files with our probes, with those of sys/sdt.h, and with both") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    check_in_gdb(GENERATE(program{{}, "other_header.cpp"},
                          program{{with_semaphores, defined_elsewhere}, "other_header.cpp", {with_semaphores}},
                          program{{theirs_first}, "our_header.cpp"}),
                 "-O2", true);
}

TEST_CASE("through sys/sdt.h too, both kinds of probes share a file where its semaphores are defined in another") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    check_in_gdb(GENERATE(program{{through_sys_sdt, defined_elsewhere}, "other_header.cpp", {with_semaphores}},
                          program{{through_sys_sdt, theirs_first, with_semaphores, defined_elsewhere},
                                  "other_header.cpp",
                                  {with_semaphores}}),
                 "-O2", false);
}

TEST_CASE("through sys/sdt.h, a header that came before ours without semaphores is an error that says so") {
    SKIP_WITHOUT(support::compiler());
    const auto done =
        support::compile({"-std=c++17", "-fsyntax-only", through_sys_sdt, theirs_first, source("both_headers.cpp")});
    INFO(done.errors);
    CHECK(done.status != 0);
    CHECK(done.errors.find("include usdtpp before it, or define _SDT_HAS_SEMAPHORES") != std::string::npos);
}

// docs/limitations.md tells to define it in another file. Without optimisation g++ happens to define it before.
TEST_CASE("as documented, through sys/sdt.h a file cannot define the semaphore of a name that both kinds use") {
    SKIP_WITHOUT(support::compiler());
    const auto done = support::compile(
        {"-std=c++17", "-O2", "-c", "-o", "/dev/null", through_sys_sdt, with_semaphores, source("both_headers.cpp")});
    INFO(done.errors);
    CHECK(done.status != 0);
    CHECK(done.errors.find("shared_name_semaphore") != std::string::npos);
    CHECK(done.errors.find("is already defined") != std::string::npos);
}

// sys/sdt.h alone loses it to gold and mold; gdb shows no probe at all of a program without it.
TEMPLATE_TEST_CASE("section garbage collection leaves the base that sys/sdt.h's file brought", "", bfd, gold, lld,
                   mold) {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const auto one = GENERATE(program{{theirs_first}}, program{{}, "other_header.cpp"});
    const flags options = {"-std=c++17",          "-O1",
                           "-ffunction-sections", "-fdata-sections",
                           "-Wl,--gc-sections",   support::use_linker(TestType::name)};
    INFO(support::compiler() << " " << support::joined(one.mode) << " " << one.other_file);
    support::temporary_directory directory;
    const auto why = support::why_not_buildable([&](const flags& more) { one.build(directory, options + more); });
    SKIP_FOR(why);
    check_both_kinds(directory.file("program"), one, true);
    neighbours::check_with_gdb(directory.file("program"), one.probes());
}

TEST_CASE("bpftrace reads both kinds of probes in one program, and PROBE_ENABLED knows of ours") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const auto mode = GENERATE(flags{}, flags{theirs_first, with_semaphores});
    INFO(support::compiler() << " " << support::joined(mode));
    const program one{mode};
    support::temporary_directory directory;
    one.build(directory, {"-std=c++17", "-O1"});
    const auto path = directory.file("program");
    support::process running({path});
    running.write("\n");
    CHECK(running.read_line(std::chrono::seconds(20)) == "000");
    support::bpftrace tracer(running.pid(), support::bpftrace_script(path, neighbours::distinct(one.probes())));
    running.write("\n");
    // Ours yes. Theirs never: it has a semaphore of its own, if any. And of the shared name bpftrace raises the
    // semaphore of its first site only, which is theirs: docs/limitations.md.
    CHECK(running.read_line(std::chrono::seconds(20)) == "100");
    const auto expected = support::expected_lines(one.probes(), support::bpftrace_arguments);
    std::vector<std::string> seen;
    for (std::size_t i = 0; i != expected.size(); ++i) {
        seen.push_back(tracer.read_line().value_or("no more"));
    }
    neighbours::check_lines(seen, expected);
    tracer.kill();
}
