// Each site has one whole description, its own, whatever a compiler merges, copies and moves.
#include <map>
#include <set>
#include <sstream>
#include <string>

#include <usdtpp/notes.hpp>

#include "catch.hpp"
#include "notes.hpp"
#include "support/files.hpp"
#include "toolchain.hpp"

namespace {

// By line: the name of the probe and those that its first argument may have.
struct expected_site {
    std::string probe;
    std::set<std::string> names;
};
std::map<unsigned, expected_site> read_expectations() {
    std::map<unsigned, expected_site> found;
    std::istringstream lines(support::read_file(support::project_file("tests/cases/reader/merged.cpp")));
    unsigned number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        const std::string sign = "// probes: ";
        const auto at = line.find(sign);
        if (at != line.npos && line.find("the line says") == line.npos) {
            std::istringstream words(line.substr(at + sign.size()));
            auto& site = found[number];
            words >> site.probe >> std::ws;
            for (std::string name; std::getline(words, name, '|');) {
                site.names.insert(name);
            }
        }
    }
    return found;
}

// How many notes of descriptions there are, by binutils.
std::size_t count_descriptions(const std::string& program) {
    const auto text = support::run({"readelf", "-nW", program}).output;
    std::size_t count = 0;
    for (std::size_t at = 0; (at = text.find("\n  usdtpp ", at)) != text.npos; ++at) {
        const auto line = text.substr(at + 1, text.find('\n', at + 1) - at);
        count += line.find("(0x00002002)") == line.npos ? 1U : 0U; // that is a text of some
    }
    return count;
}

void check_merged(const std::string& with) {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto program = directory.file("merged");
    const support::flags all = support::words("-std=c++17 " + with);
    support::write_file(directory.file("empty.cpp"), "int main() {}\n");
    auto probing = all;
    probing.insert(probing.end(), {directory.file("empty.cpp"), "-o", program});
    if (support::compile(probing).status != 0) {
        WARN(support::compiler() << " does not know " << with);
        return;
    }
    support::build("tests/cases/reader/merged.cpp", program, all);
    CHECK(support::run({"strip", program}).status == 0); // without symbols nothing is guessed by functions
    const auto read = usdtpp::read_probes(program);
    static const auto expected = read_expectations();
    INFO(with);
    CHECK(read.damage.empty());
    CHECK(count_descriptions(program) == read.probes.size());
    std::set<unsigned> lines;
    for (const auto& probe : read.probes) {
        INFO(probe.name << " in line " << probe.line);
        CHECK(probe.file == "merged.cpp");
        const auto site = expected.find(probe.line);
        REQUIRE(site != expected.end());
        CHECK(site->second.probe == probe.name);
        CHECK(site->second.names.count(probe.arguments[0].name) == 1);
        lines.insert(probe.line);
    }
    CHECK(lines.size() == expected.size()); // those of different lines are never merged
}

} // namespace

TEST_CASE("each site has one description, its own, -O0, -O1, -O2, -Os") {
    for (const std::string optimisation : {"-O0", "-O1", "-O2", "-Os"}) {
        check_merged(optimisation);
    }
}
TEST_CASE("each site has one description, its own, in basic-block sections and with link-time optimisation") {
    check_merged("-O2 -fbasic-block-sections=all");
    check_merged("-O2 -ffunction-sections -freorder-blocks-and-partition");
    check_merged("-O2 -flto " + support::use_linker(support::compiler_is_clang() ? "lld" : "bfd"));
    check_merged("-Os -flto=thin " + support::use_linker("lld"));
    check_merged("-Oz");
    check_merged("-O3 -g");
}
