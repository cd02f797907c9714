#include "bpftrace.hpp"

#include <algorithm>
#include <csignal>
#include <stdexcept>

#include <unistd.h>

namespace support {

std::string why_no_bpftrace() {
    if (find_program("bpftrace").empty()) {
        return "bpftrace is not installed";
    }
    if (::geteuid() != 0) {
        return "bpftrace needs root";
    }
    static const auto tried = run({"bpftrace", "-e", "BEGIN { exit(); }"}, std::chrono::seconds(30));
    return tried.status == 0 ? "" : "bpftrace does not run here: " + tried.errors;
}

namespace {

std::vector<std::string> bpftrace_command(const std::vector<std::string>& options, const std::string& script) {
    std::vector<std::string> command = {"bpftrace", "-B", "line"};
    command.insert(command.end(), options.begin(), options.end());
    command.insert(command.end(), {"-e", "BEGIN { printf(\"attached\\n\"); } " + script});
    return command;
}

} // namespace

bpftrace::bpftrace(pid_t pid, const std::string& script, milliseconds timeout)
    : bpftrace(pid == every_process ? std::vector<std::string>() : std::vector<std::string>{"-p", std::to_string(pid)},
               script, timeout) {}

bpftrace::bpftrace(const std::vector<std::string>& options, const std::string& script, milliseconds timeout)
    : process_(bpftrace_command(options, script)) {
    process_.close_input();
    // bpftrace reads its own buffers, and so prints the line of BEGIN, only after it has attached to everything.
    for (;;) {
        const auto line = process_.read_line(timeout);
        if (!line) {
            throw std::runtime_error("bpftrace did not attach: " + process_.error_output());
        }
        if (*line == "attached") {
            return;
        }
    }
}

std::string bpftrace::stop() {
    // bpftrace 0.17 forgets a signal that does not come while it waits, and needs about a second to detach.
    for (int i = 0; i != 10; ++i) {
        process_.signal(SIGINT);
        if (process_.wait(std::chrono::seconds(4))) {
            const auto left = process_.unread_output();
            const auto begin = std::min(left.find_first_not_of('\n'), left.size());
            return left.substr(begin, left.find_last_not_of('\n') + 1 - begin);
        }
    }
    throw std::runtime_error("bpftrace does not stop");
}

void bpftrace::kill() {
    process_.signal(SIGKILL);
    process_.wait(std::chrono::seconds(30));
}

} // namespace support
