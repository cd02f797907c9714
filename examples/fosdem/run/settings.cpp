// The command line of fosdem-run.
#include "settings.hpp"

#include "../command_line.hpp"

namespace fosdem::run {
namespace {

constexpr auto description = R"(Runs fosdem-server under load and reports what came of it, with and without a tracer.)";

constexpr auto footer = R"(Scenarios:
  default  the server is built without probes
  idle     it has probes, and no tracer is attached
  inproc   the server traces itself, from inside, and prints every event; needs no rights
  usdt     bpftrace is attached and prints every event; needs root
  all      each of these in turn; without root or bpftrace usdt is left out

A run fails if a request fails or is never sent, the server does not end well, or, when traced, an event is lost or the
events differ from the answers. Exit status: 0 all runs went well, 1 one failed or could not be made, 2 wrong use.
Latencies are in microseconds: `probe` from request_start to request_end, `client` from sending (with --rps: from when
the request should have been sent) to the whole answer.
BPFTRACE_PERF_RB_PAGES, if set, is the tracer's buffer for each CPU in pages.)";

} // namespace

command read_command_line(int argc, char** argv) {
    command result;
    auto& chosen = result.chosen;
    std::string scenario = "all";
    std::string inputs_file;
    double duration = chosen.duration.count();
    double timeout = chosen.timeout.count();

    CLI::App app(description, "fosdem-run");
    app.footer(footer);
    app.add_option("--scenario", scenario, "default, idle, inproc, usdt or all")
        ->check(CLI::IsMember({"default", "idle", "inproc", "usdt", "all"}))
        ->capture_default_str();
    app.add_option("--num", chosen.runs, "Runs of each scenario")->check(CLI::Range(1, 1000))->capture_default_str();
    app.add_option("--duration", duration, "Seconds of load in a run")
        ->check(CLI::Range(0.1, 600.0))
        ->capture_default_str();
    auto* clients =
        app.add_option("--clients", chosen.clients, "Closed loop: connections, each with one request after the other")
            ->check(CLI::Range(1, 256))
            ->capture_default_str();
    app.add_option("--rps", chosen.rate, "Open loop instead: requests a second, whether answers come or not")
        ->check(CLI::Range(1, 100000))
        ->excludes(clients);
    app.add_option("--timeout", timeout, "Seconds until a request has failed")
        ->check(CLI::Range(0.001, 600.0))
        ->capture_default_str();
    app.add_option("--inputs", inputs_file,
                   "Inputs of the server; host and port in it are not used (without: no work)");
    app.add_option("--json", chosen.json_file, "Write every figure to this file, an array with an object for each run");
    if (const auto status = parse_command_line(app, argc, argv)) {
        result.status = status;
        return result;
    }

    chosen.all = scenario == "all";
    chosen.scenarios =
        chosen.all ? std::vector<std::string>{"default", "idle", "inproc", "usdt"} : std::vector<std::string>{scenario};
    chosen.duration = settings::seconds(duration);
    chosen.timeout = settings::seconds(timeout);
    if (!inputs_file.empty()) {
        const auto read = read_inputs(inputs_file);
        if (!read.warning.empty()) {
            std::fprintf(stderr, "fosdem-run: %s\n", read.warning.c_str());
        }
        chosen.server = read.values;
    }
    chosen.server.host = "127.0.0.1";
    chosen.server.port = 0;
    return result;
}

} // namespace fosdem::run
