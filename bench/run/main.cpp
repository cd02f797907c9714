// usdtpp-bench: measures, and writes JSON, a report and pictures.
#include <algorithm>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <regex>
#include <stdexcept>
#include <thread>

#include <sys/utsname.h>

#include "command_line.hpp"
#include "report.hpp"
#include "session.hpp"
#include "support/process.hpp"

namespace {

using nlohmann::json;

struct settings {
    std::string output = "bench/results";
    std::vector<std::string> only;
    std::string from;
    std::string from_summary;
    bool quick = false;
};

// In this order.
const std::vector<std::pair<std::string, json (*)(bench::session&)>> sections = {
    {"disabled", bench::measure_disabled},
    {"build", bench::measure_build},
    {"server", bench::measure_server},
    {"enabled", bench::measure_enabled},
    {"attach", bench::measure_attach},
};

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

json versions() {
    json found = json::object();
    for (const std::string tool : {"g++", "clang++", "bpftrace", "lttng"}) {
        if (!support::find_program(tool).empty()) {
            const auto text = support::run({tool, "--version"}).output;
            std::smatch version;
            found[tool] = std::regex_search(text, version, std::regex(R"(\d+(\.\d+)+)")) ? version.str() : "unknown";
        }
    }
    return found;
}

std::string processor() {
    const auto text = support::read_file("/proc/cpuinfo");
    const auto found = text.find("model name");
    return found == std::string::npos ? "an unknown processor" : first_line(text.substr(text.find(':', found) + 2));
}

json machine() {
    utsname system;
    ::uname(&system);
    const std::string release = system.release;
    return {{"processor", processor()},
            {"processors", std::thread::hardware_concurrency()},
            {"system", std::string(system.sysname) + " " + release.substr(0, release.find('-'))},
            {"versions", versions()}};
}

std::string today() {
    const auto now = std::time(nullptr);
    char text[20];
    std::strftime(text, sizeof text, "%Y-%m-%d", std::gmtime(&now));
    return text;
}

json measure(const settings& chosen) {
    bench::session all;
    all.quick = chosen.quick;
    for (const std::string compiler : {"g++", "clang++"}) {
        if (support::find_program(compiler).empty()) {
            all.skip(compiler, "is not installed");
        } else {
            all.compilers.push_back(compiler);
        }
    }
    json results = {{"date", today()}, {"machine", machine()}, {"quick", chosen.quick}};
    for (const auto& [name, measure] : sections) {
        if (chosen.only.empty() || std::find(chosen.only.begin(), chosen.only.end(), name) != chosen.only.end()) {
            results[name] = measure(all);
        }
    }
    results["skipped"] = all.skipped;
    return results;
}

void write(const settings& chosen, const json& results) {
    std::filesystem::create_directories(chosen.output);
    support::write_file(chosen.output + "/latest.json", results.dump(2) + "\n");
    support::write_file(chosen.output + "/report.md", bench::report(results));
    if (support::find_program("gnuplot").empty()) {
        std::fprintf(stderr, "usdtpp-bench: no pictures: gnuplot is not installed\n");
        return;
    }
    bench::draw(results, chosen.output);
}

int run(const settings& chosen) {
    if (!chosen.from_summary.empty()) {
        std::fputs(bench::summary(json::parse(support::read_file(chosen.from_summary))).c_str(), stdout);
        return 0;
    }
    const auto results = chosen.from.empty() ? measure(chosen) : json::parse(support::read_file(chosen.from));
    write(chosen, results);
    std::fputs(bench::report(results).c_str(), stdout);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    settings chosen;
    CLI::App app("Measures what probes cost, against what people would use instead.", "usdtpp-bench");
    std::vector<std::string> names;
    for (const auto& [name, measure] : sections) {
        names.push_back(name);
    }
    app.add_option("--only", chosen.only, "Sections to measure: disabled, build, server, enabled, attach")
        ->check(CLI::IsMember(names));
    app.add_option("--output", chosen.output, "The directory to write to")->capture_default_str();
    app.add_option("--from", chosen.from, "Measure nothing: make report and pictures of this JSON");
    app.add_option("--summary", chosen.from_summary, "Print the table of README.md from this JSON, and nothing else");
    app.add_flag("--quick", chosen.quick, "Only show that it works: the figures mean nothing");
    try {
        if (const auto status = fosdem::parse_command_line(app, argc, argv)) {
            return *status;
        }
        return run(chosen);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "usdtpp-bench: %s\n", error.what());
        return 1;
    }
}
