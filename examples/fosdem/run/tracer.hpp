// bpftrace, attached to a server, with the script that `usdtpp bpftrace --json` writes; without libelf with events.bt.
#ifndef USDTPP_EXAMPLES_FOSDEM_RUN_TRACER_HPP
#define USDTPP_EXAMPLES_FOSDEM_RUN_TRACER_HPP

#include <string>

#include "events.hpp"
#include "server_process.hpp"
#include "support/process.hpp"

namespace fosdem::run {

// What is missing for it, and what to do; empty if nothing is.
std::string missing_for_tracer();

// "bpftrace v0.17.0"
std::string tracer_version();

class tracer {
public:
    // Attaches, and waits until both events of a request come; it sends some to that end. Throws std::runtime_error.
    explicit tracer(const server_process& server);

    // From here on requests count; all earlier ones must have been answered.
    void count_from_now() noexcept;

    // Takes in what comes within this time.
    void read(support::milliseconds time);

    // Detaches, and takes in the rest. The problem if it does not end well.
    std::string stop();

    const events& seen() const noexcept {
        return events_;
    }

private:
    support::process child_; // killed when this object goes away
    events events_;
};

} // namespace fosdem::run

#endif
