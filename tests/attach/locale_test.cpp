// What programs read is the same in each locale that the program has set.
#include <chrono>
#include <cstdio>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include <usdtpp/recorder.hpp>
#include <usdtpp/testing.hpp>
#include <usdtpp/usdtpp.hpp>

#include "catch.hpp"
#include "locales.hpp"

namespace {

struct recorded {
    std::vector<usdtpp::recorded_event> events;
    usdtpp::testing::event_list captured;
    const usdtpp::testing::coverage& reached;
};

// All that is written of them, by what writes it.
struct written {
    std::string lines;
    std::string trace;
    std::string events;
    std::string one_by_one;
    std::string coverage;
    std::string errors;
};

written write(const recorded& what) {
    std::ostringstream lines;
    std::ostringstream trace;
    std::ostringstream printed;
    {
        usdtpp::trace_event_writer writer(trace);
        for (const auto& event : what.events) {
            usdtpp::write_json_line(lines, event);
            writer.write(event);
        }
    }
    printed << what.captured;
    written all = {lines.str(), trace.str(), printed.str(), "", what.reached.report(), ""};
    for (const auto& event : what.captured) {
        all.one_by_one += to_string(event) + "\n";
    }
    try {
        static_cast<void>(what.captured[123456]);
    } catch (const usdtpp::event_error& error) {
        all.errors = error.what();
    }
    return all;
}

} // namespace

TEST_CASE("JSON, events and coverage are the same bytes in every locale") {
    usdtpp::recorder recorder("locale_test:*");
    const usdtpp::testing::capture captured("locale_test:*");
    const usdtpp::testing::coverage reached("locale_test:*");
    const double large = 12345678.5;
    const double tenth = 0.1;
    const double huge = std::numeric_limits<double>::max();
    const double tiny = -std::numeric_limits<double>::denorm_min();
    const double infinite = std::numeric_limits<double>::infinity();
    const float single = 1234.25F;
    const std::int64_t whole = -1234567890123;
    const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
    const std::chrono::nanoseconds took(1234567);
    PROBE(locale_test, numbers, large, tenth, huge, tiny, infinite, -infinite, single, whole, most, took, &large, 'x');
    PROBE(locale_test, work_start, 1234567);
    PROBE(locale_test, work_end, 1234567);
    if (recorder.sites() == 0) {
        PROBE(locale_test, never);
    }
    recorded what = {{}, captured.events(), reached};
    recorder.drain([&](const usdtpp::recorded_event& event) { what.events.push_back(event); });
    REQUIRE(what.events.size() == 3);
    const auto expected = write(what);
    CHECK(expected.lines.find(R"("large": 12345678.5, "tenth": 0.10000000000000001, "huge": 1.7976931348623157e+308, )"
                              R"("tiny": -4.9406564584124654e-324, "infinite": "inf", "-infinite": "-inf", )"
                              R"("single": 1234.25, "whole": -1234567890123, "most": 18446744073709551615, )"
                              R"("took": 1234567, "&large": "0x)") != std::string::npos);
    CHECK(expected.one_by_one.find("locale_test:numbers large=1.23457e+07 tenth=0.1 huge=1.79769e+308 "
                                   "tiny=-4.94066e-324 infinite=inf -infinite=-inf single=1234.25 whole=-1234567890123 "
                                   "most=18446744073709551615 took=1234567 ns &large=0x") == 0);
    CHECK(expected.coverage.find("3 of 4 probes of locale_test:* were reached") == 0);

    for (const auto& language : support::number_languages) {
        SKIP_WITHOUT("localedef");
        const support::made_locale locale(language);
        SKIP_FOR(locale.why_not());
        INFO(language);
        written found;
        std::string point;
        {
            const support::use_locale in_use(locale);
            char text[16];
            std::snprintf(text, sizeof text, "%.1f", 1.5);
            std::ostringstream grouped;
            grouped << text << " " << 1234567;
            point = grouped.str();
            found = write(what);
        }
        CHECK(point != "1.5 1234567"); // the locale is one
        CHECK(found.lines == expected.lines);
        CHECK(found.trace == expected.trace);
        CHECK(found.events == expected.events);
        CHECK(found.one_by_one == expected.one_by_one);
        CHECK(found.coverage == expected.coverage);
        CHECK(found.errors == expected.errors);
        const auto trace = nlohmann::json::parse(found.trace);
        CHECK(trace.size() == 3);
        const auto arguments = nlohmann::json::parse(found.lines.substr(0, found.lines.find('\n')))["arguments"];
        CHECK(arguments["tenth"] == tenth);
        CHECK(arguments["huge"] == huge);
        CHECK(arguments["tiny"] == tiny);
        CHECK(arguments["single"] == 1234.25);
        CHECK(arguments["whole"] == whole);
        CHECK(trace[0]["args"] == arguments);
    }
}
