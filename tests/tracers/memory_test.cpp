// What a tracer reads of memory when a probe fires is what the program has stored there by then:
// tests/cases/memory.cpp.
#include <regex>
#include <sstream>

#include "catch.hpp"
#include "toolchain.hpp"

namespace {

struct reading {
    std::string probe;
    std::string value;
    std::string address; // in gdb's language
};

const std::string source = "tests/cases/memory.cpp";

std::vector<reading> expected_readings() {
    static const std::regex probe(R"(\((memory, \w+), .*// reads: (\d+)(?: at (.*))?$)");
    std::vector<reading> all;
    std::istringstream lines(support::read_file(support::project_file(source)));
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_search(line, match, probe)) {
            const auto where = match[3].matched ? match[3].str() : "ARG";
            all.push_back({std::regex_replace(match[1].str(), std::regex(", "), ":"), match[2],
                           std::regex_replace(where, std::regex("ARG"), "(long)$_probe_arg0")});
        }
    }
    return all;
}

std::string text_of(const std::vector<reading>& all) {
    std::string text;
    for (const auto& one : all) {
        text += one.probe + " " + one.value + "\n";
    }
    return text;
}

std::string read_by_gdb(const std::string& program, const std::vector<reading>& all, const std::string& script) {
    std::string commands = "set pagination off\n";
    for (const auto& one : all) {
        commands += "break -probe-stap " + one.probe + "\ncommands\nsilent\nprintf \"read: " + one.probe +
                    " %d\\n\", *(int*)(" + one.address + ")\ncontinue\nend\n";
    }
    support::write_file(script, commands + "run\n");
    support::process gdb({"gdb", "-q", "-nx", "-batch", "-x", script, program});
    gdb.write("\n");
    gdb.close_input();
    REQUIRE(gdb.wait(std::chrono::seconds(60)));
    std::string text;
    std::istringstream lines(gdb.unread_output());
    for (std::string line; std::getline(lines, line);) {
        text += line.rfind("read: ", 0) == 0 ? line.substr(6) + "\n" : "";
    }
    return text;
}

} // namespace

TEST_CASE("gdb reads the memory that an argument, or none, leads to, as the program has left it") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const auto flags = GENERATE(as<std::string>(), "-O1", "-O2", "-O3", "-O2 -DUSDTPP_USE_SYS_SDT");
    INFO(support::compiler() << " " << flags);
    support::temporary_directory directory;
    const auto program = directory.file("memory");
    support::build(source, program, support::operator+({"-std=c++17"}, support::words(flags)));
    const auto expected = expected_readings();
    REQUIRE(expected.size() > 20);
    CHECK(read_by_gdb(program, expected, directory.file("script")) == text_of(expected));
}
