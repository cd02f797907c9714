// The parts of fosdem-run that decide whether a run went well.
#include "catch.hpp"
#include "run/events.hpp"
#include "run/latency.hpp"

namespace {

using fosdem::run::events;
using fosdem::run::histogram;
using fosdem::run::latencies;
using fosdem::run::percentiles_of;

std::string start(const std::string& id, std::int64_t timestamp) {
    return R"({"event": "fosdem:request_start", "id": ")" + id + R"(", "timestamp": )" + std::to_string(timestamp) +
           "}";
}
std::string end(const std::string& id, std::int64_t timestamp, std::int64_t duration) {
    return R"({"event": "fosdem:request_end", "id": ")" + id + R"(", "start_timestamp": )" + std::to_string(timestamp) +
           R"(, "duration": )" + std::to_string(duration) + "}";
}
std::string total(std::int64_t starts, std::int64_t ends) {
    return R"({"event": "total", "fosdem:request_start": )" + std::to_string(starts) + R"(, "fosdem:request_end": )" +
           std::to_string(ends) + "}";
}

events of(const std::vector<std::string>& lines, std::int64_t from = 0) {
    events all;
    all.count_from(from);
    for (const auto& line : lines) {
        all.add(line);
    }
    return all;
}

} // namespace

TEST_CASE("events add up, those from before apart") {
    // Lines come in any order.
    const auto seen = of({start("req-1", 100), end("req-1", 100, 10), start("req-2", 190), end("req-3", 200, 30), "",
                          start("req-3", 200), end("req-2", 190, 20), start("req-4", 210), total(4, 3)},
                         200);
    CHECK(seen.starts().seen == 2);
    CHECK(seen.starts().before == 2);
    CHECK(seen.starts().fired == 4);
    CHECK(seen.starts().lost() == 0);
    CHECK(seen.ends().seen == 1);
    CHECK(seen.ends().before == 2);
    CHECK(seen.ends().fired == 3);
    CHECK(seen.ends().lost() == 0);
    CHECK(seen.pairs().seen == 1);
    CHECK(seen.pairs().before == 2);
    CHECK(seen.durations() == latencies{30});
    CHECK(seen.repeated() == 0);
    CHECK(seen.lost() == 0);
    CHECK(seen.complete());
}

TEST_CASE("until a time is set all events are from before") {
    events seen;
    seen.add(start("req-1", 100));
    seen.add(end("req-1", 100, 5));
    CHECK(seen.starts().before == 1);
    CHECK(seen.pairs().before == 1);
    CHECK(seen.starts().seen == 0);
    CHECK(seen.durations().empty());
    CHECK_FALSE(seen.complete());
}

TEST_CASE("lost events are the kernel's count without the printed ones") {
    const auto seen = of({start("req-1", 1), end("req-1", 1, 5), start("req-9", 2), "Lost 7 events", "Lost 1 events",
                          end("req-8", 2, 5), total(5, 3)});
    CHECK(seen.starts().lost() == 3);
    CHECK(seen.ends().lost() == 1);
    CHECK(seen.pairs().seen == 1);
    CHECK(seen.lost() == 8);
}

TEST_CASE("an event that comes twice is counted as repeated, not as a pair") {
    const auto seen = of({start("req-1", 1), start("req-1", 2), end("req-1", 1, 5), end("req-1", 1, 5),
                          start("req-70000", 3), end("req-70000", 3, 5), end("req-70000", 3, 5)});
    CHECK(seen.repeated() == 3);
    CHECK(seen.pairs().seen == 2);
    CHECK(seen.starts().seen == 3);
    CHECK(seen.ends().seen == 4);
}

TEST_CASE("a line that the script does not print is refused, and shown") {
    const std::string malformed[] = {
        "Attaching 3 probes...",
        "{",
        "null",
        "[]",
        "{}",
        R"({"event": "fosdem:request_start"})",
        R"({"event": "fosdem:request_start", "id": "req-1"})",
        R"({"event": "fosdem:request_start", "id": 1, "timestamp": 1})",
        R"({"event": "fosdem:request_end", "id": "req-1", "start_timestamp": 1})",
        R"({"event": "total", "fosdem:request_start": 1})",
        R"({"event": "other"})",
        start("", 1),
        start("req-", 1),
        start("req-x", 1),
        start("7", 1),
        start("req-99999999999999999999999", 1),
        end("req-99999999999", 1, 1),
        start("req-1", 1) + start("req-2", 1),
    };
    for (const auto& line : malformed) {
        INFO(line);
        auto seen = of({});
        CHECK_THROWS_AS(seen.add(line), std::runtime_error);
        try {
            seen.add(line);
        } catch (const std::runtime_error& error) {
            CHECK(std::string(error.what()).rfind("the tracer printed " + line + ": ", 0) == 0);
        }
    }
}

TEST_CASE("percentiles are values that were measured, by nearest rank") {
    struct row {
        latencies values;
        std::int64_t p50, p95, p99, max;
    };
    latencies hundred, thousand;
    for (int i = 1000; i != 0; --i) {
        thousand.push_back(i);
    }
    for (int i = 1; i != 101; ++i) {
        hundred.push_back(i * 10);
    }
    const row rows[] = {
        {{}, 0, 0, 0, 0},
        {{7}, 7, 7, 7, 7},
        {{9, 1}, 1, 9, 9, 9},
        {{3, 1, 2}, 2, 3, 3, 3},
        {hundred, 500, 950, 990, 1000},
        {thousand, 500, 950, 990, 1000},
    };
    for (const auto& row : rows) {
        INFO(row.values.size());
        const auto of = percentiles_of(row.values);
        CHECK(of.p50 == row.p50);
        CHECK(of.p95 == row.p95);
        CHECK(of.p99 == row.p99);
        CHECK(of.max == row.max);
    }
}

TEST_CASE("a histogram has a line for each power of two from the first value to the last") {
    CHECK(histogram({}).empty());
    CHECK(histogram({0, 999}) ==
          "       0 to        1 us          2 |@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@@|\n");
    const std::string full(50, '@');
    const std::string half = std::string(25, '@') + std::string(25, ' ');
    const std::string none(50, ' ');
    CHECK(histogram({2'000, 3'999, 4'000, 16'000, 31'999}) == "       2 to        4 us          2 |" + full +
                                                                  "|\n"
                                                                  "       4 to        8 us          1 |" +
                                                                  half +
                                                                  "|\n"
                                                                  "       8 to       16 us          0 |" +
                                                                  none +
                                                                  "|\n"
                                                                  "      16 to       32 us          2 |" +
                                                                  full + "|\n");
    // One of many still shows.
    latencies many(1000, 1'500);
    many.push_back(1'000'000'000'000);
    const auto lines = histogram(many);
    CHECK(lines.rfind("       1 to        2 us       1000 |" + full + "|\n", 0) == 0);
    CHECK(lines.find("          1 |@" + std::string(49, ' ') + "|\n") != std::string::npos);
}
