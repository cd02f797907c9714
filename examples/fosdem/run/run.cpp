// The order of a run, and its judgement.
#include "run.hpp"

#include <chrono>
#include <thread>

#include "interrupt.hpp"
#include "server_process.hpp"
#include "tracer.hpp"

namespace fosdem::run {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

std::string counted(std::int64_t count, const std::string& what) {
    return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

void judge_load(run_result& result) {
    const auto& load = result.load;
    if (load.failed != 0) {
        result.problems.push_back(counted(load.failed, "request") + " failed: " + load.failure);
    }
    if (load.unsent != 0) {
        result.problems.push_back(counted(load.unsent, "request") + " could not be sent in time");
    }
    if (load.answered == 0) {
        result.problems.push_back("no request was answered");
    }
}

void judge_events(run_result& result) {
    const auto& seen = *result.traced;
    const auto starts = seen.starts().seen;
    const auto ends = seen.ends().seen;
    if (seen.starts().lost() + seen.ends().lost() != 0) {
        result.problems.push_back(std::to_string(seen.starts().lost()) + " request_start and " +
                                  std::to_string(seen.ends().lost()) + " request_end events lost");
    }
    if (seen.lost() != 0) {
        result.problems.push_back("the tracer says that it lost " + counted(seen.lost(), "event"));
    }
    if (seen.repeated() != 0) {
        result.problems.push_back(counted(seen.repeated(), "event") + " came twice");
    }
    // A request that failed for the client may have reached the server, and then was traced, or not.
    const auto& load = result.load;
    if (starts != ends || seen.pairs().seen != ends || ends < load.answered || ends > load.answered + load.failed) {
        result.problems.push_back(std::to_string(starts) + " request_start and " + std::to_string(ends) +
                                  " request_end events of " + std::to_string(seen.pairs().seen) +
                                  " requests do not fit " + counted(load.answered, "answer") + " and " +
                                  counted(load.failed, "failure"));
    }
}

// An answer may be here before its request_end is.
void await_events(tracer& tracer, const load_result& load) {
    const auto& seen = tracer.seen();
    const auto outstanding = [&] { return seen.ends().seen < load.answered || seen.starts().seen != seen.ends().seen; };
    for (const auto deadline = clock::now() + std::chrono::seconds(10); outstanding() && clock::now() < deadline;) {
        check_signals();
        tracer.read(milliseconds(50));
    }
}

} // namespace

run_result run_once(const settings& chosen, const std::string& scenario, int number, const observer& show) {
    run_result result;
    result.scenario = scenario;
    result.number = number;

    using options = std::vector<std::string>;
    server_process server(scenario == "default" ? "fosdem-server-disabled" : "fosdem-server", chosen.server,
                          scenario == "inproc" ? options{"--trace"} : options{});
    const auto tracer = start_tracer(scenario, server);
    result.tracer = tracer ? tracer->version() : "";

    load load(server_host, server.port(), chosen);
    if (tracer) {
        tracer->count_from_now();
    }
    load.start();
    while (!load.done()) {
        check_signals();
        show(load);
        if (tracer) {
            tracer->read(milliseconds(100));
        } else {
            std::this_thread::sleep_for(milliseconds(100));
        }
    }
    result.load = load.result();
    judge_load(result);

    result.server_peak_bytes = server.peak_memory();
    if (tracer) {
        await_events(*tracer, result.load);
        if (auto problem = tracer->stop(); !problem.empty()) {
            result.problems.push_back(std::move(problem));
        }
        result.traced = tracer->seen();
        judge_events(result);
    }

    const auto ended = server.stop();
    if (ended) {
        result.server_status = ended->status;
        const auto seconds = [](const timeval& time) {
            return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
        };
        result.server_cpu_seconds = seconds(ended->usage.ru_utime) + seconds(ended->usage.ru_stime);
    }
    if (result.server_status != 0) {
        result.problems.push_back("the server did not end well");
    }
    return result;
}

} // namespace fosdem::run
