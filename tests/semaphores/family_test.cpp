// What fork and exec do to semaphores. The kernel puts breakpoints and semaphores up where a tracer asked for them, and
// fork copies both.
#include "catch.hpp"
#include "program.hpp"
#include "tracers.hpp"

namespace {

// target.cpp, its probes, and a process of it.
struct family {
    explicit family(const std::string& back_end) : path(directory.file("target")) {
        build_case("target", path, {back_end});
        tick = support::find_probe(path, "target:tick");
        pair = support::find_probe(path, "target:pair");
        parent.emplace(std::vector<std::string>{path});
        start = parent->answer();
    }

    support::temporary_directory directory;
    std::string path;
    support::probe_in_file tick, pair;
    std::optional<program> parent;
    std::string start; // what it said
};

} // namespace

TEST_CASE("a child is enabled like its parent where every process is traced") {
    SKIP_FOR(why_no_uprobes_here());
    const auto back_end = GENERATE(from_range(back_ends));
    const bool fork_first = GENERATE(false, true);
    INFO(back_end << (fork_first ? ", fork before the tracer" : ", the tracer before fork"));
    family one(back_end);
    auto& parent = *one.parent;
    REQUIRE(one.start == "00 0");
    std::string fork;
    if (fork_first) {
        fork = parent.ask("fork");
        CHECK(parent.ask("child") == "00 0");
    }
    support::uprobe tracer(one.tick, support::every_process);
    if (!fork_first) {
        fork = parent.ask("fork");
        CHECK(parent.ask("child") == "10 0");
    }
    const pid_t child = std::stoi(fork);
    CHECK(support::read_semaphore(child, one.tick) == 1);
    CHECK(parent.ask("child tick") == "10 1");
    CHECK(parent.ask("child tick") == "10 2");
    CHECK(tracer.count() == 2);
    CHECK(parent.ask("tick") == "10 1");
    CHECK(tracer.count() == 3);
    tracer.detach();
    CHECK(parent.ask("state") == "00 1");
    CHECK(parent.ask("child tick") == "00 2");
    CHECK(support::read_semaphore(child, one.tick) == 0);
    CHECK(support::read_semaphore(parent.pid(), one.tick) == 0);
}

// The kernel's doing, and in docs/limitations.md: the copied breakpoint, and its share of the semaphore, go when the
// child runs into it.
TEST_CASE("a child of a process that is traced alone is enabled until each site has been fired once") {
    SKIP_FOR(why_no_uprobes_here());
    const auto back_end = GENERATE(from_range(back_ends));
    INFO(back_end);
    family one(back_end);
    auto& parent = *one.parent;
    REQUIRE(one.start == "00 0");
    support::uprobe ticks(one.tick, parent.pid());
    support::uprobe pairs(one.pair, parent.pid());
    REQUIRE(one.pair.sites.size() == 2);
    const pid_t child = std::stoi(parent.ask("fork"));
    CHECK(parent.ask("child") == "11 0");
    CHECK(support::read_semaphore(child, one.pair) == 2);

    CHECK(parent.ask("child tick") == "01 1"); // in vain
    CHECK(parent.ask("child tick") == "01 1");
    CHECK(parent.ask("child first") == "01 1");
    CHECK(support::read_semaphore(child, one.pair) == 1);
    CHECK(parent.ask("child first") == "01 1");
    CHECK(support::read_semaphore(child, one.pair) == 1);
    CHECK(parent.ask("child second") == "00 1");
    CHECK(ticks.count() == 0);
    CHECK(pairs.count() == 0);

    // The parent notices nothing.
    CHECK(parent.ask("tick") == "11 1");
    CHECK(parent.ask("first") == "11 1");
    CHECK(parent.ask("second") == "11 1");
    CHECK(ticks.count() == 1);
    CHECK(pairs.count() == 2);

    // A tracer of the child is as good as any.
    support::uprobe of_child(one.tick, child);
    CHECK(parent.ask("child tick") == "10 2");
    CHECK(of_child.count() == 1);
    ticks.detach();
    CHECK(parent.ask("tick") == "01 1");
    CHECK(parent.ask("child tick") == "10 3");
    CHECK(of_child.count() == 2);
    of_child.detach();
    CHECK(parent.ask("child tick") == "00 3");
}

TEST_CASE("a child of a process that is traced alone is disabled when the tracer leaves") {
    SKIP_FOR(why_no_uprobes_here());
    const auto back_end = GENERATE(from_range(back_ends));
    INFO(back_end);
    family one(back_end);
    auto& parent = *one.parent;
    support::uprobe tracer(one.tick, parent.pid());
    const pid_t child = std::stoi(parent.ask("fork"));
    CHECK(parent.ask("child") == "10 0");
    tracer.detach();
    CHECK(parent.ask("child tick") == "00 0");
    CHECK(support::read_semaphore(child, one.tick) == 0);
}

