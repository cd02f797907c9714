// Latencies of many requests, as figures and as a picture.
#ifndef USDTPP_EXAMPLES_FOSDEM_RUN_LATENCY_HPP
#define USDTPP_EXAMPLES_FOSDEM_RUN_LATENCY_HPP

#include <cstdint>
#include <string>
#include <vector>

namespace fosdem::run {

using latencies = std::vector<std::int64_t>; // nanoseconds

struct percentiles {
    std::int64_t p50 = 0, p95 = 0, p99 = 0, max = 0;
};

// By nearest rank: each figure is one that was measured. All 0 for none.
percentiles percentiles_of(latencies values);

// One line for each power of two microseconds from the smallest to the largest, with a bar.
std::string histogram(const latencies& values);

} // namespace fosdem::run

#endif
