#include "target.hpp"

#include "catch.hpp"

target_program::target_program(const support::flags& flags, const std::string& source) {
    const auto file = "tests/cases/attach/" + source + ".cpp";
    using support::operator+;
    support::build(file, path, support::flags{"-std=c++17", "-O1", "-pthread", "-Wl,--no-as-needed", "-lelf"} + flags);
}

namespace {
std::vector<std::string> behind(std::vector<std::string> before, const std::string& path) {
    before.push_back(path);
    return before;
}
} // namespace

target::target(const std::string& path, std::vector<std::string> before) : process_(behind(std::move(before), path)) {}

std::string target::ask(const std::string& line) {
    process_.write(line + "\n");
    const auto answer = process_.read_line(std::chrono::seconds(20));
    return answer ? *answer : "no answer " + process_.error_output();
}

void target::check(const std::vector<std::pair<std::string, std::string>>& conversation) {
    for (const auto& [line, expected] : conversation) {
        const auto answer = ask(line);
        INFO(line);
        if (!expected.empty() && expected.back() == '*') {
            CHECK(answer.substr(0, expected.size() - 1) + "*" == expected);
        } else {
            CHECK(answer == expected);
        }
    }
}
