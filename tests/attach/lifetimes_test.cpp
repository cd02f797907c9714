// Handlers, attachments, threads and firings that end while others are at probes.
#include <string>

#include "catch.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "toolchain.hpp"

namespace {

using support::flags;
using support::operator+;

void check_lifetimes(const flags& more) {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto program = directory.file("lifetimes");
    support::build("tests/cases/attach/lifetimes.cpp", program,
                   flags{"-std=c++17", "-pthread", "-Wl,--no-as-needed", "-lelf"} + more);
    for (const std::string situation :
         {"handler detaches others", "handler attaches to its probe", "handler detaches itself",
          "detach waits for its own handler", "two handlers detach a third", "handlers are destroyed at once",
          "left and waits", "left and goes on", "cancelled in handler", "threads come and go", "interrupted elsewhere",
          "first on a small stack"}) {
        const auto ran = support::run({program, situation}, std::chrono::seconds(30));
        INFO(situation << ": " << ran.errors);
        CHECK(ran.output == "ok\n");
        CHECK(ran.status == 0);
    }
    const auto thrown = support::run({program, "handler throws"});
    CHECK(thrown.status != 0);
    CHECK(thrown.output.empty()); // it has not passed through the probe
    CHECK(thrown.errors.find("terminate called after throwing an instance of 'std::runtime_error'") == 0);
}

// Each way of leaving a firing, and each place of its stack.
void check_leaving(const std::string& kind, const flags& more) {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto program = directory.file("leaving");
    support::build("tests/cases/attach/leaving.cpp", program,
                   flags{"-std=c++17", "-pthread", "-Wl,--no-as-needed", "-lelf"} + more);
    for (const std::string way : {"jump", "signal", "fibre"}) {
        for (const std::string place : {"low", "high", "deep"}) {
            const auto ran = support::run({program, way, place, kind}, std::chrono::seconds(60));
            INFO(way << ", " << place << ": " << ran.errors);
            CHECK(ran.output == "ok\n");
            CHECK(ran.status == 0);
        }
    }
}

} // namespace

TEST_CASE("handlers, attachments and threads may end in any order, of jumps") {
    check_lifetimes({"-O2"});
}
TEST_CASE("handlers, attachments and threads may end in any order, of breakpoints") {
    check_lifetimes({"-O2", "-DWITH_TRAPS"});
}
TEST_CASE("the address sanitizer finds nothing where handlers, attachments and threads end") {
    check_lifetimes({"-O1", "-fsanitize=address"});
}
TEST_CASE("threads leave firings, and suspend them, and no record is torn or lost: of jumps") {
    check_leaving("jump", {"-O2"});
}
TEST_CASE("threads leave firings, and suspend them, and no record is torn or lost: of breakpoints") {
    check_leaving("trap", {"-O2"});
}
TEST_CASE("threads leave firings, and suspend them, and no record is torn or lost: of jumps, -O0", "[full]") {
    check_leaving("jump", {"-O0"});
}
