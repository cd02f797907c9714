// Percentiles and a histogram of latencies.
#include "latency.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

namespace fosdem::run {

percentiles percentiles_of(latencies values) {
    if (values.empty()) {
        return {};
    }
    std::sort(values.begin(), values.end());
    const auto at = [&](std::size_t percent) { return values[(values.size() * percent + 99) / 100 - 1]; };
    return {at(50), at(95), at(99), values.back()};
}

std::string histogram(const latencies& values) {
    // Bucket 0 is below 1 us, bucket n from 2^(n-1) to 2^n us.
    std::array<std::size_t, 64> counts{};
    for (const auto value : values) {
        std::size_t bucket = 0;
        while (value / 1000 >> bucket != 0) {
            ++bucket;
        }
        ++counts[bucket];
    }
    const auto filled = [](std::size_t count) { return count != 0; };
    const auto first = std::find_if(counts.begin(), counts.end(), filled);
    const auto last = std::find_if(counts.rbegin(), counts.rend(), filled).base();
    const auto most = *std::max_element(counts.begin(), counts.end());

    std::string lines;
    for (auto count = first; count < last; ++count) {
        const auto bucket = count - counts.begin();
        char line[120];
        std::snprintf(line, sizeof line, "%8lld to %8lld us %10zu |%-50s|\n", bucket == 0 ? 0LL : 1LL << (bucket - 1),
                      1LL << bucket, *count, std::string((*count * 50 + most - 1) / most, '@').c_str());
        lines += line;
    }
    return lines;
}

} // namespace fosdem::run
