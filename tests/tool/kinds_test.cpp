// usdtpp on probes with every kind of argument: what tests/cases/tool/kinds.cpp says of each is listed and printed.
#include <algorithm>
#include <map>
#include <regex>
#include <set>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "tool.hpp"
#include "tracers.hpp"

namespace {

const std::string source = "tool/kinds.cpp";

struct described {
    std::string name;                   // "kinds:floats"
    unsigned line = 0;                  // of the source
    bool differs = false;               // from another site of that name
    std::vector<std::string> arguments; // "(a: float)": of each site, or of the probe
    std::vector<std::string> events;    // "a=+0x1.800000p0": of each event
};

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> pieces;
    const std::string separator = " ; ";
    for (std::size_t begin = 0, end = 0; end != text.npos; begin = end + separator.size()) {
        end = text.find(separator, begin);
        pieces.push_back(text.substr(begin, end == text.npos ? end : end - begin));
    }
    return pieces;
}

std::vector<described> read_descriptions() {
    static const std::regex above(R"rx( *// (differ: )?(\(.*\)))rx"),
        probe(R"rx( *PROBE\((\w+), (\w+).*\); // ?(.*))rx");
    std::vector<described> all;
    std::istringstream lines(support::read_file(support::project_file("tests/cases/" + source)));
    std::string line;
    std::smatch listed, fired;
    for (unsigned number = 1; std::getline(lines, line); ++number) {
        const auto comment = line;
        if (std::regex_match(comment, listed, above)) {
            ++number;
            REQUIRE(std::getline(lines, line));
            REQUIRE(std::regex_match(line, fired, probe));
            all.push_back({fired.str(1) + ":" + fired.str(2), number, listed[1].matched, split(listed.str(2)),
                           split(fired.str(3))});
        }
    }
    REQUIRE(all.size() > 35);
    return all;
}

// Whether the line is the expected one, of which the end may be open.
bool matches(const std::string& line, const std::string& expected) {
    const auto known = expected.size() - 3;
    return line == expected ||
           (expected.compare(known, 3, "...") == 0 && line.compare(0, known, expected, 0, known) == 0);
}

} // namespace

TEST_CASE("usdtpp bpftrace writes a script that prints every kind of argument, and names that are no identifiers") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const built_case program(source, {});
    support::process running({program.path()});
    const auto target = GENERATE(as<std::string>(), "binary", "process");
    INFO(support::compiler() << " " << target);
    support::bpftrace tracer(support::flags{},
                             script({target == "binary" ? program.path() : std::to_string(running.pid())}));
    running.write("\n");
    std::multiset<std::string> expected;
    for (const auto& probe : read_descriptions()) {
        for (const auto& event : probe.events) {
            expected.insert(probe.name + (event.empty() ? "" : " ") + event);
        }
    }
    while (!expected.empty()) {
        const auto line = tracer.read_line();
        INFO("yet to come: " << *expected.begin());
        REQUIRE(line);
        const auto one = std::find_if(expected.begin(), expected.end(),
                                      [&](const std::string& each) { return matches(*line, each); });
        INFO("printed: " << *line);
        REQUIRE(one != expected.end());
        expected.erase(one);
    }
    tracer.kill();
}

TEST_CASE("usdtpp bpftrace --json writes a script that prints values of JSON, of as many probes as there are") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    INFO(support::compiler());
    const built_case program(source, {});
    support::process running({program.path()});
    support::bpftrace tracer(support::flags{}, script({"--json", program.path()}));
    running.write("\n");
    // All of them before it is stopped: what bpftrace has not read by then is lost.
    std::map<std::string, std::size_t> expected;
    std::string printed = "\n";
    for (const auto& probe : read_descriptions()) {
        expected[probe.name] += probe.events.size();
        for (std::size_t i = 0; i != probe.events.size(); ++i) {
            const auto line = tracer.read_line();
            INFO(printed);
            REQUIRE(line);
            printed += *line + "\n";
        }
    }
    printed += tracer.stop() + "\n";
    INFO(printed);
    const auto has = [&](const std::string& line) { return printed.find("\n" + line + "\n") != printed.npos; };
    CHECK(has(R"({"event": "kinds:signed_integers", "a": -5, "b": -300, "c": -70000, "d": -9223372036854775808})"));
    CHECK(has(R"({"event": "kinds:characters", "a": 97, "nul": 0, "newline": 10, "beyond": -56, "byte": 200})"));
    CHECK(has(R"({"event": "kinds:constant_characters", "'\"'": 34, "'\\\\'": 92, "'%'": 37, "'\\''": 39})"));
    CHECK(has(R"({"event": "kinds:pointers", "pointer": "0x1000", "null": "0x0", "nullptr": "0x0"})"));
    CHECK(has(R"({"event": "kinds:times", "a": 3000000, "b": -250000000, "c": -7000, "c - a": -3007000})"));
    CHECK(has(R"({"event": "kinds:request_end", "path": "/loaf", "arg1": 5, "from.number % 100": 8})"));
    CHECK(has(R"({"event": "kinds:in_template", "value": "0x3ff8000000000000", "text": "same"})"));
    CHECK(has(R"({"event": "kinds:percent", "shard": 10, "a % 7": 2, "a %d 8": 9})"));
    CHECK(has(R"({"event": "kinds:floats", "a": "+0x1.800000p0", "b": "-0x1.99999ap-4", "c": "-0x0.000000p-126", )"
              R"("d": "+inf.000000p128", "e": "+nan.800000p128", "f": "+0x0.000002p-126"})"));

    const auto begin = printed.find(R"({"event": "total")");
    REQUIRE(begin != printed.npos);
    auto total = nlohmann::json::parse(printed.substr(begin, printed.find('\n', begin) - begin));
    total.erase("event");
    CHECK(total.get<std::map<std::string, std::size_t>>() == expected);
}

TEST_CASE("usdtpp bpftrace says where the sites of a probe differ, and how many arguments bpftrace reads") {
    SKIP_WITHOUT(support::compiler());
    const built_case program(source, {});
    const std::string differ =
        "// Its sites differ: an argument has the name, and the form, that all of them agree on.\n";
    for (const auto& probe : read_descriptions()) {
        INFO(probe.name);
        const auto text = script({program.path(), probe.name});
        CHECK((text.rfind(differ, 0) == 0) == probe.differs);
        CHECK((text.rfind("// bpftrace reads 6 of the 12 arguments.\n", 0) == 0) == (probe.name == "kinds:twelve"));
    }
}

TEST_CASE("usdtpp bpftrace --latency finds what belongs together by an argument, named as it is written") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    // Of two that overlap, the thread alone tells only one.
    const auto [key, each] = GENERATE(table<std::string, long>({{"from.number % 100", 2}, {"path", 2}, {"", 1}}));
    INFO(support::compiler() << " " << key);
    const built_case program(source, {});
    support::process running({program.path()});
    support::flags arguments = {program.path(), "--latency", "kinds:request_begin", "kinds:request_end"};
    if (!key.empty()) {
        arguments.insert(arguments.end(), {"--key", key});
    }
    support::bpftrace tracer(support::flags{}, script(arguments));
    for (int i = 0; i != 3; ++i) {
        running.write("\n");
        REQUIRE(running.read_line(std::chrono::seconds(20)));
    }
    const auto printed = tracer.stop();
    INFO(printed);
    CHECK(printed.rfind("@latency_ns:", 0) == 0);
    CHECK(events_in(printed) == 3 * each);
}

