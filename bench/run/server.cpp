// The example server with idle probes, against the same without: requests a second and latencies, in alternating runs,
// and instructions a request, counted.
#include <csignal>
#include <cstdio>
#include <map>
#include <stdexcept>

#include <httplib.h>

#include "session.hpp"
#include "support/instructions.hpp"
#include "support/process.hpp"

namespace bench {
namespace {

using nlohmann::json;
using std::chrono::seconds;

// Instructions of the server for its start, its end and so many requests on one connection.
double instructions(const std::string& program, int requests) {
    support::process server(support::counting({program, "/dev/stdin"}));
    server.write(R"({"host": "127.0.0.1", "port": 0, "workers": 1})");
    server.close_input();
    const auto line = server.read_line(seconds(60));
    if (!line) {
        throw std::runtime_error("the server did not start under valgrind: " + server.error_output());
    }
    {
        httplib::Client client("127.0.0.1", std::stoi(line->substr(line->rfind(':') + 1)));
        client.set_keep_alive(true);
        client.set_tcp_nodelay(true);
        client.set_read_timeout(seconds(60));
        for (int i = 0; i != requests; ++i) {
            const auto response = client.Get("/load");
            if (!response || response->status != 200) {
                throw std::runtime_error("the server did not answer under valgrind");
            }
        }
    }
    server.signal(SIGTERM);
    if (!server.wait(seconds(60))) {
        throw std::runtime_error("the server did not end under valgrind");
    }
    return support::counted(server.error_output());
}

json count(session& all) {
    if (support::find_program("valgrind").empty()) {
        all.skip("instructions a request", "valgrind is not installed");
        return nullptr;
    }
    const int requests = all.quick ? 500 : 2000;
    const int rounds = all.quick ? 3 : 9;
    std::map<std::string, std::vector<double>> counts;
    for (int round = 1; round <= rounds; ++round) {
        for (const auto& [name, program] : {std::pair{"with", FOSDEM_SERVER}, {"without", FOSDEM_SERVER_DISABLED}}) {
            all.shown.show("server: counting instructions, round " + std::to_string(round) + "/" +
                           std::to_string(rounds));
            const double more = instructions(program, 2 * requests) - instructions(program, requests);
            counts[name].push_back(more / requests);
        }
    }
    std::vector<double> differences;
    for (std::size_t i = 0; i != counts["with"].size(); ++i) {
        differences.push_back(counts["with"][i] - counts["without"][i]);
    }
    return {{"with_probes", to_json(estimate_of(counts["with"]))},
            {"without", to_json(estimate_of(counts["without"]))},
            {"difference", to_json(estimate_of(differences))}};
}

// What fosdem-run says of one run.
json run_once(session& all, const std::string& scenario) {
    const auto file = all.directory.file("run.json");
    const auto done =
        support::run({FOSDEM_RUN, "--scenario", scenario, "--duration", all.quick ? "0.1" : "1", "--json", file});
    if (done.status != 0) {
        throw std::runtime_error("fosdem-run fails: " + done.errors);
    }
    return json::parse(support::read_file(file)).at(0);
}

} // namespace

json measure_server(session& all) {
    const int pairs = all.quick ? 2 : 40;
    std::map<std::string, std::map<std::string, std::vector<double>>> values;
    for (int pair = 1; pair <= pairs; ++pair) {
        all.shown.show("server: pair " + std::to_string(pair) + "/" + std::to_string(pairs));
        // Each is the first as often as the other.
        for (const std::string scenario : {pair % 2 == 0 ? "idle" : "default", pair % 2 == 0 ? "default" : "idle"}) {
            const auto run = run_once(all, scenario);
            values["requests_per_second"][scenario].push_back(run["throughput_rps"]);
            values["latency_p50_us"][scenario].push_back(run["latency_us"]["client"]["p50"]);
            values["latency_p99_us"][scenario].push_back(run["latency_us"]["client"]["p99"]);
        }
    }
    json result = json::object();
    for (auto& [name, of] : values) {
        result[name] = {{"with_probes", to_json(estimate_of(of["idle"]))},
                        {"without", to_json(estimate_of(of["default"]))},
                        {"ratio", to_json(ratio_of(of["idle"], of["default"]))}};
    }
    result["instructions_per_request"] = count(all);
    return result;
}

} // namespace bench
