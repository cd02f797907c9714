// The benchmark itself, too short for times, but what it counts is exact.
#include <filesystem>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "support/bpftrace.hpp"
#include "toolchain.hpp"

namespace {

using nlohmann::json;

support::result run_bench(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), USDTPP_BENCH);
    return support::run(arguments, std::chrono::minutes(9));
}

json measure(const std::string& section) {
    support::temporary_directory directory;
    const auto done = run_bench({"--quick", "--only", section, "--output", directory.path()});
    INFO(done.errors);
    REQUIRE(done.status == 0);
    CHECK(done.output == support::read_file(directory.file("report.md")));
    const auto results = json::parse(support::read_file(directory.file("latest.json")));
    CHECK(results["quick"] == true);
    return results[section];
}

double more(const json& peers, const std::string& peer, const std::string& name, const std::string& figure) {
    return peers[peer][name][figure].get<double>() - peers["nothing"][name][figure].get<double>();
}

} // namespace

TEST_CASE("counted: a probe that nobody traces costs its two nops, and two instructions where it is asked first") {
    SKIP_WITHOUT("valgrind", "g++", "clang++");
    const auto results = measure("disabled");
    for (const std::string compiler : {"g++", "clang++"}) {
        INFO(compiler);
        const auto& peers = results[compiler];
        for (const std::string name : {"zero", "one", "three", "six"}) {
            INFO(name);
            CHECK(more(peers, "usdtpp", name, "instructions") == 2);
            CHECK(more(peers, "usdtpp", name, "data_references") == 0);
            CHECK(peers["usdtpp"][name]["nops"] == 2);
        }
        CHECK(more(peers, "usdtpp", "memory", "instructions") == 5); // a load each
        CHECK(more(peers, "usdtpp", "guarded", "instructions") == 2);
        CHECK(more(peers, "usdtpp", "row", "instructions") == 2);
        CHECK(more(peers, "flag", "three", "instructions") > 0);
    }
    CHECK(more(results["g++"], "usdtpp", "accumulate", "data_references") == 0);
    CHECK(more(results["g++"], "usdtpp", "live", "data_references") == 0);
}

TEST_CASE("measured: a probe is eleven bytes of code, one with USDTPP_COMPACT") {
    SKIP_WITHOUT("valgrind", "g++", "clang++");
    const auto results = measure("build");
    for (const std::string compiler : {"g++", "clang++"}) {
        INFO(compiler);
        const auto& build = results[compiler];
        const auto text = [&](const std::string& name) { return build["bytes"][name]["text"].get<int>(); };
        const auto probes = build["probes"].get<int>();
        CHECK(text("usdtpp") - text("usdtpp_header") == 11 * probes);
        CHECK(text("usdtpp_compact") - text("usdtpp_header") == probes);
        CHECK(build["seconds"]["usdtpp"]["median"] > 0);
    }
    const auto& instructions = results["g++"]["instructions"]; // of one compiler only, where it is to be quick
    CHECK(instructions["usdtpp"] > instructions["usdtpp_header"]);
}

TEST_CASE("counted: the example server with idle probes takes at most 20 instructions more for a request") {
    SKIP_WITHOUT("valgrind");
    const auto server = measure("server");
    INFO(server.dump(2));
    CHECK(server["requests_per_second"]["ratio"]["runs"] == 2);
    CHECK(server["instructions_per_request"]["without"]["median"] > 1000);
    // Other work on the machine adds some: the server looks every 10 ms whether a request has come.
    CHECK(server["instructions_per_request"]["difference"]["low"] <= 20);
}

TEST_CASE("measured: events that bpftrace saw, all of them") {
    SKIP_FOR(support::why_no_bpftrace());
    const auto enabled = measure("enabled");
    INFO(enabled.dump(2));
    for (const std::string tracer : {"bpftrace_count", "bpftrace_decode"}) {
        for (const std::string way : {"usdtpp", "sys_sdt", "function"}) {
            CHECK(enabled[tracer][way]["nanoseconds"]["median"] > 0);
        }
    }
    for (const std::string way : {"recorder", "handler"}) {
        CHECK(enabled["inside"][way]["nanoseconds"]["median"] > 0);
    }
}

TEST_CASE("measured: attaching from inside to many sites, by jumps and by breakpoints") {
    SKIP_WITHOUT("g++");
    const auto attach = measure("attach");
    INFO(attach.dump(2));
    for (const std::string kind : {"usdtpp", "sys_sdt"}) {
        CHECK(attach[kind]["milliseconds"]["median"] > 0);
        CHECK(attach[kind]["mebibytes"]["median"] > 0);
    }
}

TEST_CASE("usdtpp-bench says in one line what is wrong") {
    const auto unknown = run_bench({"--only", "nonsense"});
    CHECK(unknown.status == 2);
    CHECK(unknown.errors.find("usdtpp-bench: --only: nonsense") == 0);
    CHECK(unknown.errors.find('\n') == unknown.errors.size() - 1);
    const auto missing = run_bench({"--summary", "/nonexistent"});
    CHECK(missing.status == 1);
    CHECK(missing.errors == "usdtpp-bench: cannot read /nonexistent\n");
}
