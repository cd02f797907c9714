// Tracers that come and go while fosdem-server works.
#include <algorithm>
#include <regex>
#include <set>

#include "catch.hpp"
#include "tracers.hpp"
#include "tracing.hpp"

namespace {

using example::eventually;
using example::milliseconds;

const std::vector<int> nobody = {0, 0};

bool is_watched(const example::server& server) {
    const auto semaphores = example::semaphores_of(server);
    return semaphores[0] > 0 && semaphores[1] > 0;
}

} // namespace

// The other test cannot tell, for events.bt looks at starts too.
TEST_CASE("a tracer of ends alone sees no end of a request that began before") {
    SKIP_FOR(support::why_no_bpftrace());
    example::server server("\"workers\": 512, \"off_cpu\": 1.5, ");
    constexpr int clients = 50;
    example::load load(server.port(), clients, example::load::endless, milliseconds(30));
    CHECK(eventually([&] { return load.answered() >= clients; }));
    const auto begin = example::now();
    support::bpftrace tracer(server.pid(), "usdt:*:fosdem:request_end "
                                           "{ printf(\"%s %lld %lld\\n\", str(arg0, 25), arg1, arg2); }");
    std::set<std::string> ids;
    for (int i = 0; i != 2 * clients; ++i) {
        const auto line = tracer.read_line(example::long_enough).value_or("nothing");
        INFO(line);
        std::smatch match;
        REQUIRE(std::regex_match(line, match, std::regex("(req-[1-9][0-9]*) ([0-9]{19}) ([0-9]{10,11})")));
        CHECK(ids.insert(match[1]).second);
        CHECK(std::stoll(match[2]) >= begin);
        CHECK(std::stoll(match[3]) >= 1'500'000'000);
        CHECK(std::stoll(match[3]) <= example::now() - begin);
    }
    load.stop();
    CHECK(load.failed() == 0);
}

TEST_CASE("a tracer that attaches in the middle of requests sees no end without its start") {
    SKIP_FOR(support::why_no_bpftrace());
    example::server server("\"workers\": 512, \"off_cpu\": 1.5, ");
    // At any time most of these are under way and some begin: also when it attaches to the one probe and the other.
    constexpr int clients = 200;
    example::load load(server.port(), clients, example::load::endless, milliseconds(7));
    CHECK(eventually([&] { return load.answered() >= clients; }));
    example::script script(server, "events.bt", {"-q"});
    const auto attached = example::now();
    const auto before = load.answered();
    while (load.answered() < before + 2 * clients && load.failed() == 0) {
        script.read(milliseconds(20));
    }
    load.stop();
    CHECK(load.failed() == 0);
    CHECK(script.read_until([&] {
        const example::event_log log(script.lines());
        return log.starts.size() == log.ends.size();
    }));
    CHECK(script.stop() == 0);

    const example::event_log log(script.lines());
    CHECK(log.repeated == 0);
    for (const auto& [id, end] : log.ends) {
        INFO(id);
        const auto start = log.starts.find(id);
        REQUIRE(start != log.starts.end());
        CHECK(end.start_timestamp == start->second);
    }
    CHECK(log.started_since(attached) >= clients);
}

TEST_CASE("tracers attach, detach and attach again while the same fosdem-server works on") {
    SKIP_FOR(support::why_no_bpftrace());
    example::server server("\"workers\": 4, \"off_cpu\": 0.02, ");
    example::load load(server.port(), 4, example::load::endless);
    std::int64_t last = 0;
    for (int session = 0; session != 3; ++session) {
        INFO(session);
        // Nobody is there, and the server works all the same.
        CHECK(eventually([&] { return example::semaphores_of(server) == nobody; }));
        const auto untraced = load.answered();
        CHECK(eventually([&] { return load.answered() >= untraced + 50; }));
        CHECK(example::semaphores_of(server) == nobody);

        example::script script(server, "events.bt", {"-q"});
        CHECK(is_watched(server));
        CHECK(script.read_until([&] { return script.complete_since(0) >= 100; }));
        CHECK(script.stop() == 0);

        const example::event_log log(script.lines());
        CHECK(log.repeated == 0);
        std::int64_t first = INT64_MAX;
        const auto before = last;
        for (const auto& [id, timestamp] : log.starts) {
            const auto number = std::stoll(id.substr(4));
            first = std::min<std::int64_t>(first, number);
            last = std::max<std::int64_t>(last, number);
        }
        CHECK(first > before); // no id comes again
    }
    CHECK_FALSE(server.process().wait(milliseconds(0)));
    load.stop();
    CHECK(load.failed() == 0);
    CHECK(example::client(server.port()).get("/health") == example::healthy);
}

TEST_CASE("a killed tracer leaves fosdem-server as it was") {
    SKIP_FOR(support::why_no_bpftrace());
    example::server server("\"off_cpu\": 0.01, ");
    example::load load(server.port(), 2, example::load::endless);
    {
        const example::script killed(server, "events.bt", {"-q"});
        CHECK(is_watched(server));
    }
    CHECK(eventually([&] { return example::semaphores_of(server) == nobody; }));
    const auto answered = load.answered();
    CHECK(eventually([&] { return load.answered() >= answered + 100; }));
    load.stop();
    CHECK(load.failed() == 0);
}
