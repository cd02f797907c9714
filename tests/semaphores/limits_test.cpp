// Where the kernel miscounts. docs/limitations.md says it all; a test that fails here may be a kernel that was mended.
#include "catch.hpp"
#include "host.hpp"

TEST_CASE("a process that maps its own file to read it miscounts if the mapping is private") {
    SKIP_FOR(why_no_uprobes_here());
    const bool is_private = GENERATE(false, true);
    const bool map_first = GENERATE(false, true);
    INFO((is_private ? "private" : "shared") << (map_first ? ", before the tracer" : ""));
    host one("-DNATIVE");
    auto& running = *one.running;
    const std::string map = is_private ? "map private" : "map shared";
    if (map_first) {
        CHECK(running.ask(map) == "0 0");
    }
    support::uprobe tracer(one.own, running.pid());
    if (!map_first) {
        CHECK(running.ask(map) == "1 0");
    }
    CHECK(running.ask("unmap") == "1 0");
    CHECK(support::read_semaphore(running.pid(), one.own) == (is_private ? 2 : 1));
    CHECK(running.ask("tick") == "1");
    CHECK(tracer.count() == 1);
    tracer.detach();
    CHECK(support::read_semaphore(running.pid(), one.own) == (is_private ? 1 : 0));
    CHECK(running.ask("state") == (is_private ? "1 0" : "0 0"));
}

TEST_CASE("of a shared object that dlmopen loads twice, one copy is enabled and both fire") {
    SKIP_FOR(why_no_uprobes_here());
    host one("-DNATIVE");
    auto& running = *one.running;
    CHECK(running.ask("load") == "0 0");
    CHECK(running.ask("load again") == "0 0 0");
    support::uprobe tracer(one.objects, running.pid());
    const auto state = running.ask("state");
    CHECK((state == "0 1 0" || state == "0 0 1"));
    tracer.detach();
    CHECK(running.ask("state") == "0 0 0");
}
