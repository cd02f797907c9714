// fosdem-run that is interrupted, or whose children end before their time.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "harness.hpp"
#include "tracers.hpp"

namespace {

using example::count_of;
using example::eventually;
using example::long_enough;
using example::milliseconds;

// A process as /proc tells of it.
struct task {
    std::string name;
    char state = 'Z'; // as if it had ended, unless it is there
    pid_t parent = 0;
};

task task_of(const std::string& pid) {
    std::ifstream file("/proc/" + pid + "/stat");
    std::string text;
    std::getline(file, text);
    task found;
    const auto open = text.find('(');
    const auto close = text.rfind(')');
    if (close != std::string::npos) {
        found.name = text.substr(open + 1, close - open - 1);
        std::istringstream(text.substr(close + 1)) >> found.state >> found.parent;
    }
    return found;
}

// Its children that have become another program: name -> pid.
std::map<std::string, pid_t> children_of(pid_t parent) {
    std::map<std::string, pid_t> children;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto pid = entry.path().filename().string();
        if (pid.find_first_not_of("0123456789") == std::string::npos) {
            const auto found = task_of(pid);
            if (found.parent == parent && found.name != "fosdem-run") {
                children[found.name] = std::stoi(pid);
            }
        }
    }
    return children;
}

bool has_ended(pid_t pid) {
    return task_of(std::to_string(pid)).state == 'Z';
}

// fosdem-run in a process group of its own, as a shell starts it.
class running {
public:
    explicit running(const std::vector<std::string>& options, const support::start_options& how = {})
        : process_([&] {
              std::vector<std::string> command = {"setsid", FOSDEM_RUN, "--json", directory_.file("report.json")};
              command.insert(command.end(), options.begin(), options.end());
              return support::process(command, how);
          }()) {}

    // Waits until it has this child, and returns that.
    pid_t child(const std::string& name) {
        REQUIRE(eventually([&] {
            CHECK_FALSE(process_.wait(milliseconds(0)));
            children_ = children_of(process_.pid());
            return children_.count(name) != 0;
        }));
        return children_.at(name);
    }
    // Waits until requests are being answered.
    void await_load() {
        REQUIRE(eventually([&] {
            CHECK_FALSE(process_.wait(milliseconds(10)));
            const auto& text = process_.error_output();
            return count_of(" answered, ", text) > count_of(" 0 answered, ", text);
        }));
    }
    // Its exit status; all of its children have ended too.
    int status() {
        const auto done = process_.wait(long_enough);
        REQUIRE(done);
        for (const auto& [name, pid] : children_) {
            INFO(name);
            CHECK(has_ended(pid));
        }
        return done->status;
    }
    nlohmann::json report() const {
        return nlohmann::json::parse(support::read_file(directory_.file("report.json")));
    }
    support::process& process() {
        return process_;
    }

private:
    support::temporary_directory directory_;
    support::process process_;
    std::map<std::string, pid_t> children_;
};

} // namespace

TEST_CASE("an interrupted fosdem-run leaves no server and no tracer behind") {
    SKIP_FOR(support::why_no_bpftrace());
    SKIP_WITHOUT("setsid");
    const int number = GENERATE(SIGINT, SIGTERM);
    const bool group = GENERATE(false, true); // as Ctrl-C does it
    const bool attaching = GENERATE(false, true);
    INFO("signal " << number << (group ? " to all" : "") << (attaching ? " while it attaches" : ""));
    running run({"--scenario", "usdt", "--duration", "60", "--rps", "100"});
    run.child("fosdem-server");
    run.child("bpftrace");
    if (!attaching) {
        run.await_load();
    }
    REQUIRE(::kill(group ? -run.process().pid() : run.process().pid(), number) == 0);
    CHECK(run.status() == 128 + number);
    CHECK(run.process().unread_output().empty());
}

