#include "cases.hpp"

#include <algorithm>
#include <map>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "toolchain.hpp"

namespace support {
namespace {

std::string size_on(const type_sizes& sizes, const std::string& size) {
    const std::map<std::string, std::string> letters = {
        {"p", sizes.of_pointer}, {"l", sizes.of_long}, {"c", sizes.of_char}, {"w", sizes.of_wchar}};
    const auto found = letters.find(size);
    return found != letters.end() ? found->second : size;
}

std::vector<expected_argument> parse_arguments(const std::string& text, const type_sizes& sizes) {
    static const std::regex one(R"raw(\s*(-?[1248]|[plcw])(\*?)=("([^"]*)"|-?[0-9]+|\?)\s*(,|$))raw");
    std::vector<expected_argument> arguments;
    if (text == "none") {
        return arguments;
    }
    auto rest = text.cbegin();
    for (std::smatch match; rest != text.cend(); rest = match[0].second) {
        if (!std::regex_search(rest, text.cend(), match, one, std::regex_constants::match_continuous)) {
            throw std::runtime_error("not understood: expect: " + text);
        }
        using kind = expected_argument::kind;
        const auto size = size_on(sizes, match[1]);
        if (match[4].matched) {
            arguments.push_back({size, kind::string, match[4]});
        } else if (match[3] == "?") {
            arguments.push_back({size, kind::any, ""});
        } else {
            arguments.push_back({size, match.length(2) != 0 ? kind::pointed_to : kind::number, match[3]});
        }
    }
    return arguments;
}

} // namespace

std::vector<expected_probe> read_cases(const std::string& source, const type_sizes& sizes) {
    static const std::regex probe(R"(^\s+(?:PROBE\d*|PROBE_IF_ENABLED|DTRACE_PROBE\d*)\((\w+), (\w+)[,)])");
    static const std::regex expectation(R"(// expect: (.*)$)");
    std::vector<expected_probe> probes;
    std::istringstream lines(read_file(project_file(source)));
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        std::smatch match;
        if (!std::regex_search(line, match, probe)) {
            continue;
        }
        std::smatch said;
        if (!std::regex_search(line, said, expectation)) {
            throw std::runtime_error(source + ": a probe without `// expect:`: " + line);
        }
        probes.push_back({match[1], match[2], number, parse_arguments(said[1], sizes)});
    }
    return probes;
}

std::string expected_line(const expected_probe& probe, std::size_t arguments) {
    std::string line = probe.name;
    for (std::size_t i = 0; i != std::min(arguments, probe.arguments.size()); ++i) {
        const auto& argument = probe.arguments[i];
        line += argument.is == expected_argument::kind::any ? "" : " " + argument.value;
    }
    return line;
}

} // namespace support
