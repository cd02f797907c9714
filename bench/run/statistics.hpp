// Figures from runs that vary.
#ifndef USDTPP_BENCH_STATISTICS_HPP
#define USDTPP_BENCH_STATISTICS_HPP

#include <cstddef>
#include <vector>

namespace bench {

// A median, and between what the median of all possible runs is with a probability of 95 %. With fewer than six runs
// that is the whole range, with less certainty.
struct estimate {
    double median = 0, low = 0, high = 0;
    std::size_t runs = 0;
};

// By order statistics: no distribution is assumed. Throws std::invalid_argument without a value.
estimate estimate_of(std::vector<double> values);

// Of values[i] / references[i]: pairs that were measured one after the other.
estimate ratio_of(const std::vector<double>& values, const std::vector<double>& references);

} // namespace bench

#endif
