// <usdtpp/testing.hpp> on probes of this program: which events come, in which order, and which probes never fired.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <sys/syscall.h>
#include <unistd.h>

#include <usdtpp/testing.hpp>
#include <usdtpp/usdtpp.hpp>

#include "catch.hpp"

namespace {

using usdtpp::testing::capture;
using usdtpp::testing::coverage;

[[gnu::noinline]] void begin(int id, const std::string& name) {
    PROBE(testing_flow, begin, id, name);
}
[[gnu::noinline]] void end(int id) {
    PROBE(testing_flow, end, id);
}
constexpr int line_of_never = __LINE__ + 3;
[[gnu::noinline]] void maybe(bool really) {
    if (really) {
        PROBE(testing_flow, never, really);
    }
}
// Two sites of one probe.
template <class T>
[[gnu::noinline]] void in_template(T value) {
    PROBE(testing_places, in_template, value);
}
constexpr int line_of_second = __LINE__ + 5;
[[gnu::noinline]] void twice(int which) {
    if (which == 1) {
        PROBE(testing_places, twice, which);
    } else if (which == 2) {
        PROBE(testing_places, twice, which);
    } else {
        PROBE(testing_places, otherwise);
    }
}

template <class Do>
std::string error_of(Do what) {
    try {
        what();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "no error";
}

} // namespace

TEST_CASE("a capture has each firing, in the order of firing") {
    const auto before = std::chrono::steady_clock::now().time_since_epoch();
    const capture captured("testing_flow:*");
    CHECK(captured.events().empty());
    begin(1, "one");
    begin(2, "two");
    end(1);
    const auto events = captured.events();
    REQUIRE(events.size() == 3);
    std::ostringstream text;
    text << events;
    CHECK(text.str() == "3 events came\n"
                        "    testing_flow:begin id=1 name=\"one\"\n"
                        "    testing_flow:begin id=2 name=\"two\"\n"
                        "    testing_flow:end id=1");
    CHECK(events[0].provider() == "testing_flow");
    CHECK(events[2].name() == "end");
    CHECK(events.back().note().function.find("end(int)") != std::string::npos);
    CHECK(events.front().note().file == "testing_test.cpp");
    CHECK(events[0].thread() == ::syscall(SYS_gettid));
    CHECK(std::chrono::nanoseconds(events[0].time()) > before);
    CHECK(events[0].time() <= events[1].time());
    CHECK(events[1].time() <= events[2].time());
}

TEST_CASE("a capture counts and finds by pattern") {
    capture captured("testing_flow:*");
    begin(1, "one");
    end(1);
    begin(2, "two");
    CHECK(captured.count() == 3);
    CHECK(captured.count("testing_flow:begin") == 2);
    CHECK(captured.count("*:en*") == 1);
    CHECK(captured.count("testing_flow:never") == 0);
    CHECK(captured.find("*:begin").back()["id"].as<int>() == 2);
    const auto kept = captured.events();
    captured.clear();
    CHECK(captured.count() == 0);
    end(2);
    CHECK(captured.count() == 1);
    captured.stop();
    end(3);
    CHECK(captured.count() == 1);
    CHECK(kept.size() == 3);
}

TEST_CASE("events, and their arguments, outlive the capture") {
    const auto argument = [] {
        const capture captured("testing_flow:*");
        std::string gone(100, 'g');
        begin(7, gone);
        gone.assign(100, 'x');
        return captured.events()[0]["name"];
    }();
    begin(8, "after it");
    CHECK(argument.as<std::string_view>() == std::string(100, 'g'));
    CHECK(argument.note().name == "name");
}

TEST_CASE("a capture makes PROBE_ENABLED true, and several of the same probe each see all") {
    CHECK(!PROBE_ENABLED(testing_flow, asked));
    {
        const capture outer("testing_flow:asked");
        {
            const capture inner("*:asked");
            PROBE_IF_ENABLED(testing_flow, asked, 1);
            CHECK(inner.count() == 1);
        }
        CHECK(PROBE_ENABLED(testing_flow, asked));
        PROBE_IF_ENABLED(testing_flow, asked, 2);
        CHECK(outer.count() == 2);
    }
    CHECK(!PROBE_ENABLED(testing_flow, asked));
}

TEST_CASE("threads that fire at once lose nothing, and each one's events stay in order") {
    constexpr int threads = 4;
    constexpr int rounds = 2'000;
    const capture captured("testing_flow:begin");
    std::atomic<int> ready = 0;
    std::atomic<bool> over = false;
    std::vector<std::thread> all;
    for (int t = 0; t != threads; ++t) {
        all.emplace_back([&, t] {
            for (++ready; ready != threads;) {
            }
            for (int i = 0; i != rounds; ++i) {
                begin(i, std::to_string(t));
            }
        });
    }
    std::thread asking([&] {
        while (!over) {
            captured.find("*:begin"); // while others fire
        }
    });
    for (auto& one : all) {
        one.join();
    }
    over = true;
    asking.join();
    const auto events = captured.events();
    REQUIRE(events.size() == threads * rounds);
    std::map<std::string, int> next;
    std::map<std::string, std::set<int>> ids;
    bool in_order = true;
    std::uint64_t last = 0;
    for (const auto& one : events) {
        const auto name = one["name"].as<std::string>();
        in_order = in_order && one["id"].as<int>() == next[name]++ && one.time() >= last;
        last = one.time();
        ids[name].insert(one.thread());
    }
    CHECK(in_order);
    REQUIRE(ids.size() == threads);
    CHECK(ids["0"].size() == 1);
    CHECK(*ids["0"].begin() != *ids["1"].begin());
}

TEST_CASE("wait_for waits for other threads, and no longer than it is told") {
    const capture captured("testing_flow:*");
    std::thread other([] {
        for (int i = 0; i != 3; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            end(i);
        }
    });
    CHECK(captured.wait_for("testing_flow:end", 3));
    CHECK(captured.count("testing_flow:end") == 3);
    other.join();
    const auto begin = std::chrono::steady_clock::now();
    CHECK(!captured.wait_for("testing_flow:end", 4, std::chrono::milliseconds(50)));
    CHECK(!captured.wait_for("testing_flow:begin", 1, std::chrono::milliseconds(0)));
    CHECK(std::chrono::steady_clock::now() - begin >= std::chrono::milliseconds(50));
    CHECK(captured.wait_for("testing_flow:end"));
}

TEST_CASE("coverage has the probes that did not fire, with function, file and line") {
    const coverage reached("testing_flow:*");
    begin(1, "one");
    end(1);
    maybe(false);
    PROBE_IF_ENABLED(testing_flow, asked, 1);
    PROBE(testing_flow, asked);
    auto missing = reached.unreached();
    // Three lines have the probe `asked`, of another test: they are probes of their own.
    missing.erase(std::remove_if(missing.begin(), missing.end(), [](const auto& one) { return one.name == "asked"; }),
                  missing.end());
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].name == "never");
    CHECK(missing[0].line == line_of_never);
    CHECK(missing[0].function.find("maybe(bool)") != std::string::npos);
    CHECK(reached.report().find("    testing_flow:never at testing_test.cpp:" + std::to_string(line_of_never) +
                                " in (anonymous namespace)::maybe(bool)") != std::string::npos);
    maybe(true);
    CHECK(reached.report().find("testing_flow:never") == std::string::npos);
}

