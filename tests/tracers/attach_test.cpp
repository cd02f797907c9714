// The ways in which each tracer is started, and the processes whose probes are enabled then.
#include <csignal>
#include <map>
#include <optional>
#include <set>
#include <thread>

#include "catch.hpp"
#include "perf.hpp"
#include "toolchain.hpp"
#include "tracers.hpp"

namespace {

// What tests/cases/enabled.cpp says of its probes one, two, and without_a_probe.
const std::string untraced = "000";
const std::string traced = "110";

// tests/cases/enabled.cpp, of a provider that is this process's own.
class enabled_program {
public:
    enabled_program() : provider(support::own_provider("enabled")) {
        support::build("tests/cases/enabled.cpp", path(), {"-std=c++17", "-O2", "-Denabled=" + provider});
    }
    std::string path() const {
        return directory_.file("program");
    }
    std::string bpftrace_script(const std::string& where) const {
        return "usdt:" + where + ":" + provider + ":one, usdt:" + where + ":" + provider +
               ":two { printf(\"%d fired %d\\n\", pid, arg0); }";
    }
    std::vector<support::expected_probe> probes() const {
        return {{provider, "one", 0, {}}, {provider, "two", 0, {}}};
    }

    const std::string provider;

private:
    support::temporary_directory directory_;
};

class running {
public:
    explicit running(const enabled_program& program) : process_({program.path()}) {}

    std::string state() {
        process_.write("\n");
        return process_.read_line(std::chrono::seconds(20)).value_or("it ended");
    }
    std::string state_becomes(const std::string& expected) {
        std::string now = state();
        for (int i = 0; i != 2000 && now != expected; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            now = state();
        }
        return now;
    }
    pid_t pid() const {
        return process_.pid();
    }

private:
    support::process process_;
};

void interrupt(support::process& tracer) {
    tracer.signal(SIGINT);
    CHECK(tracer.wait(std::chrono::seconds(30)));
}

} // namespace

TEST_CASE("bpftrace enables the probes of the processes that it was given", "[family]") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const enabled_program program;
    running one(program), other(program);
    CHECK(one.state() == untraced);

    SECTION("of one, by its number and any file") {
        support::bpftrace tracer(one.pid(), program.bpftrace_script("*"));
        CHECK(one.state() == traced);
        CHECK(tracer.read_line() == std::to_string(one.pid()) + " fired 1");
        CHECK(other.state() == untraced);
        tracer.stop();
    }
    SECTION("of one, by its number and its file") {
        support::bpftrace tracer(one.pid(), program.bpftrace_script(program.path()));
        CHECK(one.state() == traced);
        CHECK(tracer.read_line() == std::to_string(one.pid()) + " fired 1");
        CHECK(other.state() == untraced);
        tracer.stop();
    }
    SECTION("of all, by their file, those that start later too") {
        support::bpftrace tracer(support::flags{}, program.bpftrace_script(program.path()));
        running later(program);
        for (auto* each : {&one, &other, &later}) {
            CHECK(each->state() == traced);
            CHECK(tracer.read_line() == std::to_string(each->pid()) + " fired 1");
            CHECK(tracer.read_line() == std::to_string(each->pid()) + " fired 2");
        }
        tracer.stop();
    }
    CHECK(one.state_becomes(untraced) == untraced);
    CHECK(other.state_becomes(untraced) == untraced);
}

TEST_CASE("bpftrace enables the probes of the program that it starts, from the beginning, and of no other process",
          "[family]") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const enabled_program program;
    running other(program);
    support::process tracer(
        {"bpftrace", "-B", "line", "-c", program.path(), "-e", program.bpftrace_script(program.path())});
    tracer.write("\n");
    std::optional<std::string> line; // bpftrace's own lines and the program's come in any order
    std::set<std::string> printed;
    while (printed.size() != 3 && (line = tracer.read_line(std::chrono::seconds(60)))) {
        const auto what = line->substr(line->find(' ') + 1); // without the number of the process
        if (*line == traced || *line == untraced || what.rfind("fired", 0) == 0) {
            printed.insert(what);
        }
    }
    INFO(tracer.error_output());
    CHECK(printed == std::set<std::string>{traced, "fired 1", "fired 2"});
    CHECK(other.state() == untraced);
    tracer.close_input(); // which ends the program, and with it bpftrace
    CHECK(tracer.wait(std::chrono::seconds(60)));
}

TEST_CASE("perf enables the probes of the processes that it was given", "[family]") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_perf());
    const enabled_program program;
    support::perf_events events(program.path(), program.probes());
    running one(program), other(program);
    CHECK(one.state() == untraced);
    int fired = 1;

    SECTION("of one, by its number") {
        auto recording = events.start_recording({"-p", std::to_string(one.pid())});
        CHECK(one.state() == traced);
        CHECK(other.state() == untraced);
        interrupt(recording);
    }
    SECTION("of all") {
        auto recording = events.start_recording({"-a"});
        CHECK(one.state() == traced);
        CHECK(other.state() == traced);
        running later(program);
        CHECK(later.state() == traced);
        fired = 3;
        interrupt(recording);
    }
    SECTION("of the program that it starts") {
        CHECK(events.record("\n") == traced + "\n");
    }
    CHECK(one.state_becomes(untraced) == untraced);
    CHECK(other.state_becomes(untraced) == untraced);
    std::map<std::string, int> seen;
    for (const auto& sample : events.samples()) {
        ++seen[sample.name];
    }
    CHECK(seen == std::map<std::string, int>{{"one", fired}, {"two", fired}});
}

TEST_CASE("gdb enables the probes of the process that it has, while its breakpoints are in place", "[family]") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const enabled_program program;
    running other(program);
    // Three lines of input. With both breakpoints, with one of them, with none.
    support::process gdb({"gdb",         "-q",
                          "-nx",         "-batch",
                          "-ex",         "set pagination off",
                          "-ex",         "break -probe-stap " + program.provider + ":one",
                          "-ex",         "break -probe-stap " + program.provider + ":two",
                          "-ex",         "run",
                          "-ex",         "continue", // to `one` and `two` of the first line
                          "-ex",         "delete 1",
                          "-ex",         "continue", // to `two` of the second
                          "-ex",         "delete 2",
                          "-ex",         "continue", // to the end
                          program.path()});
    gdb.write("\n\n\n");
    gdb.close_input();
    REQUIRE(gdb.wait(std::chrono::seconds(60)));
    const auto printed = gdb.unread_output();
    INFO(printed << gdb.error_output());
    CHECK(support::enabled_states(printed) == std::vector<std::string>{"110", "010", "000"});
    CHECK(other.state() == untraced);
}
