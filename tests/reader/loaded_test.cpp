// What descriptions add to a program: nothing that is loaded. And that they stay in it.
#include <regex>
#include <sstream>

#include <usdtpp/notes.hpp>

#include "catch.hpp"
#include "toolchain.hpp"

namespace {

// Name and size of each section that is loaded.
std::string loaded_sections(const std::string& program) {
    static const std::regex line(R"( +\[ *[0-9]+\] (\S+) +\S+ +[0-9a-f]+ [0-9a-f]+ ([0-9a-f]+) [0-9a-f]+ +[A-Z]*A.*)");
    std::istringstream lines(support::run({"readelf", "-SW", program}).output);
    std::string found;
    for (std::string text; std::getline(lines, text);) {
        std::smatch match;
        if (std::regex_match(text, match, line)) {
            found += match[1].str() + " " + match[2].str() + "\n";
        }
    }
    return found;
}

int count_described(const std::string& program) {
    int described = 0;
    for (const auto& probe : usdtpp::read_probes(program).probes) {
        described += !probe.file.empty() && probe.line != 0 ? 1 : 0;
    }
    return described;
}

void check_loaded(const std::string& optimisation) {
    SKIP_WITHOUT(support::compiler());
    const auto source = GENERATE(as<std::string>(), "tests/cases/values.cpp", "tests/cases/reader/emitted.cpp");
    support::temporary_directory directory;
    const auto with = directory.file("with"), without = directory.file("without");
    support::build(source, with, {"-std=c++17", "-pthread", optimisation});
    support::build(source, without, {"-std=c++17", "-pthread", optimisation, "-DUSDTPP_NO_DESCRIPTIONS"});
    INFO(source);
    CHECK(count_described(with) > 30);
    CHECK(count_described(without) == 0);
    CHECK(loaded_sections(with).find(".text ") != std::string::npos);
    CHECK(loaded_sections(with).find(".probes ") != std::string::npos);
    CHECK(loaded_sections(with).find("usdtpp") == std::string::npos);
    CHECK(loaded_sections(with) == loaded_sections(without));
}

} // namespace

TEST_CASE("a description adds no byte to what is loaded, -O0") {
    check_loaded("-O0");
}
TEST_CASE("a description adds no byte to what is loaded, -O1", "[full]") {
    check_loaded("-O1");
}
TEST_CASE("a description adds no byte to what is loaded, -O2") {
    check_loaded("-O2");
}
TEST_CASE("a description adds no byte to what is loaded, -O3", "[full]") {
    check_loaded("-O3");
}
TEST_CASE("a description adds no byte to what is loaded, -Os") {
    check_loaded("-Os");
}

TEST_CASE("descriptions stay in a stripped program") {
    SKIP_WITHOUT(support::compiler(), "strip");
    support::temporary_directory directory;
    const auto program = directory.file("program");
    support::build("tests/cases/reader/emitted.cpp", program, {"-std=c++17"});
    const auto before = count_described(program);
    REQUIRE(before > 30);
    REQUIRE(support::run({"strip", "--strip-all", program}).status == 0);
    CHECK(count_described(program) == before);
}
