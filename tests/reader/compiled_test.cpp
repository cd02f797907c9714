// The reader on what the compiler under test makes of tests/cases, for each processor.
#include <algorithm>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "agreement.hpp"
#include "machine.hpp"
#include "toolchain.hpp"

namespace {

using usdtpp::argument_kind;
using usdtpp::operand_form;

// "function()" from "function() + 4 in section .text".
std::vector<std::string> functions_by_gdb(const std::string& program, const usdtpp::elf_probes& read) {
    support::flags command = {"gdb", "-q", "-nx", "-batch"};
    for (const auto& probe : read.probes) {
        std::ostringstream address;
        address << "info symbol 0x" << std::hex << probe.location;
        command.insert(command.end(), {"-ex", address.str()});
    }
    command.push_back(program);
    static const std::regex line(R"((.*?)( \+ [0-9]+)? in section .*)");
    std::istringstream lines(support::run(command).output);
    std::vector<std::string> found;
    for (std::string text; std::getline(lines, text);) {
        std::smatch match;
        if (std::regex_match(text, match, line)) {
            found.push_back(match[1]);
        }
    }
    return found;
}

// By nm: whether there is a function of this name around the address.
bool nm_agrees(const std::string& listing, const usdtpp::probe_note& probe) {
    std::istringstream lines(listing);
    for (std::string line; std::getline(lines, line);) {
        static const std::regex symbol(R"(([0-9a-f]+) ([0-9a-f]+) [TtWwi] (.*))");
        std::smatch match;
        if (std::regex_match(line, match, symbol) && match[3] == probe.function) {
            const auto begin = std::stoull(match[1], nullptr, 16);
            if (begin <= probe.location && probe.location - begin < std::stoull(match[2], nullptr, 16)) {
                return true;
            }
        }
    }
    return false;
}

void check_values(const std::string& processor, const std::string& back_end, const std::string& optimisation) {
    const auto& on = machine_named(processor);
    SKIP_FOR(why_not(on));
    support::temporary_directory directory;
    const auto program = directory.file("values");
    build_for(on, "tests/cases/values.cpp", program, {optimisation, back_end});
    const auto read = check_agreement(program);
    CHECK(read.probes.size() > 50);
    CHECK(read.bits == (on.sizes.of_pointer == "4" ? 32 : 64));
    CHECK(read.big_endian == (processor == "s390x"));
    for (const auto& probe : read.probes) {
        INFO(probe.name << " in " << probe.function);
        CHECK(!probe.function.empty());
        for (const auto& argument : probe.arguments) {
            INFO(argument.text);
            const auto sized = (argument.is_signed ? "-" : "") + std::to_string(argument.size);
            CHECK(sized == support::size_of(argument.text));
            const bool beyond = argument.text.find("@tpoff") != std::string::npos ||
                                argument.text.find("%fs") != std::string::npos ||
                                argument.text.find("%gs") != std::string::npos;
            CHECK((argument.where.form == operand_form::other) == beyond);
        }
    }
}

void check_described(const std::string& processor) {
    const auto& on = machine_named(processor);
    SKIP_FOR(why_not(on));
    support::temporary_directory directory;
    const auto program = directory.file("described");
    build_for(on, "tests/cases/reader/described.cpp", program,
              {"-DADDRESS=." + on.sizes.of_pointer + "byte", "-nostdlib"});
    const auto read = check_agreement(program);
    REQUIRE(read.probes.size() == 6);

    // Of each argument its name, its kind, its type.
    using lines = std::vector<std::string>;
    const auto described = [&](std::size_t number) {
        const auto& probe = read.probes[number];
        lines all = {probe.file + ":" + std::to_string(probe.line)};
        for (const auto& argument : probe.arguments) {
            all.push_back(argument.name + " | " + std::to_string(static_cast<int>(argument.kind)) + " | " +
                          argument.type);
        }
        return all;
    };
    CHECK(described(0) == lines{"first.cpp:12", "a | 1 | ", "b + 1 | 2 | ", "(c, d) | 3 | ", "',' | 4 | ", "&e | 5 | ",
                                R"("f, \"g" | 6 | )", "f(text) | 7 | ", " | 2 | ", "h<i | 8 | ", "x | 9 | ",
                                "[&](int k, int l) { return k % l; }(1'000, 2) | 10 | geometry::shape",
                                "start | 11 | "});
    CHECK(described(1) == lines{"second.cpp:70000", "f(a, b) | 1 | ", "x... | 0 | ", " | 10 | colour"});
    CHECK(described(2) == lines{":0", " | 0 | "});
    CHECK(described(3) == lines{"fourth.cpp:4", " | 0 | ", " | 0 | "});
    CHECK(described(4) == described(1)); // a copy in the same function
    CHECK(described(5) == lines{":0", " | 0 | ", " | 0 | ", " | 0 | "});
}

// What a probe of tests/cases/reader/emitted.cpp is expected to say of itself, in the words of its line there.
std::string in_words(const usdtpp::probe_note& probe) {
    static const std::vector<std::string> kinds = {"unknown", "signed",   "unsigned", "bool",  "char",
                                                   "pointer", "string",   "sized",    "float", "double",
                                                   "enum",    "duration", "time"};
    auto words = probe.provider + ":" + probe.name;
    for (const auto& argument : probe.arguments) {
        words += " ; " + kinds.at(static_cast<std::size_t>(argument.kind));
        words += argument.kind == argument_kind::enumeration ? ":" + argument.type : "";
        words += argument.name.empty() ? "" : " " + argument.name;
    }
    return words;
}

