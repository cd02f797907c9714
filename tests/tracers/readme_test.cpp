// The first screen of README.md, held against what really happens.
#include <regex>

#include "catch.hpp"
#include "notes.hpp"
#include "toolchain.hpp"
#include "tracers.hpp"

namespace {

// What stands between `before` and `after`.
std::string between(const std::string& text, const std::string& before, const std::string& after) {
    const auto begin = text.find(before);
    const auto end = text.find(after, begin + before.size());
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    return text.substr(begin + before.size(), end - begin - before.size());
}

} // namespace

TEST_CASE("the program of the README is examples/minimal.cpp, with the note that it shows") {
    SKIP_WITHOUT(support::compiler());
    const auto readme = support::read_file(support::project_file("README.md"));
    CHECK(between(readme, "```cpp\n", "```") == support::read_file(support::project_file("examples/minimal.cpp")));

    support::temporary_directory directory;
    const auto program = directory.file("minimal");
    support::build("examples/minimal.cpp", program, {"-std=c++17", "-O2"});
    const auto notes = support::read_notes(program);
    REQUIRE(notes.size() == 1);
    CHECK(between(readme, "    Provider: ", "\n") == notes[0].provider);
    CHECK(between(readme, "    Name: ", "\n") == notes[0].name);
    const auto arguments = between(readme, "    Arguments: ", "\n");
    const std::regex registers("%\\w+");
    REQUIRE(notes[0].arguments.size() == 2);
    CHECK(std::regex_replace(notes[0].arguments[0] + " " + notes[0].arguments[1], registers, "%R") ==
          std::regex_replace(arguments, registers, "%R"));
}

TEST_CASE("the bpftrace line of the README prints what it shows", "[family]") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const auto readme = support::read_file(support::project_file("README.md"));
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O2");
    support::temporary_directory directory;
    const auto program = directory.file("minimal");
    support::build("examples/minimal.cpp", program, {"-std=c++17", optimisation});
    const support::process minimal({program});
    support::bpftrace tracer(minimal.pid(), between(readme, "-p $(pidof minimal) -e '", "'\n"));
    for (int i = 0; i != 2; ++i) {
        const auto line = tracer.read_line();
        REQUIRE(line);
        CHECK(*line == std::to_string(std::stoi(*line)) + (std::stoi(*line) % 2 == 0 ? " even" : " odd"));
    }
}
