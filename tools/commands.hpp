// The commands of usdtpp. Each returns the exit status.
#ifndef USDTPP_TOOLS_COMMANDS_HPP
#define USDTPP_TOOLS_COMMANDS_HPP

#include <string>
#include <vector>

#include "target.hpp"

namespace tool {

int list(const target& of, bool as_json);

struct script_options {
    std::vector<std::string> probes; // provider:name; none: all
    bool count = false;
    bool as_json = false;
    std::vector<std::string> latency; // from, to
    std::string key;                  // the name of the argument that both have; empty: the thread
};
// Throws std::runtime_error where there are no such probes.
std::string bpftrace_script(const target& of, const script_options& chosen);

// `expected`: a file that `list --json` wrote; empty: none.
int verify(const object& one, const std::string& expected);

} // namespace tool

#endif
