// The notes that the compiler under test makes of tests/cases: each probe against what its line expects.
#include <map>

#include "cases.hpp"
#include "catch.hpp"
#include "check.hpp"
#include "disassembly.hpp"
#include "notes.hpp"
#include "toolchain.hpp"

namespace {

using support::flags;

std::vector<support::note> notes_of(const std::string& source, const flags& arguments) {
    support::temporary_directory directory;
    support::build(source, directory.file("program"), arguments);
    return support::read_notes(directory.file("program"));
}

} // namespace

TEST_CASE("every probe has the note that its line expects") {
    SKIP_WITHOUT(support::compiler());
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O1", "-O2", "-O3");
    const auto back_end = GENERATE(as<std::string>(), "-DNATIVE", "-DUSDTPP_USE_SYS_SDT");
    INFO(support::compiler() << " " << optimisation << " " << back_end);
    support::temporary_directory directory;
    const auto program = directory.file("program");
    support::build("tests/cases/values.cpp", program, {"-std=c++17", optimisation, back_end});
    const auto probes = support::read_cases("tests/cases/values.cpp");
    CHECK(probes.size() > 50);
    support::check_notes(program, probes, back_end == "-DNATIVE"); // sys/sdt.h writes %r8b, which gdb refuses
}

TEST_CASE("native notes are those of sys/sdt.h, field by field") {
    SKIP_WITHOUT(support::compiler());
    const auto standard = GENERATE(as<std::string>(), "-std=c++17", "-std=c++20");
    INFO(support::compiler() << " " << standard);
    // Without optimisation both come in the order of the source, and each operand is in the same kind of place.
    const auto native = notes_of("tests/cases/values.cpp", {standard, "-O0"});
    const auto oracle = notes_of("tests/cases/values.cpp", {standard, "-O0", "-DUSDTPP_USE_SYS_SDT"});
    REQUIRE(native.size() == oracle.size());
    for (std::size_t i = 0; i != native.size(); ++i) {
        CHECK(native[i].provider == oracle[i].provider);
        CHECK(native[i].name == oracle[i].name);
        CHECK(support::sizes_of(native[i]) == support::sizes_of(oracle[i]));
        for (std::size_t j = 0; j != native[i].arguments.size(); ++j) {
            INFO(native[i].name << ": " << native[i].arguments[j] << ", " << oracle[i].arguments[j]);
            const auto operand = [](const std::string& argument) { return argument.substr(argument.find('@') + 1, 1); };
            CHECK(operand(native[i].arguments[j]) == operand(oracle[i].arguments[j]));
        }
    }
}

TEST_CASE("a native x86-64 site is a one-byte nop with a ten-byte nop behind it") {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto program = directory.file("program");
    support::build("tests/cases/values.cpp", program, {"-std=c++17", "-O2"});
    std::map<std::uint64_t, std::string> at;
    for (const auto& instruction : support::disassemble(program)) {
        at[instruction.address] = instruction.text;
    }
    const auto notes = support::read_notes(program);
    REQUIRE(!notes.empty());
    for (const auto& note : notes) {
        INFO(note.name);
        CHECK(at[note.location] == "nop");
        CHECK(at[note.location + 1].rfind("cs nopw", 0) == 0);
        CHECK(at.count(note.location + 11) == 1);
    }
}

TEST_CASE("with USDTPP_COMPACT a native x86-64 site is a one-byte nop alone") {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto program = directory.file("program");
    support::build("tests/cases/values.cpp", program, {"-std=c++17", "-O2", "-DUSDTPP_COMPACT"});
    support::check_notes(program, support::read_cases("tests/cases/values.cpp"));
    const auto code = support::code_of(program);
    for (const auto& note : support::read_notes(program)) {
        INFO(note.name);
        // The ten-byte nop begins with 66 2e.
        CHECK((code.at(note.location + 1) != 0x66 || code.at(note.location + 2) != 0x2e));
    }
}

TEST_CASE("USDTPP_DISABLE leaves no note and no semaphore") {
    SKIP_WITHOUT(support::compiler());
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O2");
    support::temporary_directory directory;
    support::build("tests/cases/values.cpp", directory.file("program"),
                   {"-std=c++17", optimisation, "-DUSDTPP_DISABLE"});
    CHECK(support::read_notes(directory.file("program")).empty());
    const auto sections = support::run({"readelf", "-SW", directory.file("program")});
    CHECK(sections.output.find(".text") != std::string::npos);
    CHECK(sections.output.find("stapsdt") == std::string::npos);
    CHECK(sections.output.find(".probes") == std::string::npos);
}
