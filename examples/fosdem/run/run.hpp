// One run: the server, perhaps the tracer, the load, and whether it all went well.
#ifndef USDTPP_EXAMPLES_FOSDEM_RUN_RUN_HPP
#define USDTPP_EXAMPLES_FOSDEM_RUN_RUN_HPP

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "events.hpp"
#include "load.hpp"
#include "settings.hpp"

namespace fosdem::run {

struct run_result {
    std::string scenario;
    int number = 0; // from 1
    load_result load;
    std::optional<events> traced; // only in scenarios usdt and inproc
    std::string tracer;           // which, and its version
    double server_cpu_seconds = 0;
    std::int64_t server_peak_bytes = 0;
    std::optional<int> server_status;
    std::vector<std::string> problems; // none: it went well
};

// Called now and then while the load runs.
using observer = std::function<void(const load&)>;

// Throws std::runtime_error where there is nothing to report, and `interrupted`.
run_result run_once(const settings& chosen, const std::string& scenario, int number, const observer& show);

} // namespace fosdem::run

#endif
