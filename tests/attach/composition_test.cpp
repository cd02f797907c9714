// Attaching from inside while bpftrace is attached to the same probes of the same process.
#include <optional>

#include "catch.hpp"
#include "support/bpftrace.hpp"
#include "target.hpp"

namespace {

std::string why_no_bpftrace_here() {
    return support::compiler_is_installed() ? support::why_no_bpftrace() : support::compiler() + " is not installed";
}

support::bpftrace trace(const target_program& program, const target& running) {
    const auto probe = "usdt:" + program.path + ":target:";
    return support::bpftrace(running.pid(), probe + "first { printf(\"first=%d/%s\\n\", arg0, str(arg1)); } " + probe +
                                                "second { printf(\"second=%d\\n\", arg0); }");
}

void check_next(support::bpftrace& outside, int number) {
    const auto text = std::to_string(number);
    CHECK(outside.read_line().value_or("nothing") == "first=" + text + "/text" + text);
    CHECK(outside.read_line().value_or("nothing") == "second=" + std::to_string(number + 1));
}

} // namespace

TEST_CASE("an attachment and bpftrace see the same events, in either order, and each leaves the other alone") {
    SKIP_FOR(why_no_bpftrace_here());
    const target_program program({});
    target running(program.path);
    {
        auto outside = trace(program, running);
        running.check({{"enabled", "11"}, {"attach", "attached 2"}, {"fire 1", "saw first=1/text1 second=2"}});
        check_next(outside, 1);
        CHECK(outside.stop().empty());
        running.check({{"enabled", "11"}, {"fire 2", "saw first=2/text2 second=3"}});
    }
    {
        auto outside = trace(program, running); // and now it comes second
        running.check({{"fire 3", "saw first=3/text3 second=4"}, {"detach", "done"}, {"enabled", "11"}});
        check_next(outside, 3);
        running.check({{"fire 4", "saw"}});
        check_next(outside, 4);
        CHECK(outside.stop().empty());
    }
    running.check({{"enabled", "00"}, {"fire 5", "saw"}, {"code", "as in the file"}});
}

TEST_CASE("a site without room has one breakpoint, bpftrace's or an attachment's, and neither takes away the other's") {
    SKIP_FOR(why_no_bpftrace_here());
    const target_program program({"-DUSDTPP_COMPACT"});
    target running(program.path);
    const auto refused =
        "attach_error: " + program.path + ": target:first: a tracer outside of this process has its breakpoint there";
    {
        auto outside = trace(program, running);
        running.check({{"attach", refused}, {"fire 1", "saw"}, {"enabled", "11"}});
        check_next(outside, 1);
        CHECK(outside.stop().empty());
    }
    running.check({{"enabled", "00"}, {"code", "as in the file"}, {"attach", "attached 2"}});
    running.check({{"fire 2", "saw first=2/text2 second=3"}});
    {
        // The one that comes second has the events, and does not lose them when the first one leaves.
        auto outside = trace(program, running);
        running.check({{"fire 3", "saw"}, {"attach", refused}, {"detach", "done"}, {"fire 4", "saw"}});
        check_next(outside, 3);
        check_next(outside, 4);
        CHECK(outside.stop().empty());
    }
    running.check({{"enabled", "00"}, {"code", "as in the file"}, {"attach", "attached 2"}});
    {
        // When it leaves, nothing is there any more, until something is attached anew.
        auto outside = trace(program, running);
        CHECK(outside.stop().empty());
    }
    running.check({{"enabled", "11"}, {"fire 5", "saw"}, {"code", "as in the file"}});
    running.check({{"attach", "attached 2"}, {"fire 6", "saw first=6/text6 first=6/text6 second=7 second=7"}});
    running.check({{"detach", "done"}, {"detach", "done"}, {"enabled", "00"}, {"code", "as in the file"}});
}
