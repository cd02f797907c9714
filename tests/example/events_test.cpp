// What tracers learn from the probes of fosdem-server.
#include <csignal>
#include <regex>
#include <set>

#include "catch.hpp"
#include "notes.hpp"
#include "tracers.hpp"
#include "tracing.hpp"

namespace {

constexpr int clients = 8;
constexpr int requests = 20; // of each client
const std::string inputs = "\"workers\": 8, \"off_cpu\": 0.05, ";

// Sends the requests, and waits until all of their events have been printed.
void run_load(example::server& server, example::script& script) {
    const auto begin = example::now();
    example::load load(server.port(), clients, requests);
    load.finish();
    CHECK(load.answered() == clients * requests);
    CHECK(script.read_until([&] { return script.complete_since(begin) == clients * requests; }));
}

} // namespace

TEST_CASE("fosdem-server has two probes, and none when they are disabled") {
    const auto notes = support::read_notes(FOSDEM_SERVER);
    const auto found = support::shapes_of(notes);
    const std::decay_t<decltype(found)> expected = {{"fosdem:request_start", {{"8", "-8"}}},
                                                    {"fosdem:request_end", {{"8", "-8", "-8"}}}};
    CHECK(found == expected);
    for (const auto& note : notes) {
        CHECK(note.semaphore != 0);
    }
    CHECK(support::read_notes(FOSDEM_SERVER_DISABLED).empty());
}

TEST_CASE("events.bt prints each start and end of a request once, with the right times") {
    SKIP_FOR(support::why_no_bpftrace());
    example::server server(inputs);
    example::script script(server, "events.bt", {"-q"});
    const auto begin = example::now();
    run_load(server, script);
    const auto end = example::now();
    CHECK(script.stop() == 0);

    const example::event_log log(script.lines());
    CHECK(log.repeated == 0);
    CHECK(log.started_since(begin) == clients * requests);
    CHECK(log.started_since(end) == 0);
    CHECK(log.ends.size() == log.starts.size());
    CHECK(log.total_starts == static_cast<std::int64_t>(log.starts.size()));
    CHECK(log.total_ends == static_cast<std::int64_t>(log.ends.size()));
    for (const auto& [id, ended] : log.ends) {
        INFO(id);
        CHECK(std::regex_match(id, std::regex("req-[1-9][0-9]*")));
        const auto start = log.starts.find(id);
        REQUIRE(start != log.starts.end());
        CHECK(ended.start_timestamp == start->second);
        CHECK(ended.duration > 0);
        if (start->second >= begin) {
            CHECK(ended.duration >= 50'000'000);
            CHECK(ended.duration <= end - begin);
        }
    }
}

TEST_CASE("trace.bt prints starts and ends, and sums them up when it ends") {
    SKIP_FOR(support::why_no_bpftrace());
    const bool by_itself = GENERATE(false, true);
    INFO((by_itself ? "when the server ends" : "by Ctrl-C"));
    example::server server(inputs);
    example::script script(server, "trace.bt");
    run_load(server, script);
    if (by_itself) {
        server.process().signal(SIGTERM);
        CHECK(script.wait_for_end() == 0);
    } else {
        CHECK(script.stop() == 0);
    }

    static const std::regex start(R"(start req-[0-9]+ at [0-9]{19})");
    static const std::regex end(R"(end   req-[0-9]+ after ([0-9]+) us)");
    static const std::regex value(R"(@(requests|average_us): ([0-9]+))");
    static const std::regex bucket(R"([\[(][0-9KM, ]+[\])] +([0-9]+) \|[@ ]+\|)");
    std::set<std::string> started, ended;
    std::int64_t microseconds = 0;
    std::int64_t in_histogram = 0;
    std::int64_t missed = 0; // bpftrace 0.23, where two processors are the first to count in a bucket, and says so
    std::map<std::string, std::int64_t> values;
    for (const auto& line : script.lines()) {
        std::smatch match;
        if (std::regex_match(line, start)) {
            CHECK(started.insert(example::id_in(line)).second);
        } else if (std::regex_match(line, match, end)) {
            CHECK(ended.insert(example::id_in(line)).second);
            microseconds += std::stoll(match[1]);
        } else if (std::regex_match(line, match, value)) {
            values[match[1]] = std::stoll(match[2]);
        } else if (std::regex_match(line, match, bucket)) {
            in_histogram += std::stoll(match[1]);
        } else if (line.find("retcode: -17") != std::string::npos) {
            ++missed;
        }
    }
    CHECK(started == ended);
    const auto count = static_cast<std::int64_t>(ended.size());
    CHECK(count > clients * requests); // with those that told that it was attached
    CHECK(values["requests"] == count);
    CHECK(values["average_us"] == microseconds / count);
    CHECK(microseconds >= clients * requests * 50'000);
    CHECK(in_histogram == count - missed);
}
