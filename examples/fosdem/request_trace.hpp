// The two probes of a request: fosdem:request_start(id, timestamp) and fosdem:request_end(id, start_timestamp,
// duration).
#ifndef USDTPP_EXAMPLES_FOSDEM_REQUEST_TRACE_HPP
#define USDTPP_EXAMPLES_FOSDEM_REQUEST_TRACE_HPP

#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <iterator>

#include <usdtpp/fosdem.hpp>

namespace fosdem {

// Lives as long as its request. Untraced it costs two comparisons and an `if`: no clock is read and no id is made. A
// request that began untraced has no end to tell of either, so no end ever has a made-up start.
class request_trace {
public:
    request_trace() noexcept {
        if (FOSDEM_PROBE_ENABLED(request_start) || FOSDEM_PROBE_ENABLED(request_end)) {
            start();
        }
    }
    ~request_trace() {
        if (started_) {
            FOSDEM_PROBE(request_end, USDTPP_NAMED(id, id_), USDTPP_NAMED(start_timestamp, timestamp_),
                         USDTPP_NAMED(duration, std::chrono::steady_clock::now() - begun_));
        }
    }
    request_trace(const request_trace&) = delete;
    request_trace& operator=(const request_trace&) = delete;

private:
    // The system clock tells when it was; the steady one how long it took, whatever becomes of the other meanwhile.
    void start() noexcept {
        started_ = true;
        std::memcpy(id_, "req-", 4);
        *std::to_chars(id_ + 4, std::end(id_) - 1, next_++).ptr = '\0';
        timestamp_ = std::chrono::system_clock::now();
        begun_ = std::chrono::steady_clock::now();
        FOSDEM_PROBE(request_start, USDTPP_NAMED(id, id_), USDTPP_NAMED(timestamp, timestamp_));
    }

    inline static std::atomic<std::uint64_t> next_{1};

    bool started_ = false;
    char id_[28]; // "req-" and up to 20 digits
    std::chrono::system_clock::time_point timestamp_;
    std::chrono::steady_clock::time_point begun_;
};

} // namespace fosdem

#endif
