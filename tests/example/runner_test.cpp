// fosdem-run as a whole: what it measures, and that it says so when a run did not go well.
#include <cmath>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "catch.hpp"
#include "harness.hpp"
#include "tracers.hpp"

namespace {

using example::count_of;
using example::is_one_line_of;
using example::long_enough;
using nlohmann::json;

struct run_output : support::result {
    json report;
};

// With a report.
run_output run(const std::vector<std::string>& options, const support::start_options& how = {}) {
    const support::temporary_directory directory;
    std::vector<std::string> command = {FOSDEM_RUN, "--json", directory.file("report.json")};
    command.insert(command.end(), options.begin(), options.end());
    run_output done{support::run(command, 2 * long_enough, how), {}};
    done.report = json::parse(support::read_file(directory.file("report.json")), nullptr, false);
    return done;
}

// As a user without privileges.
std::vector<std::string> unprivileged(const std::vector<std::string>& command) {
    std::vector<std::string> words;
    if (::geteuid() == 0) {
        words = {"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"};
    }
    words.insert(words.end(), command.begin(), command.end());
    return words;
}

// What can be said of any run in which all went well.
void check_good_run(const json& one, const std::string& scenario) {
    CHECK(one["scenario"] == scenario);
    CHECK(one["ok"] == true);
    CHECK(one["problems"] == json::array());
    const auto& requests = one["requests"];
    CHECK(requests["answered"] > 0);
    CHECK(requests["sent"] == requests["answered"]);
    CHECK(requests["failed"] == 0);
    CHECK(requests["unsent"] == 0);
    CHECK(one["server"]["exit_status"] == 0);
    CHECK(one["server"]["cpu_seconds"] >= 0);
    CHECK(one["server"]["peak_memory_bytes"] > 1'000'000);
    const auto throughput = requests["answered"].get<double>() / one["elapsed_seconds"].get<double>();
    CHECK(std::abs(one["throughput_rps"].get<double>() - throughput) < 0.01);
    const auto check_latencies = [](const json& of) {
        CHECK(of["p50"] > 0);
        CHECK(of["p50"] <= of["p95"]);
        CHECK(of["p95"] <= of["p99"]);
        CHECK(of["p99"] <= of["max"]);
    };
    check_latencies(one["latency_us"]["client"]);
    if (scenario != "usdt" && scenario != "inproc") {
        CHECK(one["events"].is_null());
        CHECK(one["tracer"].is_null());
        CHECK(one["latency_us"]["probe"].is_null());
        return;
    }
    for (const auto* event : {"request_start", "request_end"}) {
        CHECK(one["events"][event]["seen"] == requests["answered"]);
        CHECK(one["events"][event]["lost"] == 0);
    }
    CHECK(one["events"]["lost_says_tracer"] == 0);
    CHECK(one["tracer"].get<std::string>().rfind(scenario == "usdt" ? "bpftrace v" : "from inside", 0) == 0);
    check_latencies(one["latency_us"]["probe"]);
}

} // namespace

TEST_CASE("fosdem-run runs all scenarios and reports each") {
    SKIP_FOR(support::why_no_bpftrace());
    const auto done = run({"--scenario", "all", "--duration", "1", "--num", "1"});
    INFO(done.errors);
    CHECK(done.status == 0);
    REQUIRE(done.report.is_array());
    REQUIRE(done.report.size() == 4);
    check_good_run(done.report[0], "default");
    check_good_run(done.report[1], "idle");
    check_good_run(done.report[2], "inproc");
    check_good_run(done.report[3], "usdt");
    for (const auto& one : done.report) {
        CHECK(one["run"] == 1);
        CHECK(one["settings"]["num"] == 1);
        CHECK(one["settings"]["duration_seconds"] == 1.0);
        CHECK(one["settings"]["clients"] == 4);
        CHECK(one["settings"]["rps"].is_null());
        CHECK(one["settings"]["inputs"]["off_cpu"] == 0.0);
        CHECK(one["elapsed_seconds"] >= 1.0);
    }
    CHECK(count_of("\ndefault    1 ", done.output) == 1);
    CHECK(count_of("\nidle       1 ", done.output) == 1);
    CHECK(count_of("\ninproc     1 ", done.output) == 1);
    CHECK(count_of("\nusdt       1 ", done.output) == 1);
    CHECK(count_of("latency as the probes saw it (from inside)", done.output) == 1);
    CHECK(count_of("latency as the probes saw it (bpftrace v", done.output) == 1);
    CHECK(count_of(" us ", done.output) >= 1); // lines of the histogram
}

TEST_CASE("fosdem-run sees the events of every request") {
    const auto scenario = GENERATE(as<std::string>(), "usdt", "inproc");
    SKIP_UNLESS(scenario != "usdt" || support::why_no_bpftrace().empty(), support::why_no_bpftrace());
    const auto load = GENERATE(as<std::vector<std::string>>(), std::vector<std::string>{"--clients", "1"},
                               std::vector<std::string>{"--clients", "16"});
    INFO(support::joined(load));
    auto options = load;
    options.insert(options.end(), {"--scenario", scenario, "--duration", "1"});
    const auto done = run(options);
    INFO(done.output << done.errors);
    CHECK(done.status == 0);
    REQUIRE(done.report.size() == 1);
    check_good_run(done.report[0], scenario);
    CHECK(done.report[0]["settings"]["clients"] == std::stoi(load[1]));
}

TEST_CASE("fosdem-run sends as many requests a second as it is told to") {
    SKIP_FOR(support::why_no_bpftrace());
    const auto done = run({"--scenario", "usdt", "--rps", "1000", "--duration", "2"});
    INFO(done.output << done.errors);
    CHECK(done.status == 0);
    REQUIRE(done.report.size() == 1);
    check_good_run(done.report[0], "usdt");
    CHECK(done.report[0]["requests"]["answered"] == 2000);
    CHECK(done.report[0]["settings"]["clients"].is_null());
    CHECK(done.report[0]["settings"]["rps"] == 1000);
}

