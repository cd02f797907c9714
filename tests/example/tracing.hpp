// bpftrace with the scripts of the example, attached to a server of these tests.
#ifndef USDTPP_TESTS_EXAMPLE_TRACING_HPP
#define USDTPP_TESTS_EXAMPLE_TRACING_HPP

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness.hpp"

namespace example {

// bpftrace, started as a user starts it.
class script {
public:
    // "events.bt" or "trace.bt". Returns when it has printed the start and the end of a request; it sends some to that
    // end. Throws std::runtime_error.
    script(const server& server, const std::string& name, const std::vector<std::string>& options = {});

    // Takes in what it prints within this time.
    void read(milliseconds time);

    // Takes in what it prints until that is enough: bpftrace that is stopped drops what it has not printed yet. False
    // where there is not enough in time.
    template <class Condition>
    bool read_until(const Condition& enough) {
        return eventually([&] {
            read(milliseconds(20));
            return enough();
        });
    }

    // Takes in what it prints until it has ended, by Ctrl-C or by itself, and returns its exit status.
    int stop();
    int wait_for_end();

    // All that it has printed.
    const std::vector<std::string>& lines() const noexcept {
        return lines_;
    }

    // How many requests that began at `timestamp` or later have both their lines.
    int complete_since(std::int64_t timestamp) const;

private:
    support::process process_;
    std::vector<std::string> lines_;
};

// "req-7" of a line that tells of one; else empty.
std::string id_in(const std::string& line);

// What events.bt printed.
struct event_log {
    struct end {
        std::int64_t start_timestamp = 0;
        std::int64_t duration = 0;
    };
    // Throws nlohmann's exceptions where a line is not as events.bt prints it.
    explicit event_log(const std::vector<std::string>& lines);

    // How many requests began at `timestamp` or later.
    std::int64_t started_since(std::int64_t timestamp) const;

    std::map<std::string, std::int64_t> starts; // id -> timestamp
    std::map<std::string, end> ends;
    int repeated = 0; // starts or ends with an id that had one before
    std::int64_t total_starts = -1;
    std::int64_t total_ends = -1;
};

// The system's clock, in nanoseconds since the epoch.
std::int64_t now();

// The semaphores of the fosdem probes in the memory of a server, request_start before request_end: how many tracers are
// attached to each, and what PROBE_ENABLED looks at.
std::vector<int> semaphores_of(const server& server);

} // namespace example

#endif
