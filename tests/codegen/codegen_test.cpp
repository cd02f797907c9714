// What a probe adds to the code around it: the instructions of tests/cases/codegen.cpp with and without its probes.
#include <algorithm>
#include <set>

#include "catch.hpp"
#include "disassembly.hpp"
#include "notes.hpp"
#include "toolchain.hpp"

namespace {

using lines = std::vector<std::string>;

// The object file of codegen.cpp, optimised.
class object {
public:
    explicit object(const support::flags& more) {
        support::flags arguments = {"-std=c++17", "-O2", "-fcf-protection=none", "-c"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        support::build("tests/cases/codegen.cpp", directory_.file("object"), arguments);
        all_ = support::disassemble(directory_.file("object"));
        for (const auto& note : support::read_notes(directory_.file("object"))) {
            probes.insert(note.name);
        }
    }
    lines operator[](const std::string& function) const {
        return support::body_of(all_, function);
    }

    std::set<std::string> probes;

private:
    support::temporary_directory directory_;
    support::instructions all_;
};

// Instructions that a probe added; "-" in front of those that it took away.
lines difference(lines with, lines without) {
    std::sort(with.begin(), with.end());
    std::sort(without.begin(), without.end());
    lines added;
    std::set_difference(with.begin(), with.end(), without.begin(), without.end(), std::back_inserter(added));
    lines gone;
    std::set_difference(without.begin(), without.end(), with.begin(), with.end(), std::back_inserter(gone));
    for (const auto& line : gone) {
        added.push_back("-" + line);
    }
    return added;
}

std::string text(const lines& all) {
    std::string joined;
    for (const auto& line : all) {
        joined += line + "\n";
    }
    return joined;
}

bool starts_with(const std::string& line, const std::string& start) {
    return line.rfind(start, 0) == 0;
}

bool refers_to_memory(const std::string& line) {
    return !starts_with(line, "lea") && (line.find('(') != std::string::npos || line.find("%fs:") != std::string::npos);
}

auto memory_references(const lines& all) {
    return std::count_if(all.begin(), all.end(), refers_to_memory);
}

} // namespace

TEST_CASE("a probe is its nops: not one instruction for arguments in registers, nor for constants") {
    SKIP_WITHOUT(support::compiler());
    const object with({"-DWITH_PROBES"});
    const object without({});
    for (const auto* function : {"none", "one", "three", "six", "constants", "address", "fenced"}) {
        INFO(function);
        CHECK(text(with[function]) == text(without[function]));
        CHECK(with.probes.count(function) == 1);
    }
}

TEST_CASE("an argument in memory is one load") {
    SKIP_WITHOUT(support::compiler());
    const object with({"-DWITH_PROBES"});
    const object without({});
    for (const auto& [function, loads] : {std::pair("one_load", 1), std::pair("three_loads", 3)}) {
        INFO(function);
        const auto added = difference(with[function], without[function]);
        INFO(text(added));
        CHECK(added.size() == static_cast<std::size_t>(loads));
        CHECK(std::all_of(added.begin(), added.end(), refers_to_memory));
    }
}

TEST_CASE("a fence has the stores before it done, and adds nothing else") {
    SKIP_WITHOUT(support::compiler());
    const auto added = difference(object({"-DWITH_PROBES"})["stored_twice"], object({})["stored_twice"]);
    INFO(text(added));
    REQUIRE(added.size() <= 2); // clang extends the number before it stores it
    CHECK(std::count_if(added.begin(), added.end(), refers_to_memory) == 1);
}

TEST_CASE("a disabled PROBE_IF_ENABLED is one comparison and one jump") {
    SKIP_WITHOUT(support::compiler());
    const object with({"-DWITH_PROBES"});
    const auto all = with["only_if_enabled"];
    INFO(text(all));
    REQUIRE(all.size() > 2);
    CHECK(all[0] == "cmpw   $0x0,X(%rip)");
    if (all[1] == "je X") {
        return; // straight to pass_on: the conditional jump is the jump that was there without the probe
    }
    // The way that an untraced call takes ends with the first jump out; the probe and its load stand behind that.
    const auto end = std::find(all.begin(), all.end(), "jmp X");
    REQUIRE(end != all.end());
    CHECK(lines(all.begin(), end + 1) == lines{"cmpw   $0x0,X(%rip)", "jne X", "jmp X"});
    CHECK(object({})["only_if_enabled"] == lines{"jmp X"});
}

TEST_CASE("values stay in registers across a probe, as far as the compiler lets them") {
    SKIP_WITHOUT(support::compiler());
    const object with({"-DWITH_PROBES"});
    const object without({});
    const object sdt({"-DWITH_PROBES", "-DUSDTPP_USE_SYS_SDT"});
    for (const auto* function : {"accumulate", "read_twice", "read_twice_fenced"}) {
        INFO(function);
        INFO(text(with[function]));
        if (support::compiler_is_clang()) {
            // clang reads memory again after any asm statement; the probe must add nothing to that.
            CHECK(memory_references(with[function]) <= memory_references(sdt[function]));
        } else {
            CHECK(memory_references(with[function]) == memory_references(without[function]));
        }
    }
    if (!support::compiler_is_clang()) {
        // Through sys/sdt.h they do not: its basic asm statement brings the read back.
        CHECK(memory_references(sdt["read_twice"]) == memory_references(without["read_twice"]) + 1);
    }
}

TEST_CASE("disabled, the code is the same as without any probe") {
    SKIP_WITHOUT(support::compiler());
    const object disabled({"-DWITH_PROBES", "-DUSDTPP_DISABLE"});
    const object without({});
    for (const auto* function : {"none", "six", "three_loads", "only_if_enabled", "accumulate", "read_twice", "address",
                                 "fenced", "stored_twice"}) {
        INFO(function);
        CHECK(text(disabled[function]) == text(without[function]));
    }
}
