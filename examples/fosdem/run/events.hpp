// What the tracer printed, line by line, and whether it adds up.
#ifndef USDTPP_EXAMPLES_FOSDEM_RUN_EVENTS_HPP
#define USDTPP_EXAMPLES_FOSDEM_RUN_EVENTS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "latency.hpp"

namespace fosdem::run {

// Of one probe.
struct event_count {
    std::int64_t seen = 0;   // printed, of the requests that count
    std::int64_t before = 0; // printed, of those that do not
    std::int64_t fired = 0;  // by the kernel's count, known in the end

    std::int64_t lost() const noexcept {
        return std::max<std::int64_t>(0, fired - before - seen);
    }
};

class events {
public:
    // Throws std::runtime_error where it is no line of the tracer's script.
    void add(const std::string& line);

    // From now on requests count, of those that begin at `timestamp`, nanoseconds since the epoch, or later.
    void count_from(std::int64_t timestamp) noexcept {
        first_ = timestamp;
    }

    const event_count& starts() const noexcept {
        return starts_;
    }
    const event_count& ends() const noexcept {
        return ends_;
    }
    const latencies& durations() const noexcept {
        return durations_;
    }
    // Requests of which both events were seen.
    const event_count& pairs() const noexcept {
        return pairs_;
    }
    // Events that were seen before under the same id.
    std::int64_t repeated() const noexcept {
        return repeated_;
    }
    // Whether the kernel's count has come, which is the last thing printed.
    bool complete() const noexcept {
        return complete_;
    }
    // How many events the tracer says it lost.
    std::int64_t lost() const noexcept {
        return lost_;
    }

private:
    void add(event_count& count, unsigned kind, const std::string& id, std::int64_t start);

    std::int64_t first_ = INT64_MAX;
    event_count starts_;
    event_count ends_;
    latencies durations_;
    std::vector<unsigned char> kinds_; // seen of each request, by the number in its id
    event_count pairs_;
    std::int64_t repeated_ = 0;
    bool complete_ = false;
    std::int64_t lost_ = 0;
};

} // namespace fosdem::run

#endif