TEST_CASE("usdtpp bpftrace --latency refuses a key that is not the same everywhere") {
    SKIP_WITHOUT(support::compiler());
    const built_case program(source, {});
    const auto check = [&](const std::string& from, const std::string& to, const std::string& key,
                           const std::string& error) {
        const auto done = run_tool({"bpftrace", program.path(), "--latency", from, to, "--key", key});
        CHECK(done.status == 1);
        CHECK(done.output.empty());
        CHECK(done.errors == "usdtpp: " + error + ": see usdtpp list\n");
    };
    check("kinds:times", "kinds:times", "d", "kinds:times has no argument d that bpftrace reads");
    check("kinds:twelve", "kinds:twelve", "7", "kinds:twelve has no argument 7 that bpftrace reads");
    check("kinds:number", "kinds:number", "b",
          "kinds:number has no argument b that bpftrace reads in each of its sites");
    check("kinds:place", "kinds:place", "id", "kinds:place: its sites have argument id in different places");
    check("kinds:strings", "kinds:text_that_is_a_number", "text", "text is a string in one of the probes only");
}

TEST_CASE("usdtpp list shows the names and types of arguments, and the source of each site") {
    SKIP_WITHOUT(support::compiler());
    const built_case program(source, {});
    const auto done = run_tool({"list", program.path()});
    INFO(done.output << done.errors);
    REQUIRE(done.status == 0);
    for (const auto& probe : read_descriptions()) {
        const auto title =
            "\n  " + probe.name + (probe.differs ? " (arguments differ)" : probe.arguments[0]) + "  semaphore 0x";
        INFO(title);
        const auto begin = done.output.find(title);
        REQUIRE(begin != done.output.npos);
        const auto sites = done.output.substr(begin, done.output.find("\n  kinds:", begin + 1) - begin) + "\n";
        for (const auto& arguments : probe.arguments) {
            const auto site = "  kinds.cpp:" + std::to_string(probe.line) + (probe.differs ? "  " + arguments : "");
            CHECK(sites.find(site + "\n") != sites.npos);
        }
    }
}

TEST_CASE("usdtpp list --json has the names as they were written, types, and the source of each site") {
    SKIP_WITHOUT(support::compiler());
    const built_case program(source, {});
    const auto done = run_tool({"list", "--json", program.path()});
    INFO(done.errors);
    REQUIRE(done.status == 0);
    // By probe and line, the arguments of each site.
    std::map<std::string, std::multiset<std::string>> listed, expected;
    const auto objects = nlohmann::json::parse(done.output);
    REQUIRE(objects.size() == 1);
    for (const auto& probe : objects[0].at("probes")) {
        std::string arguments;
        for (const auto& one : probe["arguments"]) {
            const auto name = one["name"].get<std::string>();
            const auto position = std::to_string(&one - &probe["arguments"][0]);
            arguments += (arguments.empty() ? "" : ", ") + (name.empty() ? "arg" + position : name) + ": " +
                         one["type"].get<std::string>();
        }
        for (const auto& site : probe["sites"]) {
            CHECK(site["file"] == "kinds.cpp");
            listed[probe["provider"].get<std::string>() + ":" + probe["name"].get<std::string>() + " " +
                   site["line"].dump()]
                .insert("(" + arguments + ")");
        }
    }
    for (const auto& probe : read_descriptions()) {
        auto& arguments = expected[probe.name + " " + std::to_string(probe.line)];
        arguments.insert(probe.arguments.begin(), probe.arguments.end());
        if (probe.name == "kinds:long_names") {
            arguments = {R"((static_cast<unsigned long long>(a) + 1000: uint64, )"
                         R"((text[0] == 'x' ? "a b c d e f" : "gäxyz"): string, )"
                         R"('a' + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 12345: int32))"};
        }
    }
    for (const auto& [site, arguments] : expected) {
        INFO(site);
        CHECK(std::vector(listed[site].begin(), listed[site].end()) == std::vector(arguments.begin(), arguments.end()));
    }
    CHECK(listed.size() == expected.size());
}
