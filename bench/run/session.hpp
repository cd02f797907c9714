// What all sections of the benchmark share.
#ifndef USDTPP_BENCH_SESSION_HPP
#define USDTPP_BENCH_SESSION_HPP

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "statistics.hpp"
#include "support/files.hpp"
#include "support/progress.hpp"

namespace bench {

struct session {
    bool quick = false;                 // too short for figures that mean something
    std::vector<std::string> compilers; // "g++", "clang++", as far as they are installed
    support::temporary_directory directory;
    support::progress shown;
    std::vector<std::string> skipped; // what could not be measured here, and why

    // Says so at once, and in the report.
    void skip(const std::string& what, const std::string& why);
};

// A path in this project.
std::string project_file(const std::string& relative);

// Runs a compiler at -O2 with this project's headers. Returns the first line of its errors; empty if it was content.
std::string compile(const std::string& compiler, const std::vector<std::string>& arguments);

// {"median", "low", "high", "runs"}
nlohmann::json to_json(const estimate& one);

// Each measures one thing, and returns its figures.
nlohmann::json measure_disabled(session& all); // instructions, data references and times of probes that nobody traces
nlohmann::json measure_server(session& all);   // the example server with idle probes, against none
nlohmann::json measure_enabled(session& all);  // times of probes that are traced
nlohmann::json measure_build(session& all);    // what probes cost to compile, and in the file
nlohmann::json measure_attach(session& all);   // time and memory of attaching from inside to many sites

} // namespace bench

#endif
