// Shared objects that come and go while they are traced, and their semaphores beside the executable's.
#include "catch.hpp"
#include "host.hpp"
#include "tracers.hpp"

TEST_CASE("a shared object is enabled from when it is loaded, as long as bpftrace traces the file") {
    SKIP_FOR(why_no_bpftrace_here());
    const auto back_end = GENERATE(from_range(back_ends));
    INFO(back_end);
    host one(back_end);
    auto& running = *one.running;
    CHECK(one.start == "0 0");
    support::bpftrace tracer(support::every_process,
                             "usdt:" + one.object +
                                 ":twin:tick { printf(\"%d\\n\", arg0); } END { printf(\"over\\n\"); }");
    CHECK(running.ask("state") == "0 0");
    // Three times, since dlclose takes the counts with it.
    for (int i = 0; i != 3; ++i) {
        CHECK(running.ask("load") == "0 1");
        CHECK(support::read_semaphore(running.pid(), one.objects) == 1);
        CHECK(running.ask("tick of the object") == "1");
        CHECK(running.ask("tick of the object") == "2");
        CHECK(running.ask("tick") == "0");
        CHECK(tracer.read_line() == "1");
        CHECK(tracer.read_line() == "2");
        CHECK(running.ask("unload") == "0 0");
        CHECK_THROWS(support::read_semaphore(running.pid(), one.objects)); // really gone
    }
    CHECK(running.ask("load") == "0 1");
    CHECK(tracer.stop() == "over");
    CHECK(running.ask_until("state", "0 0") == "0 0");
    CHECK(running.ask("tick of the object") == "0");
    CHECK(running.end() == 0);
}

TEST_CASE("a shared object is unloaded and loaded while it is traced, as often as one likes") {
    SKIP_FOR(why_no_uprobes_here());
    const auto back_end = GENERATE(from_range(back_ends));
    const bool alone = GENERATE(false, true);
    INFO(back_end << (alone ? ", the process is traced alone" : ", every process is traced"));
    host one(back_end);
    auto& running = *one.running;
    support::uprobe tracer(one.objects, alone ? running.pid() : support::every_process);
    for (int i = 1; i != 20; ++i) {
        CHECK(running.ask("load") == "0 1");
        CHECK(running.ask("tick of the object") == "1");
        CHECK(tracer.count() == static_cast<unsigned>(i));
        CHECK(running.ask("unload") == "0 0");
    }
    tracer.detach();
    CHECK(running.ask("load") == "0 0");
    CHECK(support::read_semaphore(running.pid(), one.objects) == 0);
    CHECK(running.ask("unload") == "0 0");
    CHECK_THROWS(support::read_semaphore(running.pid(), one.objects));
    CHECK(running.end() == 0);
}

TEST_CASE("the same probe in an executable and in a shared object is two, each with its semaphore") {
    SKIP_FOR(why_no_uprobes_here());
    const auto back_end = GENERATE(from_range(back_ends));
    const bool alone = GENERATE(false, true);
    INFO(back_end << (alone ? ", the process is traced alone" : ", every process is traced"));
    host one(back_end);
    auto& running = *one.running;
    const pid_t pid = alone ? running.pid() : support::every_process;
    CHECK(running.ask("load") == "0 0");
    {
        support::uprobe tracer(one.own, pid);
        CHECK(running.ask("state") == "1 0");
        CHECK(running.ask("tick") == "1");
        CHECK(running.ask("tick of the object") == "0");
        CHECK(tracer.count() == 1);
    }
    CHECK(running.ask("state") == "0 0");
    {
        support::uprobe tracer(one.objects, pid);
        CHECK(running.ask("state") == "0 1");
        CHECK(running.ask("tick") == "1");
        CHECK(running.ask("tick of the object") == "1");
        CHECK(running.ask("tick of the object") == "2");
        CHECK(tracer.count() == 2);
    }
    CHECK(running.ask("state") == "0 0");
    support::uprobe of_own(one.own, pid);
    support::uprobe of_object(one.objects, pid);
    CHECK(running.ask("state") == "1 1");
    CHECK(running.ask("tick") == "2");
    CHECK(running.ask("tick of the object") == "3");
    CHECK(of_own.count() == 1);
    CHECK(of_object.count() == 1);
    of_own.detach();
    CHECK(running.ask("state") == "0 1");
    of_object.detach();
    CHECK(running.ask("state") == "0 0");
    CHECK(support::read_semaphore(running.pid(), one.own) == 0);
    CHECK(support::read_semaphore(running.pid(), one.objects) == 0);
}

TEST_CASE("bpftrace on one of two files with the same probe enables it in that file only") {
    SKIP_FOR(why_no_bpftrace_here());
    const bool on_the_object = GENERATE(false, true);
    INFO((on_the_object ? "the object" : "the executable"));
    host one("-DNATIVE");
    auto& running = *one.running;
    CHECK(running.ask("load") == "0 0");
    // Not with -p: bpftrace then takes the two for one, see docs/limitations.md.
    support::bpftrace tracer(support::every_process, "usdt:" + (on_the_object ? one.object : one.path) +
                                                         ":twin:tick { @++; } END { printf(\"%d\\n\", @); clear(@); }");
    CHECK(running.ask("state") == (on_the_object ? "0 1" : "1 0"));
    for (int i = 1; i != 4; ++i) {
        const auto ticks = std::to_string(i);
        CHECK(running.ask("tick") == (on_the_object ? "0" : ticks));
        CHECK(running.ask("tick of the object") == (on_the_object ? ticks : "0"));
    }
    CHECK(tracer.stop() == "3");
    CHECK(running.ask_until("state", "0 0") == "0 0");
}
