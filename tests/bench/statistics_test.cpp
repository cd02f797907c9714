// Medians and their confidence intervals, against tables of the binomial distribution.
#include <numeric>

#include "catch.hpp"
#include "statistics.hpp"

namespace {

std::vector<double> one_to(std::size_t n) {
    std::vector<double> values(n);
    std::iota(values.rbegin(), values.rend(), 1.0); // not sorted
    return values;
}

} // namespace

TEST_CASE("the median is in the middle, of even and odd numbers of values") {
    CHECK(bench::estimate_of({3}).median == 3);
    CHECK(bench::estimate_of({4, 1}).median == 2.5);
    CHECK(bench::estimate_of({9, 1, 5}).median == 5);
    CHECK(bench::estimate_of(one_to(10)).median == 5.5);
}

// The ranks are those that textbooks list for sign-test intervals of 95 %.
TEST_CASE("the interval of the median leaves out what a fair coin leaves out") {
    struct row {
        std::size_t n;
        double low, high;
    };
    for (const auto& one : {row{1, 1, 1}, row{5, 1, 5}, row{6, 1, 6}, row{8, 1, 8}, row{9, 2, 8}, row{10, 2, 9},
                            row{20, 6, 15}, row{25, 8, 18}, row{40, 14, 27}}) {
        INFO(one.n);
        const auto estimate = bench::estimate_of(one_to(one.n));
        CHECK(estimate.low == one.low);
        CHECK(estimate.high == one.high);
        CHECK(estimate.runs == one.n);
    }
}

TEST_CASE("a ratio is that of the pairs") {
    const auto ratio = bench::ratio_of({2, 6, 12}, {1, 2, 3});
    CHECK(ratio.median == 3);
    CHECK(ratio.low == 2);
    CHECK(ratio.high == 4);
}

TEST_CASE("there is no estimate of nothing, and no ratio of unequal numbers of values") {
    CHECK_THROWS_AS(bench::estimate_of({}), std::invalid_argument);
    CHECK_THROWS_AS(bench::ratio_of({1, 2}, {1}), std::invalid_argument);
}
