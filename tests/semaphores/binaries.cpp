#include "binaries.hpp"

#include "catch.hpp"
#include "program.hpp"

void check_semaphores(const support::flags& flags) {
    INFO(support::joined(flags));
    support::temporary_directory directory;
    const auto path = directory.file("target");
    build_case("target", path, flags);
    const auto tick = support::find_probe(path, "target:tick");
    const auto pair = support::find_probe(path, "target:pair");
    REQUIRE(pair.sites.size() == 2);
    // How far a semaphore is raised is up to the kernel: with lld and mold, once more for each mapping of the file that
    // begins or ends on the page of a site.
    const auto raised = [](const program& running, const support::probe_in_file& probe) {
        return support::read_semaphore(running.pid(), probe) != 0;
    };
    program running({path});
    CHECK(running.answer() == "00 0");
    for (const pid_t pid : {running.pid(), support::every_process}) {
        INFO(pid);
        const auto before = running.ask("state").substr(3);
        support::uprobe ticks(tick, pid);
        CHECK(running.ask("state") == "10 " + before);
        support::uprobe pairs(pair, pid);
        CHECK(running.ask("state") == "11 " + before);
        running.ask("tick");
        running.ask("first");
        running.ask("second");
        CHECK(ticks.count() == 1);
        CHECK(pairs.count() == 2);
        CHECK(raised(running, tick));
        CHECK(raised(running, pair));
        ticks.detach();
        CHECK_FALSE(raised(running, tick));
        CHECK(running.ask("state").substr(0, 2) == "01");
        pairs.detach();
        CHECK_FALSE(raised(running, pair));
        CHECK(running.ask("state").substr(0, 2) == "00");
    }
    CHECK(running.end() == 0);

    support::uprobe ticks(tick, support::every_process);
    program later({path});
    CHECK(later.answer() == "10 0");
    CHECK(later.ask("tick") == "10 1");
    CHECK(ticks.count() == 1);
    // It ends before the tracer does: docs/limitations.md says what the kernel leaves behind otherwise.
    CHECK(later.end() == 0);
}
