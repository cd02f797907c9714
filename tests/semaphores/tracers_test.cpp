// PROBE_ENABLED against bpftrace that comes and goes, and against processes that do.
#include <optional>

#include "catch.hpp"
#include "program.hpp"
#include "tracers.hpp"

namespace {

class target {
public:
    explicit target(const std::string& back_end) {
        build_case("target", path(), {back_end});
    }

    std::string path() const {
        return directory_.file("target");
    }
    program start() const {
        return program({path()});
    }
    // Prints the first argument of each event.
    support::bpftrace trace(pid_t pid, const std::string& probe) const {
        return {pid, "usdt:" + path() + ":target:" + probe + " { printf(\"%d\\n\", arg0); }"};
    }

private:
    support::temporary_directory directory_;
};

} // namespace

TEST_CASE("PROBE_ENABLED is true just while bpftrace is attached") {
    SKIP_FOR(why_no_bpftrace_here());
    const auto back_end = GENERATE(from_range(back_ends));
    INFO(back_end);
    const target built(back_end);
    auto running = built.start();
    CHECK(running.answer() == "00 0");
    CHECK(running.ask("tick") == "00 0");

    SECTION("until it detaches") {
        auto tracer = built.trace(running.pid(), "tick");
        CHECK(running.ask("state") == "10 0");
        CHECK(running.ask("tick") == "10 1");
        CHECK(tracer.read_line() == "1");
        CHECK(tracer.stop().empty());
        CHECK(running.ask_until("state", "00 1") == "00 1");
        CHECK(running.ask("tick") == "00 1");
    }
    SECTION("until it is killed") {
        auto tracer = built.trace(running.pid(), "pair");
        CHECK(running.ask("second") == "01 0");
        CHECK(tracer.read_line() == "2");
        tracer.kill();
        CHECK(running.ask_until("state", "00 0") == "00 0");
    }
    SECTION("and again after it comes back") {
        for (int i = 1; i != 4; ++i) {
            const auto ticks = std::to_string(i);
            auto tracer = built.trace(running.pid(), "tick");
            CHECK(running.ask("tick") == "10 " + ticks);
            CHECK(tracer.read_line() == ticks);
            tracer.stop();
            CHECK(running.ask_until("state", "00 " + ticks) == "00 " + ticks);
        }
    }
    CHECK(running.end() == 0);
}

TEST_CASE("of two tracers each gets its events, and the last that leaves disables the probe") {
    SKIP_FOR(why_no_bpftrace_here());
    const auto back_end = GENERATE(from_range(back_ends));
    const bool first_is_killed = GENERATE(false, true);
    INFO(back_end << (first_is_killed ? ", the first is killed" : ", the second is killed"));
    const target built(back_end);
    const auto tick = support::find_probe(built.path(), "target:tick");
    auto running = built.start();
    CHECK(running.answer() == "00 0");
    CHECK(support::read_semaphore(running.pid(), tick) == 0);

    // One asks for the process, the other for all of the file.
    auto first = built.trace(running.pid(), "tick");
    auto second = built.trace(support::every_process, "tick");
    CHECK(running.ask("tick") == "10 1");
    CHECK(first.read_line() == "1");
    CHECK(second.read_line() == "1");
    CHECK(support::read_semaphore(running.pid(), tick) == 1); // the kernel counts sites, not tracers
    if (first_is_killed) {
        first.kill();
    } else {
        CHECK(first.stop().empty());
    }
    CHECK(running.ask("tick") == "10 2");
    CHECK(second.read_line() == "2");
    if (first_is_killed) {
        CHECK(second.stop().empty());
    } else {
        second.kill();
    }
    CHECK(running.ask_until("state", "00 2") == "00 2");
    CHECK(running.ask("tick") == "00 2");
    CHECK(support::read_semaphore(running.pid(), tick) == 0);
}

TEST_CASE("a traced process that is killed leaves others of its file alone") {
    SKIP_FOR(why_no_bpftrace_here());
    const auto back_end = GENERATE(from_range(back_ends));
    INFO(back_end);
    const target built(back_end);
    auto killed = built.start();
    auto other = built.start();
    CHECK(killed.answer() == "00 0");
    CHECK(other.answer() == "00 0");

    SECTION("when it was traced alone") {
        auto tracer = built.trace(killed.pid(), "tick");
        CHECK(killed.ask("tick") == "10 1");
        CHECK(other.ask("tick") == "00 0");
        killed.kill();
        CHECK(tracer.has_ended());
        CHECK(other.ask("tick") == "00 0");
    }
    SECTION("when all of them were traced") {
        auto tracer = built.trace(support::every_process, "tick");
        CHECK(killed.ask("tick") == "10 1");
        CHECK(tracer.read_line() == "1");
        killed.kill();
        CHECK(other.ask("state") == "10 0");
        auto later = built.start();
        CHECK(later.answer() == "10 0"); // as soon as main begins
        CHECK(later.ask("tick") == "10 1");
        CHECK(later.ask("tick") == "10 2");
        CHECK(tracer.read_line() == "1");
        CHECK(tracer.read_line() == "2");
        CHECK(tracer.stop().empty());
        CHECK(other.ask_until("state", "00 0") == "00 0");
        CHECK(later.ask_until("state", "00 2") == "00 2");
    }
}

TEST_CASE("a loop that does nothing but ask PROBE_ENABLED sees a tracer come and go") {
    SKIP_FOR(why_no_uprobes_here());
    const auto back_end = GENERATE(from_range(back_ends));
    INFO(back_end);
    const target built(back_end);
    const auto tick = support::find_probe(built.path(), "target:tick");
    auto running = built.start();
    CHECK(running.answer() == "00 0");
    running.tell("wait");
    support::uprobe tracer(tick, running.pid());
    CHECK(running.answer() == "10 0");
    tracer.detach();
    CHECK(running.answer() == "00 0");
}
