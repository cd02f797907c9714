// fosdem-run: the server under load, with and without probes and a tracer.
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "interrupt.hpp"
#include "report.hpp"
#include "run.hpp"
#include "settings.hpp"
#include "support/progress.hpp"
#include "tracer.hpp"

namespace {

using namespace fosdem::run;

std::string title(const std::string& scenario, int number, const settings& chosen) {
    return scenario + " " + std::to_string(number) + "/" + std::to_string(chosen.runs) + ": ";
}

std::string counts(const load& load) {
    return std::to_string(load.answered()) + " answered, " + std::to_string(load.failed()) + " failed";
}

// Whether all went well.
bool run_all(const settings& chosen, std::vector<run_result>& results) {
    support::progress shown;
    bool well = true;
    const auto complain = [&](const std::string& problem) {
        shown.say("fosdem-run: " + problem);
        well = false;
    };
    for (const auto& scenario : chosen.scenarios) {
        if (const auto missing = missing_for(scenario); !missing.empty()) {
            if (chosen.all && (scenario != "usdt" || missing_for("inproc").empty())) {
                shown.say("fosdem-run: " + scenario + " is left out: " + missing);
            } else {
                complain(scenario + ": " + missing);
            }
            continue;
        }
        for (int number = 1; number <= chosen.runs; ++number) {
            const auto name = title(scenario, number, chosen);
            shown.show(name + "starting");
            try {
                results.push_back(
                    run_once(chosen, scenario, number, [&](const load& load) { shown.show(name + counts(load)); }));
            } catch (const std::exception& error) {
                // Ctrl-C ends the server and the tracer too, perhaps before this process hears of it.
                for (int i = 0; i != 10; ++i) {
                    std::this_thread::sleep_for(std::chrono::milliseconds(10));
                    check_signals();
                }
                complain(name + error.what());
                continue;
            }
            for (const auto& problem : results.back().problems) {
                complain(name + problem);
            }
        }
    }
    return well;
}

int run(const settings& chosen) {
    std::ofstream json;
    if (!chosen.json_file.empty()) {
        json.open(chosen.json_file); // before the runs: a mistake in the name is to cost no time
        if (!json) {
            throw std::runtime_error(chosen.json_file + ": cannot be written: give the path of a file");
        }
    }
    std::vector<run_result> results;
    int status = 0;
    try {
        status = run_all(chosen, results) ? 0 : 1;
    } catch (const interrupted& by) {
        status = 128 + by.signal; // the runs that are done are reported all the same
    }
    if (!results.empty()) {
        std::fputs(table(results).c_str(), stdout);
    }
    if (json.is_open() && !(json << to_json(results, chosen) << std::flush)) {
        throw std::runtime_error(chosen.json_file + ": cannot be written: make room for it");
    }
    return status;
}

} // namespace

int main(int argc, char** argv) {
    try {
        const auto command = read_command_line(argc, argv);
        if (command.status) {
            return *command.status;
        }
        catch_signals();
        return run(command.chosen);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "fosdem-run: %s\n", error.what());
        return 1;
    }
}