void check_emitted(const std::string& processor, const std::string& optimisation) {
    const auto& on = machine_named(processor);
    SKIP_FOR(why_not(on));
    support::temporary_directory directory;
    const auto program = directory.file("emitted");
    build_for(on, "tests/cases/reader/emitted.cpp", program, {optimisation});
    const auto read = check_agreement(program);
    std::map<unsigned, std::string> expected;
    std::istringstream lines(support::read_file(support::project_file("tests/cases/reader/emitted.cpp")));
    std::string line;
    for (unsigned number = 1; std::getline(lines, line); ++number) {
        const auto behind = line.find("); // ");
        if (behind != std::string::npos) {
            expected[number] = line.substr(behind + 6);
        }
    }
    std::set<unsigned> seen;
    for (const auto& probe : read.probes) {
        if (probe.provider == "libc" || probe.provider == "libstdcxx" || probe.provider == "rtld") {
            continue; // linked statically
        }
        INFO(probe.provider << ":" << probe.name);
        CHECK(probe.file == "emitted.cpp");
        CHECK(in_words(probe) == expected[probe.line]);
        seen.insert(probe.line);
    }
    CHECK(seen.size() == expected.size());
    CHECK(expected.size() > 25);
}

void check_functions(const std::string& optimisation) {
    SKIP_WITHOUT(support::compiler(), "gdb");
    support::temporary_directory directory;
    const auto program = directory.file("values");
    support::build("tests/cases/values.cpp", program, {"-std=c++17", optimisation});
    const auto read = check_agreement(program);
    const auto by_gdb = functions_by_gdb(program, read);
    const auto by_nm = support::run({"nm", "-SC", program}).output;
    REQUIRE(by_gdb.size() == read.probes.size());
    for (std::size_t i = 0; i != by_gdb.size(); ++i) {
        INFO(read.probes[i].name);
        CHECK(read.probes[i].function == by_gdb[i]);
        CHECK(nm_agrees(by_nm, read.probes[i]));
    }
}

} // namespace

#define TESTS(processor, tags)                                                                                         \
    TEST_CASE(processor " -O0: every note is read as readelf reads it", "[full]") {                                    \
        check_values(processor, "-DNATIVE", "-O0");                                                                    \
    }                                                                                                                  \
    TEST_CASE(processor " -O2: every note is read as readelf reads it", tags) {                                        \
        check_values(processor, "-DNATIVE", "-O2");                                                                    \
    }                                                                                                                  \
    TEST_CASE(processor " -O2 sys/sdt.h: every note is read as readelf reads it", tags) {                              \
        check_values(processor, "-DUSDTPP_USE_SYS_SDT", "-O2");                                                        \
    }                                                                                                                  \
    TEST_CASE(processor " -O0: each probe describes itself", "[full]") {                                               \
        check_emitted(processor, "-O0");                                                                               \
    }                                                                                                                  \
    TEST_CASE(processor " -O2: each probe describes itself", tags) {                                                   \
        check_emitted(processor, "-O2");                                                                               \
    }                                                                                                                  \
    TEST_CASE(processor " -Os: each probe describes itself", "[full]") {                                               \
        check_emitted(processor, "-Os");                                                                               \
    }                                                                                                                  \
    TEST_CASE(processor ": descriptions are read", tags) {                                                             \
        check_described(processor);                                                                                    \
    }

TESTS("x86-64", "")
TESTS("i386", "[full]")
TESTS("aarch64", "")
TESTS("riscv64", "[full]")
TESTS("armhf", "[full]")
TESTS("ppc64el", "[full]")
TESTS("s390x", "[full]")

TEST_CASE("functions are those that gdb and nm see") {
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O2");
    INFO(optimisation);
    check_functions(optimisation);
}

TEST_CASE("the operands of sys/sdt.h's own macros are understood") {
    SKIP_WITHOUT(support::compiler());
    SKIP_UNLESS(support::compile({"-fsyntax-only", "-include", "sys/sdt.h", "-x", "c++", "/dev/null"}).status == 0,
                "<sys/sdt.h> is not installed");
    const auto constraint = GENERATE(as<std::string>(), "nor", "norx");
    INFO(constraint);
    support::temporary_directory directory;
    const auto program = directory.file("operands");
    support::build("tests/cases/reader/operands.cpp", program,
                   {"-std=c++17", "-O2", "-DSTAP_SDT_ARG_CONSTRAINT=" + constraint});
    std::map<std::string, usdtpp::note_argument> first;
    for (const auto& probe : check_agreement(program).probes) {
        CHECK(probe.function.rfind("compute(", 0) == 0);
        first[probe.name] = probe.arguments.at(0);
        INFO(probe.name << " " << probe.arguments[0].text);
        const bool beyond = probe.name == "thread" && !support::compiler_is_clang(); // %fs:per_thread@tpoff
        CHECK((probe.arguments[0].where.form == operand_form::other) == beyond);
    }
    CHECK(first["constant"].where.form == operand_form::constant);
    CHECK(first["constant"].where.number == -5);
    CHECK(first["local"].where.form == operand_form::in_memory);
    CHECK(first["real"].is_floating);
    if (!support::compiler_is_clang()) { // which puts everything on the stack first
        CHECK(first["global"].where.symbol == "counter");
        CHECK(first["member"].where.symbol == "both");
        CHECK(first["member"].where.number == 4);
        CHECK(first["indexed"].where.scale == 4);
    }
}
