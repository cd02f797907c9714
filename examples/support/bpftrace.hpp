// bpftrace, attached for real.
#ifndef USDTPP_EXAMPLES_SUPPORT_BPFTRACE_HPP
#define USDTPP_EXAMPLES_SUPPORT_BPFTRACE_HPP

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "process.hpp"

namespace support {

// Why bpftrace cannot be used here; empty where it can.
std::string why_no_bpftrace();

// Instead of a process: all that run a file, and all that will.
inline constexpr pid_t every_process = -1;

// bpftrace on a running process, or with these options. The constructor returns when it is attached. Throws
// std::runtime_error with what bpftrace says where it does not get that far.
class bpftrace {
public:
    bpftrace(pid_t pid, const std::string& script, milliseconds timeout = std::chrono::seconds(60));
    bpftrace(const std::vector<std::string>& options, const std::string& script,
             milliseconds timeout = std::chrono::seconds(60));

    // The next line that the script printed.
    std::optional<std::string> read_line(milliseconds timeout = std::chrono::seconds(20)) {
        return process_.read_line(timeout);
    }

    // Ends it as Ctrl-C would, and returns what it had yet to print, without the empty lines around that.
    std::string stop();
    void kill();

    // Waits until it has ended by itself; false after `timeout`.
    bool has_ended(milliseconds timeout = std::chrono::seconds(20)) {
        return process_.wait(timeout).has_value();
    }

private:
    process process_;
};

} // namespace support

#endif