TEST_CASE("only scenario default is without probes, and each ends when it is interrupted") {
    const std::map<std::string, std::string> servers = {{"default", FOSDEM_SERVER_DISABLED}, {"idle", FOSDEM_SERVER}};
    for (const auto& [scenario, server] : servers) {
        INFO(scenario);
        running run({"--scenario", scenario, "--duration", "60", "--rps", "100"});
        const auto name = std::filesystem::path(server).filename().string().substr(0, 15); // the kernel keeps no more
        const auto pid = run.child(name);
        CHECK(std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe") == server);
        run.process().signal(SIGINT);
        CHECK(run.status() == 128 + SIGINT);
    }
}

TEST_CASE("an interrupted fosdem-run reports the runs that it has made") {
    running run({"--scenario", "idle", "--num", "1000", "--duration", "0.5"});
    REQUIRE(eventually([&] {
        CHECK_FALSE(run.process().wait(milliseconds(10)));
        return count_of("idle ", run.process().error_output()) > 1; // the second line comes after some runs
    }));
    run.process().signal(SIGINT);
    CHECK(run.status() == 128 + SIGINT);
    const auto report = run.report();
    CHECK(report.size() >= 1);
    CHECK(report.size() < 1000);
    CHECK(count_of("\nidle ", run.process().unread_output()) == report.size());
    for (std::size_t i = 0; i != report.size(); ++i) {
        CHECK(report[i]["run"] == i + 1);
        CHECK(report[i]["server"]["exit_status"] == 0);
    }
}

TEST_CASE("fosdem-run fails when its server ends in the middle of a run") {
    const auto scenario = GENERATE(as<std::string>(), "idle", "usdt");
    INFO(scenario);
    SKIP_UNLESS(scenario == "idle" || support::why_no_bpftrace().empty(), support::why_no_bpftrace());
    running run({"--scenario", scenario, "--duration", "6", "--rps", "100"});
    run.await_load();
    REQUIRE(::kill(run.child("fosdem-server"), SIGKILL) == 0);
    CHECK(run.status() == 1);
    const auto& errors = run.process().error_output();
    INFO(errors);
    CHECK(count_of("fosdem-run: " + scenario + " 1/1: the server did not end well\n", errors) == 1);
    const auto report = run.report().at(0);
    CHECK(report["ok"] == false);
    CHECK(report["requests"]["answered"] > 0);
    CHECK(report["requests"]["failed"] > 0);
    CHECK(report["server"]["exit_status"] == 128 + SIGKILL);
}

TEST_CASE("fosdem-run fails when its tracer ends in the middle of a run") {
    SKIP_FOR(support::why_no_bpftrace());
    running run({"--scenario", "usdt", "--duration", "6", "--rps", "100"});
    run.await_load();
    REQUIRE(::kill(run.child("bpftrace"), SIGKILL) == 0);
    CHECK(run.status() == 1);
    const auto& errors = run.process().error_output();
    INFO(errors);
    CHECK(count_of("fosdem-run: usdt 1/1: bpftrace did not end well", errors) == 1);
    const auto report = run.report().at(0);
    CHECK(report["ok"] == false);
    CHECK(report["requests"]["failed"] == 0);
    CHECK(report["server"]["exit_status"] == 0);
}

TEST_CASE("fosdem-run fails when events are lost") {
    SKIP_FOR(support::why_no_bpftrace());
    support::start_options how;
    how.environment = {{"BPFTRACE_PERF_RB_PAGES", "1"}}; // room for less than 100 events
    running run({"--scenario", "usdt", "--duration", "6", "--rps", "500"}, how);
    run.await_load();
    const auto tracer = run.child("bpftrace");
    const auto& errors = run.process().error_output();
    REQUIRE(::kill(tracer, SIGSTOP) == 0);
    const auto lines = count_of("\n", errors);
    CHECK(eventually([&] {
        CHECK_FALSE(run.process().wait(milliseconds(10)));
        return count_of("\n", errors) > lines; // two seconds later
    }));
    REQUIRE(::kill(tracer, SIGCONT) == 0);
    CHECK(run.status() == 1);
    INFO(errors);
    CHECK(count_of(" request_end events lost\n", errors) == 1);
    const auto report = run.report().at(0);
    CHECK(report["ok"] == false);
    const auto& events = report["events"];
    CHECK(events["request_start"]["lost"] > 0);
    CHECK(events["request_end"]["lost"] > 0);
    for (const auto* event : {"request_start", "request_end"}) {
        CHECK(events[event]["seen"].get<int>() + events[event]["lost"].get<int>() >= report["requests"]["answered"]);
    }
    CHECK(report["requests"]["failed"] == 0);
    CHECK(report["server"]["exit_status"] == 0);
}
