#include "session.hpp"

#include "support/process.hpp"

namespace bench {

void session::skip(const std::string& what, const std::string& why) {
    skipped.push_back(what + ": " + why);
    shown.say("skipped: " + skipped.back());
}

std::string project_file(const std::string& relative) {
    return USDTPP_SOURCE_DIR "/" + relative;
}

std::string compile(const std::string& compiler, const std::vector<std::string>& arguments) {
    std::vector<std::string> command = {compiler, "-std=c++17", "-O2", "-I" + project_file("include"),
                                        "-I" + project_file("bench/cases")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const auto done = support::run(command, std::chrono::minutes(5));
    if (done.status == 0) {
        return "";
    }
    const auto line = done.errors.substr(0, done.errors.find('\n'));
    return line.empty() ? "the compiler failed" : line;
}

nlohmann::json to_json(const estimate& one) {
    return {{"median", one.median}, {"low", one.low}, {"high", one.high}, {"runs", one.runs}};
}

} // namespace bench
