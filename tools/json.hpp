// What `usdtpp list --json` writes and `usdtpp verify --expect` reads.
#ifndef USDTPP_TOOLS_JSON_HPP
#define USDTPP_TOOLS_JSON_HPP

#include <nlohmann/json.hpp>

#include "target.hpp"

namespace tool {

// [{"path", "probes": [{"provider", "name", "semaphore", "arguments": [{"name", "type", "size"}],
//   "sites": [{"location", "function", "file", "line", "operands": ["-4@%edi"]}]}]}]
// Where the arguments of sites differ, the probe comes once for each kind of them. Addresses are those of the file.
nlohmann::json to_json(const target& of);

} // namespace tool

#endif
