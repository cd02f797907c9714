// What bpftrace and gdb are to print of probes.
#ifndef USDTPP_TESTS_SUPPORT_TRACERS_HPP
#define USDTPP_TESTS_SUPPORT_TRACERS_HPP

#include <string>
#include <vector>

#include "cases.hpp"
#include "notes.hpp"
#include "support/bpftrace.hpp"
#include "support/process.hpp"

namespace support {

// bpftrace, 0.17 and 0.23 alike, knows arg0 to arg5 on x86-64.
inline constexpr std::size_t bpftrace_arguments = 6;

// A script that prints expected_line() for each of the probes.
std::string bpftrace_script(const std::string& binary, const std::vector<expected_probe>& probes);

// The same in gdb's language. A gdb that does not read arguments on its processor is told by the notes where they are:
// they must be constants or in registers.
std::string gdb_breakpoints(const std::vector<expected_probe>& probes, const std::vector<note>& notes = {});

// Those lines of what gdb printed that come from the probes.
std::vector<std::string> lines_of(const std::vector<expected_probe>& probes, const std::string& gdb_output);

// The same by gdb: runs `binary` with `input` on its standard input, and returns the lines that its breakpoints
// printed. The probes may be in a shared object that `binary` loads.
std::vector<std::string> trace_with_gdb(const std::string& binary, const std::vector<expected_probe>& probes,
                                        const std::string& input, const start_options& options = {});

// What tests/cases/enabled.cpp said among a debugger's words: three digits for each line of its input.
std::vector<std::string> enabled_states(const std::string& output);

} // namespace support

#endif
