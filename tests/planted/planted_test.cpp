// Tests of the tests: with a mistake of other USDT headers planted in ours (tests/cases/planted.hpp), the tests that
// are there to notice it must fail.
#include <filesystem>
#include <regex>

#include "catch.hpp"
#include "toolchain.hpp"

namespace {

// The program of the tests of `group` for the same compiler, in the build tree.
std::string tests_of(const std::string& group) {
    const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path().parent_path();
    return (here / group / (group + "_" + support::compiler())).string();
}

void must_fail(const char* mistake, const char* group, const char* name) {
    SKIP_WITHOUT(support::compiler());
    const auto filter = std::regex_replace(std::string(name), std::regex(","), "\\,");
    const auto command = std::vector<std::string>{tests_of(group), filter};
    const auto done = support::run(command, std::chrono::minutes(5),
                                   {{{"USDTPP_TEST_PLANT", mistake}, {"USDTPP_UNDER_CTEST", "1"}}, ""});
    SKIP_UNLESS(done.output.rfind("skipped: ", 0) != 0, done.output.substr(9, done.output.find('\n') - 9));
    INFO(done.output);
    CHECK(done.status != 0);
    CHECK(done.output.find("FAILED:") != std::string::npos);
    CHECK(done.output.find("names no mistake") == std::string::npos);
    CHECK(done.output.find("No test cases matched") == std::string::npos);
}

} // namespace

#define PLANT(mistake, group, name, tags)                                                                              \
    TEST_CASE(mistake " makes \"" name "\" fail", tags) {                                                              \
        must_fail(mistake, group, name);                                                                               \
    }

// clang-format off
PLANT("rip_relative", "notes", "every probe has the note that its line expects", "")
PLANT("rip_relative", "modes", "values are right with -O0", "[full]")
PLANT("rip_relative", "modes", "values are right with -O2", "[full]")
PLANT("rip_relative", "modes", "values are right with a shared object", "[full]")
PLANT("rip_relative", "tracers", "bpftrace reads the right value of every kind of argument", "[full]")
PLANT("rip_relative", "tracers", "gdb reads the right value of every kind of argument", "[full]")

PLANT("lost_sign", "notes", "every probe has the note that its line expects", "")
PLANT("lost_sign", "modes", "values are right with -O2", "[full]")
PLANT("lost_sign", "tracers", "gdb reads the right value of every kind of argument", "[full]")

PLANT("spilled_argument", "codegen", "a probe is its nops: not one instruction for arguments in registers, nor for constants", "")

PLANT("five_byte_nop", "notes", "a native x86-64 site is a one-byte nop with a ten-byte nop behind it", "")
PLANT("five_byte_nop", "modes", "values are right with -O2", "[full]")
PLANT("five_byte_nop", "tracers", "a leaf function keeps its red zone while it is traced", "[full]")

PLANT("note_without_group", "linkers", "one note of each site that two translation units share - bfd", "")
PLANT("note_without_group", "linkers", "one note of each site that two translation units share - gold", "[full]")
PLANT("note_without_group", "linkers", "one note of each site that two translation units share - lld", "[full]")
PLANT("note_without_group", "linkers", "one note of each site that two translation units share - mold", "[full]")

PLANT("note_without_link_order", "linkers", "the note of a dead function goes with it - bfd", "")
PLANT("note_without_link_order", "linkers", "the note of a dead function goes with it - lld", "[full]")

PLANT("note_that_folds", "linkers", "functions that differ only in their probes are not folded - gold", "[full]")
PLANT("note_that_folds", "linkers", "functions that differ only in their probes are not folded - lld", "")
PLANT("note_that_folds", "linkers", "functions that differ only in their probes are not folded - mold", "[full]")
// clang-format on
