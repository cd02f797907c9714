// What was measured, for people: from the JSON alone, so that it can be made again at any time.
#ifndef USDTPP_BENCH_REPORT_HPP
#define USDTPP_BENCH_REPORT_HPP

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace bench {

// All tables, in Markdown.
std::string report(const nlohmann::json& results);

// The table in README.md, with the machine and the versions.
std::string summary(const nlohmann::json& results);

// Writes NAME.svg and NAME.png into the directory for each picture; returns the names. Throws std::runtime_error where
// gnuplot fails.
std::vector<std::string> draw(const nlohmann::json& results, const std::string& directory);

} // namespace bench

#endif