TEST_CASE("a child that was there before the tracer of its parent stays disabled") {
    SKIP_FOR(why_no_uprobes_here());
    const auto back_end = GENERATE(from_range(back_ends));
    INFO(back_end);
    family one(back_end);
    auto& parent = *one.parent;
    parent.ask("fork");
    CHECK(parent.ask("child") == "00 0");
    support::uprobe tracer(one.tick, parent.pid());
    CHECK(parent.ask("tick") == "10 1");
    CHECK(parent.ask("child tick") == "00 0");
    CHECK(tracer.count() == 1);
}

TEST_CASE("bpftrace, fork and exec") {
    SKIP_FOR(why_no_bpftrace_here());
    family one("-DNATIVE");
    auto& parent = *one.parent;
    const std::string script = "usdt:" + one.path + ":target:tick { printf(\"%d %d\\n\", pid, arg0); }";

    SECTION("of a process traced alone") {
        support::bpftrace tracer(parent.pid(), script);
        const pid_t child = std::stoi(parent.ask("fork"));
        CHECK(parent.ask("child") == "10 0");
        CHECK(parent.ask("child tick") == "00 1");
        CHECK(parent.ask("child tick") == "00 1");
        CHECK(parent.ask("tick") == "10 1");
        CHECK(tracer.read_line() == std::to_string(parent.pid()) + " 1");
        CHECK(support::read_semaphore(child, one.tick) == 0);
        CHECK(tracer.stop().empty());
    }
    SECTION("of a process traced alone, where the tracer is killed") {
        support::bpftrace tracer(parent.pid(), script);
        parent.ask("fork");
        CHECK(parent.ask("child") == "10 0");
        tracer.kill();
        CHECK(parent.ask_until("child state", "00 0") == "00 0");
        CHECK(parent.ask_until("state", "00 0") == "00 0");
    }
    SECTION("where every process is traced") {
        support::bpftrace tracer(support::every_process, script);
        const auto child = parent.ask("fork");
        CHECK(parent.ask("child") == "10 0");
        CHECK(parent.ask("child tick") == "10 1");
        CHECK(tracer.read_line() == child + " 1");
        tracer.kill();
        CHECK(parent.ask_until("child state", "00 1") == "00 1");
        CHECK(parent.ask_until("state", "00 0") == "00 0");
    }
    SECTION("of the same file where every process is traced") {
        support::bpftrace tracer(support::every_process, script);
        CHECK(parent.ask("tick") == "10 1");
        CHECK(parent.ask("exec " + one.path) == "10 0");
        CHECK(parent.ask("tick") == "10 1");
        CHECK(parent.ask("tick") == "10 2");
        for (const auto* ticks : {" 1", " 1", " 2"}) {
            CHECK(tracer.read_line() == std::to_string(parent.pid()) + ticks);
        }
        CHECK(tracer.stop().empty());
        CHECK(parent.ask_until("state", "00 2") == "00 2");
        CHECK(parent.ask("exec " + one.path) == "00 0");
    }
}

TEST_CASE("the image after exec is enabled if it is of the traced file, and starts at 0 otherwise") {
    SKIP_FOR(why_no_uprobes_here());
    const auto back_end = GENERATE(from_range(back_ends));
    const bool alone = GENERATE(false, true);
    INFO(back_end << (alone ? ", the process is traced alone" : ", every process is traced"));
    family one(back_end);
    auto& parent = *one.parent;
    const auto copy = one.directory.file("copy");
    support::write_file(copy, support::read_file(one.path));
    REQUIRE(support::run({"chmod", "+x", copy}).status == 0);

    CHECK(parent.ask("exec " + one.path) == "00 0");
    support::uprobe tracer(one.tick, alone ? parent.pid() : support::every_process);
    CHECK(parent.ask("tick") == "10 1");
    CHECK(parent.ask("exec " + one.path) == "10 0");
    CHECK(support::read_semaphore(parent.pid(), one.tick) == 1);
    CHECK(parent.ask("tick") == "10 1");
    CHECK(tracer.count() == 2);
    CHECK(parent.ask("exec " + copy) == "00 0");
    CHECK(support::read_semaphore(parent.pid(), support::find_probe(copy, "target:tick")) == 0);
    CHECK(parent.ask("tick") == "00 0");
    CHECK(parent.ask("exec " + one.path) == "10 0");
    CHECK(parent.ask("tick") == "10 1");
    CHECK(tracer.count() == 3);

    // A child is another process: what was copied into it goes with its image.
    const auto of_child = alone ? "00 " : "10 ";
    parent.ask("fork");
    CHECK(parent.ask("child") == "10 1");
    CHECK(parent.ask("child exec " + one.path) == of_child + std::string("0"));
    CHECK(parent.ask("child tick") == of_child + std::string(alone ? "0" : "1"));
    CHECK(tracer.count() == (alone ? 3 : 4));
    CHECK(parent.ask("tick") == "10 2");
    CHECK(tracer.count() == (alone ? 4 : 5));
    tracer.detach();
    CHECK(parent.ask("exec " + one.path) == "00 0");
}
