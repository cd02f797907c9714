// Who traces a server: bpftrace, or the server itself.
#ifndef USDTPP_EXAMPLES_FOSDEM_RUN_TRACER_HPP
#define USDTPP_EXAMPLES_FOSDEM_RUN_TRACER_HPP

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "events.hpp"
#include "server_process.hpp"
#include "support/process.hpp"

namespace fosdem::run {

class tracer {
public:
    virtual ~tracer() = default;

    // From here on requests count; all earlier ones must have been answered.
    void count_from_now() noexcept;

    // Takes in what comes within this time.
    void read(support::milliseconds time);

    // Detaches, and takes in the rest. The problem if it does not end well.
    virtual std::string stop() = 0;

    // "bpftrace v0.17.0"
    virtual std::string version() const = 0;

    const events& seen() const noexcept {
        return events_;
    }

protected:
    // A line of what is printed; none if none comes within this time. Whether there will be none any more.
    virtual std::optional<std::string> read_line(support::milliseconds timeout) = 0;
    virtual bool at_end() const noexcept = 0;

    // Sends requests until both events of one have come. Throws std::runtime_error.
    void await_first(const server_process& server, const std::function<std::string()>& why_not);

    events events_;
};

// Of a scenario that has a tracer ("usdt", "inproc"): what is missing for it, and what to do; empty if nothing is.
std::string missing_for(const std::string& scenario);

// Attached, and both events of a request have come; none where the scenario has no tracer. Throws std::runtime_error.
std::unique_ptr<tracer> start_tracer(const std::string& scenario, server_process& server);

} // namespace fosdem::run

#endif
