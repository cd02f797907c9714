// What the runs showed: for people and for programs.
#ifndef USDTPP_EXAMPLES_FOSDEM_RUN_REPORT_HPP
#define USDTPP_EXAMPLES_FOSDEM_RUN_REPORT_HPP

#include <string>
#include <vector>

#include "run.hpp"
#include "settings.hpp"

namespace fosdem::run {

// A row for each run, and the latencies of the traced ones as a histogram.
std::string table(const std::vector<run_result>& results);

// An array with an object for each run.
std::string to_json(const std::vector<run_result>& results, const settings& chosen);

} // namespace fosdem::run

#endif
