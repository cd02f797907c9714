// Table, histogram and JSON.
#include "report.hpp"

#include <cstdio>
#include <map>

#include <nlohmann/json.hpp>

namespace fosdem::run {
namespace {

using nlohmann::json;

double microseconds(std::int64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / 1e3;
}

double throughput(const load_result& load) {
    return static_cast<double>(load.answered) / load.seconds;
}

std::string cells(const percentiles& of) {
    char text[80];
    std::snprintf(text, sizeof text, " %7.0f %6.0f %6.0f %7.0f", microseconds(of.p50), microseconds(of.p95),
                  microseconds(of.p99), microseconds(of.max));
    return text;
}

std::string row(const run_result& result) {
    const auto& load = result.load;
    char text[100];
    std::snprintf(text, sizeof text, "%-8s %3d %8lld %8lld %6lld", result.scenario.c_str(), result.number,
                  static_cast<long long>(load.answered + load.failed), static_cast<long long>(load.answered),
                  static_cast<long long>(load.failed));
    std::string line = text;

    if (result.traced) {
        const auto& starts = result.traced->starts();
        const auto& ends = result.traced->ends();
        std::snprintf(text, sizeof text, " %8lld %8lld %5lld", static_cast<long long>(starts.seen),
                      static_cast<long long>(ends.seen), static_cast<long long>(starts.lost() + ends.lost()));
        line += text + cells(percentiles_of(result.traced->durations()));
    } else {
        std::snprintf(text, sizeof text, " %8s %8s %5s %7s %6s %6s %7s", "-", "-", "-", "-", "-", "-", "-");
        line += text;
    }

    std::snprintf(text, sizeof text, " %7.0f %6.2f %5.1f", throughput(load), result.server_cpu_seconds,
                  static_cast<double>(result.server_peak_bytes) / (1024 * 1024));
    return line + cells(percentiles_of(load.took)) + text + "\n";
}

json latency(const latencies& values) {
    const auto of = percentiles_of(values);
    return {{"p50", microseconds(of.p50)},
            {"p95", microseconds(of.p95)},
            {"p99", microseconds(of.p99)},
            {"max", microseconds(of.max)}};
}

json events_of(const event_count& count) {
    return {{"seen", count.seen}, {"lost", count.lost()}};
}

// Null where there is none.
template <class Value>
json optional(bool there, const Value& value) {
    return there ? json(value) : json();
}

json settings_of(const settings& chosen) {
    return {{"num", chosen.runs},
            {"duration_seconds", chosen.duration.count()},
            {"clients", optional(chosen.rate == 0, chosen.clients)},
            {"rps", optional(chosen.rate != 0, chosen.rate)},
            {"timeout_seconds", chosen.timeout.count()},
            {"inputs", json::parse(fosdem::to_json(chosen.server))}};
}

json object(const run_result& result, const settings& chosen) {
    const auto& load = result.load;
    json one = {{"scenario", result.scenario},
                {"run", result.number},
                {"ok", result.problems.empty()},
                {"problems", result.problems},
                {"settings", settings_of(chosen)},
                {"requests",
                 {{"sent", load.answered + load.failed},
                  {"answered", load.answered},
                  {"failed", load.failed},
                  {"unsent", load.unsent}}},
                {"elapsed_seconds", load.seconds},
                {"throughput_rps", throughput(load)},
                {"latency_us", {{"client", latency(load.took)}, {"probe", nullptr}}},
                {"events", nullptr},
                {"tracer", optional(!result.tracer.empty(), result.tracer)},
                {"server",
                 {{"cpu_seconds", result.server_cpu_seconds},
                  {"peak_memory_bytes", result.server_peak_bytes},
                  {"exit_status", optional(result.server_status.has_value(), result.server_status.value_or(0))}}}};
    if (const auto& traced = result.traced) {
        one["latency_us"]["probe"] = latency(traced->durations());
        one["events"] = {{"request_start", events_of(traced->starts())},
                         {"request_end", events_of(traced->ends())},
                         {"lost_says_tracer", traced->lost()}};
    }
    return one;
}

} // namespace

std::string table(const std::vector<run_result>& results) {
    std::string text = "                      requests                   events              probe latency, us"
                       "            client latency, us             server\n"
                       "scenario run     sent answered failed    start      end  lost"
                       "     p50    p95    p99     max     p50    p95    p99     max   req/s  cpu s   MiB\n";
    std::map<std::string, latencies> probed; // by who traced
    for (const auto& result : results) {
        text += row(result);
        if (result.traced && !result.traced->durations().empty()) {
            auto& all = probed[result.tracer];
            all.insert(all.end(), result.traced->durations().begin(), result.traced->durations().end());
        }
    }
    for (const auto& [tracer, durations] : probed) {
        text += "\nlatency as the probes saw it (" + tracer + "):\n" + histogram(durations);
    }
    return text;
}

std::string to_json(const std::vector<run_result>& results, const settings& chosen) {
    auto array = json::array();
    for (const auto& result : results) {
        array.push_back(object(result, chosen));
    }
    return array.dump(2) + "\n";
}

} // namespace fosdem::run
