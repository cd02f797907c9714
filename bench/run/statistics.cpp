#include "statistics.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace bench {
namespace {

// How many values from either end the interval leaves out: the greatest k with P(X < k) <= 2.5 % for a binomial X of n
// fair throws.
std::size_t left_out(std::size_t n) {
    double probability = std::pow(0.5, static_cast<double>(n)); // of k successes
    double sum = 0;
    std::size_t k = 0;
    while (sum + probability <= 0.025) {
        sum += probability;
        ++k;
        probability *= static_cast<double>(n - k + 1) / static_cast<double>(k);
    }
    return k;
}

} // namespace

estimate estimate_of(std::vector<double> values) {
    if (values.empty()) {
        throw std::invalid_argument("an estimate needs a value");
    }
    std::sort(values.begin(), values.end());
    const auto n = values.size();
    const auto out = std::max<std::size_t>(left_out(n), 1) - 1;
    return {(values[(n - 1) / 2] + values[n / 2]) / 2, values[out], values[n - 1 - out], n};
}

estimate ratio_of(const std::vector<double>& values, const std::vector<double>& references) {
    if (values.size() != references.size()) {
        throw std::invalid_argument("pairs need as many values as references");
    }
    std::vector<double> ratios;
    for (std::size_t i = 0; i != values.size(); ++i) {
        ratios.push_back(values[i] / references[i]);
    }
    return estimate_of(std::move(ratios));
}

} // namespace bench
