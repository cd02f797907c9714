// How many instructions a command takes: a figure that does not depend on what else the machine does.
#ifndef USDTPP_EXAMPLES_SUPPORT_INSTRUCTIONS_HPP
#define USDTPP_EXAMPLES_SUPPORT_INSTRUCTIONS_HPP

#include <string>
#include <vector>

namespace support {

// The command that runs `command` under valgrind's cachegrind, which says on standard error what it counted.
std::vector<std::string> counting(const std::vector<std::string>& command);

// The sum of what it said, for the process and all its children. Throws std::runtime_error where it said nothing.
double counted(const std::string& errors);

// Runs the command, and counts. Throws std::runtime_error where it fails.
double count_instructions(const std::vector<std::string>& command);

} // namespace support

#endif
