// The server as a child process.
#ifndef USDTPP_EXAMPLES_FOSDEM_RUN_SERVER_PROCESS_HPP
#define USDTPP_EXAMPLES_FOSDEM_RUN_SERVER_PROCESS_HPP

#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

#include "../inputs.hpp"
#include "support/process.hpp"

namespace fosdem::run {

constexpr auto server_host = "127.0.0.1";

class server_process {
public:
    // Starts `program`, which stands beside this one, on a free port, and waits until it is healthy. Throws
    // std::runtime_error.
    server_process(const std::string& program, inputs values, const std::vector<std::string>& options = {});

    // A line of what it prints; none if none comes within this time.
    std::optional<std::string> read_line(support::milliseconds timeout) {
        return child_.read_line(timeout);
    }
    // Whether it has ended, and all its lines were read.
    bool at_end() const noexcept {
        return child_.at_end();
    }

    pid_t pid() const noexcept {
        return child_.pid();
    }
    int port() const noexcept {
        return port_;
    }

    // Whether GET /health is answered well.
    bool is_healthy() const;

    // The most memory it has had so far, in bytes. Not from wait4: that figure has this process's own memory in it,
    // which the child has until it becomes the server.
    std::int64_t peak_memory() const;

    // Asks it to end, and waits for that; none if it does not. What it did is told again if it has ended.
    std::optional<support::finished> stop();

private:
    support::process child_; // killed when this object goes away
    int port_ = 0;
    std::optional<support::finished> ended_;
};

} // namespace fosdem::run

#endif