TEST_CASE("a template's probe is one for coverage, the same name on another line is another") {
    const coverage reached("testing_places:*");
    CHECK(reached.size() == 4);
    CHECK(reached.unreached().size() == 4);
    in_template(1);
    CHECK(reached.summary() == "1 of 4 probes of testing_places:* were reached");
    in_template(1.5);
    twice(1);
    CHECK(reached.summary() == "2 of 4 probes of testing_places:* were reached");
    CHECK(reached.unreached().at(0).line == line_of_second);
    twice(2);
    twice(3);
    CHECK(reached.report() == "4 of 4 probes of testing_places:* were reached\n");
}

TEST_CASE("what is asked for in vain is an error that says what there is") {
    const capture captured("testing_flow:*");
    begin(1, "one");
    const auto events = captured.events();
    CHECK(error_of([&] { events[5]; }) ==
          "usdtpp: there is no event 5: 1 event came\n    testing_flow:begin id=1 name=\"one\"");
    CHECK(error_of([&] { captured.find("*:end").front(); }) == "usdtpp: there is no event 0: none came");
    CHECK(error_of([&] { captured.find("*:end").back(); }) == "usdtpp: there is no event 0: none came");
    CHECK(error_of([&] { events[0][2]; }) == "usdtpp: testing_flow:begin has no argument 2: it has 2");
    CHECK(error_of([&] { events[0]["nmae"]; }) == "usdtpp: testing_flow:begin has no argument nmae: it has id, name");
    CHECK(error_of([&] { events[0]["id"].as<std::string>(); }).find("of testing_flow:begin did not point to text") !=
          std::string::npos);
    const auto slip = error_of([&] { captured.count("testing_flow:bgein"); });
    CHECK(slip == "usdtpp: no probe that is captured is testing_flow:bgein: they are testing_flow:asked, "
                  "testing_flow:begin, testing_flow:end, testing_flow:never");
    CHECK(error_of([&] { captured.wait_for("testing_flow:bgein"); }) == slip);
    const auto nowhere = "no probe here is testing_flwo:*: its code may have USDTPP_DISABLE, or is not loaded yet";
    CHECK(error_of([&] { capture("testing_flwo:*"); }) == nowhere);
    CHECK(error_of([&] { coverage("testing_flwo:*"); }) == nowhere);
}
