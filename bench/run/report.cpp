#include "report.hpp"

#include <algorithm>

#include "tables.hpp"

namespace bench {
namespace {

using nlohmann::json;
using words = std::vector<std::string>;

const words compilers = {"g++", "clang++"};
const words peers = {"nothing", "usdtpp", "sys_sdt", "lttng_ust", "flag", "spdlog"};
const words functions = {"zero", "one", "three", "six", "twelve", "memory", "guarded", "live"};
const words loops = {"accumulate", "each_element", "row"};

std::string explained(const std::string& name) {
    static const json texts = {{"zero", "no argument"},
                               {"one", "1 argument"},
                               {"three", "3 arguments"},
                               {"six", "6 arguments"},
                               {"twelve", "12 arguments, 6 of them on the stack"},
                               {"memory", "3 arguments in memory, one of them thread_local"},
                               {"guarded", "3 arguments, `PROBE_IF_ENABLED`"},
                               {"live", "between two uses of what was read"},
                               {"accumulate", "accumulating through a member, a global and a local"},
                               {"each_element", "each element of a loop that can be vectorised"},
                               {"row", "after such a loop of 64 elements"}};
    return texts.value(name, name);
}

words titles(const std::string& first, const words& names) {
    words head = {first};
    for (const auto& name : names) {
        head.push_back(title_of(name));
    }
    return head;
}

// A row for each case, a column for each peer but the reference; `cell(figures of the peer, of the reference)`.
template <class Cell>
std::string against_nothing(const json& of, const words& cases, Cell cell) {
    auto columns = in_order(of, peers);
    columns.erase(std::remove(columns.begin(), columns.end(), "nothing"), columns.end());
    table rows(titles("", columns));
    for (const auto& one : cases) {
        words row = {explained(one)};
        for (const auto& peer : columns) {
            row.push_back(cell(at(of, {peer, one}), at(of, {"nothing", one})));
        }
        rows.add(row);
    }
    return rows.text();
}

json added(const json& one, const json& reference, const std::string& figure) {
    return beyond(at(one, {figure}), at(reference, {figure}));
}

std::string instructions(const json& one, const json& reference) {
    const auto more = added(one, reference, "instructions");
    const auto nops = at(one, {"nops"});
    return number(more, 0) + (nops.is_null() || nops == 0 ? "" : ", " + number(nops, 0) + " of them nops");
}

std::string loop_costs(const json& one, const json& reference) {
    return number(added(one, reference, "instructions"), 1) + " / " +
           number(added(one, reference, "data_references"), 1);
}

std::string nanoseconds(const json& one, const json& reference) {
    return number(beyond(at(one, {"nanoseconds", "median"}), at(reference, {"nanoseconds", "median"})), 2);
}

std::string disabled(const json& results) {
    std::string text = "## A probe that nobody traces\n";
    for (const auto& compiler : in_order(results, compilers)) {
        const auto& of = results[compiler];
        text +=
            "\nInstructions beyond the same function without it, " + compiler + " (callgrind, exact):\n\n" +
            against_nothing(of, functions, instructions) +
            "\nWith GCC, sys/sdt.h loads no argument from memory: it tells tracers `counter(%rip)`, of which they read "
            "something else, or nothing.\n" +
            "\nInstructions / data references for an iteration beyond the same loop without it, " + compiler +
            ", nops included:\n\n" + against_nothing(of, loops, loop_costs) +
            "\nNanoseconds for a call beyond the same function without it, " + compiler +
            " (Google Benchmark, difference of medians; as good as the machine is quiet):\n\n" +
            against_nothing(of, functions, nanoseconds);
    }
    return text;
}

std::string server(const json& results) {
    std::string text = "\n## The example server with probes that nobody traces, against the same without\n\n";
    table rows({"", "with probes", "without", "ratio, or difference"});
    const auto add = [&](const std::string& title, const std::string& name, int decimals) {
        const auto figure = at(results, {name});
        const auto ratio = at(figure, {"ratio"});
        rows.add({title, range(at(figure, {"with_probes"}), decimals), range(at(figure, {"without"}), decimals),
                  ratio.is_null() ? range(at(figure, {"difference"}), decimals) : range(ratio, 3)});
    };
    add("requests a second", "requests_per_second", 0);
    add("latency, median, us", "latency_p50_us", 0);
    add("latency, 99th percentile, us", "latency_p99_us", 0);
    add("instructions a request (valgrind)", "instructions_per_request", 0);
    return text + rows.text();
}

std::string enabled(const json& results) {
    std::string text = "\n## A probe that is traced: nanoseconds an event\n\n";
    table rows({"", "nanoseconds", "ratio to sys/sdt.h"});
    const auto add = [&](const std::string& tracer, const std::string& title) {
        const auto of = at(results, {tracer});
        for (const auto& way : in_order(of.is_null() ? json::object() : of, peers)) {
            rows.add({title_of(way) + title, range(at(of, {way, "nanoseconds"}), 0),
                      range(at(of, {way, "ratio_to_sys_sdt"}), 3)});
        }
    };
    const auto inside = [&](const std::string& way, const std::string& title) {
        const auto one = at(results, {"inside", way, "nanoseconds"});
        if (!one.is_null()) {
            rows.add({title, range(one, 1), no_figure});
        }
    };
    inside("usdtpp", "usdtpp, nothing attached");
    inside("recorder", "usdtpp, `usdtpp::recorder`");
    inside("recorder_two_threads", "usdtpp, `usdtpp::recorder`, each of two threads");
    inside("handler", "usdtpp, `usdtpp::attach`");
    add("lttng_ust", ", recorded");
    add("bpftrace_count", ", bpftrace `count()`");
    add("bpftrace_decode", ", bpftrace `str(arg0)` and `hist(arg2)`");
    return text + rows.text();
}

std::string attach(const json& results) {
    std::string text = "\n## Attaching from inside to " + number(at(results, {"sites"}), 0) + " sites at once\n\n";
    table rows({"", "milliseconds", "MiB that stay"});
    for (const auto& [kind, title] : {std::pair<std::string, std::string>{"usdtpp", "usdtpp's, by jumps"},
                                      {"sys_sdt", "sys/sdt.h's, by breakpoints"}}) {
        rows.add({title, range(at(results, {kind, "milliseconds"}), 0), range(at(results, {kind, "mebibytes"}), 1)});
    }
    return text + rows.text();
}

std::string build(const json& results) {
    std::string text = "\n## A file with 1,000 probes of three arguments: to compile, and its bytes\n";
    for (const auto& compiler : in_order(results, compilers)) {
        const auto& of = results[compiler];
        text += "\n" + compiler + ":\n\n";
        table rows({"", "seconds", "million instructions", "MiB", "bytes of functions", "of notes", "of semaphores"});
        for (const auto& name : in_order(of["bytes"], {"bare", "sys_sdt_header", "usdtpp_header", "sys_sdt", "usdtpp",
                                                       "usdtpp_plain", "usdtpp_compact"})) {
            const auto count = at(of, {"instructions", name});
            const auto bytes = at(of, {"bytes", name});
            rows.add({title_of(name), range(at(of, {"seconds", name}), 2),
                      number(count.is_null() ? json() : json(count.get<double>() / 1e6), 0),
                      range(at(of, {"memory_mib", name}), 0), number(bytes["text"], 0), number(bytes["note"], 0),
                      number(bytes["data"], 0)});
        }
        text +=
            rows.text() + "\nThe probes of usdtpp beyond its header, as a ratio to those of sys/sdt.h beyond its: " +
            number(at(of, {"instructions_ratio"}), 2) + " of the instructions, " + range(at(of, {"seconds_ratio"}), 2) +
            " of the time; with USDTPP_NO_DESCRIPTIONS " + number(at(of, {"plain_instructions_ratio"}), 2) + " and " +
            range(at(of, {"plain_seconds_ratio"}), 2) + ".\n";
    }
    return text;
}

std::string machine(const json& results) {
    const auto of = at(results, {"machine"});
    auto text =
        of.value("processor", "") + ", " + at(of, {"processors"}).dump() + " processors, " + of.value("system", "");
    const auto versions = at(of, {"versions"});
    for (const auto& [tool, version] : versions.items()) {
        text += ", " + tool + " " + version.get<std::string>();
    }
    return text;
}

// "0", or "1 to 7": of the functions with 0 to 6 arguments.
std::string beyond_nops(const json& results, const std::string& compiler, const std::string& peer) {
    std::vector<double> counts;
    for (const auto* name : {"zero", "one", "three", "six"}) {
        const auto one = at(results, {"disabled", compiler, peer, name});
        const auto more = added(one, at(results, {"disabled", compiler, "nothing", name}), "instructions");
        if (more.is_null()) {
            return no_figure;
        }
        counts.push_back(more.get<double>() - one.value("nops", 0));
    }
    const auto [low, high] = std::minmax_element(counts.begin(), counts.end());
    const auto text = number(*low, 0);
    return *low == *high ? text : text + " to " + number(*high, 0);
}

std::string per_probe(const json& build, const std::string& name) {
    const auto more = beyond(at(build, {"bytes", name, "text"}), at(build, {"bytes", "usdtpp_header", "text"}));
    return more.is_null() ? no_figure : number(more.get<double>() / build["probes"].get<double>(), 0);
}

} // namespace

std::string report(const json& results) {
    std::string text = "# What a probe costs\n\nMade by `scripts/bench`, " + results.value("date", "") + ". " +
                       machine(results) + ".\n\nMedians, with their 95 % confidence interval in brackets.\n\n";
    const std::vector<std::pair<std::string, std::string (*)(const json&)>> sections = {
        {"disabled", disabled}, {"server", server}, {"enabled", enabled}, {"attach", attach}, {"build", build}};
    for (const auto& [name, make] : sections) {
        if (results.contains(name)) {
            text += make(results[name]);
        }
    }
    const auto skipped = results.value("skipped", words());
    if (!skipped.empty()) {
        text += "\n## Not measured\n\n";
        for (const auto& one : skipped) {
            text += "- " + one + "\n";
        }
    }
    return text;
}

std::string summary(const json& results) {
    table rows({"", "usdtpp", "sys/sdt.h", "LTTng-UST"});
    for (const auto& compiler : compilers) {
        rows.add({"not traced: instructions beyond the nops, 0 to 6 arguments in registers, " + compiler,
                  beyond_nops(results, compiler, "usdtpp"), beyond_nops(results, compiler, "sys_sdt"),
                  beyond_nops(results, compiler, "lttng_ust")});
    }
    const auto of_case = [&](const std::string& title, const std::string& compiler, const std::string& name,
                             const std::string& figure) {
        words row = {title + ", " + compiler};
        for (const auto* peer : {"usdtpp", "sys_sdt", "lttng_ust"}) {
            row.push_back(number(added(at(results, {"disabled", compiler, peer, name}),
                                       at(results, {"disabled", compiler, "nothing", name}), figure),
                                 0));
        }
        rows.add(row);
    };
    for (const auto& compiler : compilers) {
        of_case("not traced, asked first (`PROBE_IF_ENABLED`): instructions", compiler, "guarded", "instructions");
    }
    of_case("data references that it adds to an accumulating loop", "g++", "accumulate", "data_references");
    const auto instructions = at(results, {"server", "instructions_per_request", "difference"});
    rows.add({"not traced, example server: instructions a request more than without probes",
              number(at(instructions, {"median"}), 0), no_figure, no_figure});
    rows.add({"not traced, example server: requests a second, as a ratio to without probes",
              range(at(results, {"server", "requests_per_second", "ratio"}), 3), no_figure, no_figure});
    rows.add({"traced in the process, recorded: ns an event",
              range(at(results, {"enabled", "inside", "recorder", "nanoseconds"}), 1), no_figure,
              range(at(results, {"enabled", "lttng_ust", "lttng_ust", "nanoseconds"}), 0)});
    const auto traced = [&](const std::string& title, const std::string& tracer) {
        rows.add({title, range(at(results, {"enabled", tracer, "usdtpp", "nanoseconds"}), 0),
                  range(at(results, {"enabled", tracer, "sys_sdt", "nanoseconds"}), 0), no_figure});
    };
    traced("traced by bpftrace, `count()`: ns an event", "bpftrace_count");
    traced("traced by bpftrace, `str(arg0)` and `hist(arg2)`: ns an event", "bpftrace_decode");
    const auto attached = [&](const std::string& title, const std::string& figure, int decimals) {
        rows.add({title, range(at(results, {"attach", "usdtpp", figure}), decimals),
                  range(at(results, {"attach", "sys_sdt", figure}), decimals), no_figure});
    };
    attached("in the process, attaching to 10,000 sites at once: ms", "milliseconds", 0);
    attached("in the process, attaching to 10,000 sites at once: MiB that stay", "mebibytes", 1);
    for (const auto& compiler : compilers) {
        const auto build = at(results, {"build", compiler});
        rows.add({"to compile 1,000 probes (with `USDTPP_NO_DESCRIPTIONS`): instructions, as a ratio to sys/sdt.h, " +
                      compiler,
                  number(at(build, {"instructions_ratio"}), 2) + " (" +
                      number(at(build, {"plain_instructions_ratio"}), 2) + ")",
                  "1", no_figure});
        rows.add({"to compile 1,000 probes: processor time, as a ratio to sys/sdt.h, " + compiler,
                  range(at(build, {"seconds_ratio"}), 2), "1", no_figure});
    }
    const auto build = at(results, {"build", "g++"});
    rows.add({"bytes of code a probe (with `USDTPP_COMPACT`)",
              per_probe(build, "usdtpp") + " (" + per_probe(build, "usdtpp_compact") + ")", per_probe(build, "sys_sdt"),
              no_figure});
    return rows.text() + "\n" + machine(results) + ".\n";
}

} // namespace bench
