// What a run of fosdem-run is to do.
#ifndef USDTPP_EXAMPLES_FOSDEM_RUN_SETTINGS_HPP
#define USDTPP_EXAMPLES_FOSDEM_RUN_SETTINGS_HPP

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "../inputs.hpp"

namespace fosdem::run {

struct settings {
    using seconds = std::chrono::duration<double>;

    std::vector<std::string> scenarios; // of "default", "idle", "inproc", "usdt"
    bool all = false;                   // then those that cannot run here may be left out
    int runs = 1;                       // of each scenario
    seconds duration{10};
    int clients = 4;       // closed loop: each sends its next request when the last one is answered
    int rate = 0;          // if not 0, open loop: requests a second, whether answers come or not
    seconds timeout{5};    // for one request
    inputs server;         // what the server is asked to do
    std::string json_file; // empty: none
};

// The command line; an exit status where there is nothing to run.
struct command {
    std::optional<int> status;
    settings chosen;
};
command read_command_line(int argc, char** argv);

} // namespace fosdem::run

#endif