TEST_CASE("fosdem-run makes each run several times, with the inputs of a file") {
    const support::temporary_directory directory;
    support::write_file(directory.file("inputs.json"), R"({"port": 1, "workers": 2, "off_cpu": 0.05, "unknown": 1})");
    const auto done = run({"--scenario", "idle", "--num", "2", "--duration", "0.5", "--clients", "2", "--inputs",
                           directory.file("inputs.json")});
    INFO(done.output << done.errors);
    CHECK(done.status == 0);
    CHECK(count_of("inputs.json: warning: \"unknown\" ignored", done.errors) == 1);
    REQUIRE(done.report.size() == 2);
    for (const auto& one : done.report) {
        check_good_run(one, "idle");
        CHECK(one["latency_us"]["client"]["p50"] >= 50'000);
        CHECK(one["requests"]["answered"] <= 22); // 0.5 s of two clients, and what they began last
        CHECK(one["settings"]["inputs"]["workers"] == 2);
    }
    CHECK(done.report[0]["run"] == 1);
    CHECK(done.report[1]["run"] == 2);
}

TEST_CASE("fosdem-run fails when requests do") {
    const support::temporary_directory directory;
    support::write_file(directory.file("inputs.json"), R"({"off_cpu": 1})");
    const auto done = run({"--scenario", "idle", "--duration", "0.5", "--clients", "2", "--timeout", "0.1", "--inputs",
                           directory.file("inputs.json")});
    INFO(done.errors);
    CHECK(done.status == 1);
    REQUIRE(done.report.size() == 1);
    CHECK(done.report[0]["ok"] == false);
    CHECK(done.report[0]["requests"]["failed"] >= 2);
    CHECK(count_of(" requests failed: ", done.errors) == 1);
    CHECK(count_of("no request was answered", done.errors) == 1);
}

TEST_CASE("fosdem-run fails when requests cannot be sent in time") {
    const support::temporary_directory directory;
    support::write_file(directory.file("inputs.json"), R"({"workers": 256, "off_cpu": 0.9})");
    const auto done = run({"--scenario", "idle", "--duration", "1", "--rps", "1000", "--timeout", "1.5", "--inputs",
                           directory.file("inputs.json")});
    INFO(done.errors);
    CHECK(done.status == 1);
    REQUIRE(done.report.size() == 1);
    const auto& requests = done.report[0]["requests"];
    CHECK(requests["unsent"] > 0);
    CHECK(requests["sent"].get<int>() + requests["unsent"].get<int>() == 1000);
    CHECK(count_of(" requests could not be sent in time", done.errors) == 1);
}

TEST_CASE("fosdem-run tells in one line what keeps it from running") {
    const support::temporary_directory empty;
    support::start_options without_programs;
    without_programs.environment = {{"PATH", empty.path()}};
    const bool root = ::geteuid() == 0;
    struct row {
        std::vector<std::string> options;
        std::string message;
        support::start_options how;
    };
    const row rows[] = {
        {{"--inputs", "/nowhere.json"}, "/nowhere.json: cannot be read: No such file or directory: give", {}},
        {{"--inputs", "/"}, "/: cannot be read: Is a directory: give", {}},
        {{"--json", "/nowhere/report.json"}, "/nowhere/report.json: cannot be written: give", {}},
        {{"--scenario", "usdt"}, root ? "bpftrace is missing: install" : "root is missing: run it", without_programs},
    };
    for (const auto& [options, message, how] : rows) {
        std::vector<std::string> command = {FOSDEM_RUN};
        command.insert(command.end(), options.begin(), options.end());
        INFO(support::joined(command));
        const auto done = support::run(command, long_enough, how);
        INFO(done.errors);
        CHECK(done.status == 1);
        CHECK(done.output.empty());
        CHECK(is_one_line_of("fosdem-run", done.errors));
        CHECK(count_of(message, done.errors) == 1);
    }
}

TEST_CASE("without root fosdem-run says that bpftrace needs it, and traces from inside") {
    SKIP_UNLESS(::geteuid() != 0 || !support::find_program("setpriv").empty(), "setpriv is not installed");
    SKIP_UNLESS(support::run(unprivileged({"test", "-x", FOSDEM_RUN})).status == 0,
                "other users cannot run programs from here");
    const auto traced = support::run(unprivileged({FOSDEM_RUN, "--scenario", "usdt"}), long_enough);
    CHECK(traced.status == 1);
    CHECK(traced.output.empty());
    CHECK(is_one_line_of("fosdem-run", traced.errors));
    CHECK(count_of("root is missing: ", traced.errors) == 1);

    const auto idle = support::run(unprivileged({FOSDEM_RUN, "--scenario", "idle", "--duration", "0.5"}), long_enough);
    INFO(idle.errors);
    CHECK(idle.status == 0);
    CHECK(count_of("\nidle       1 ", idle.output) == 1);
    CHECK(count_of("fosdem-run: ", idle.errors) == 0);

    const auto all = support::run(unprivileged({FOSDEM_RUN, "--duration", "0.5"}), long_enough);
    INFO(all.errors);
    CHECK(all.status == 0);
    CHECK(count_of("\ndefault    1 ", all.output) == 1);
    CHECK(count_of("\nidle       1 ", all.output) == 1);
    CHECK(count_of("\ninproc     1 ", all.output) == 1);
    CHECK(count_of("latency as the probes saw it (from inside)", all.output) == 1);
    CHECK(count_of("fosdem-run: usdt is left out: root is missing: ", all.errors) == 1);
}
