// Structured bindings that a lambda captures, as C++20 allows.
// An expectation stands on the line of its probe:
// clang-format off
#include <cstdio>

#include <usdtpp/usdtpp.hpp>

struct pair {
    int first;
    long second;
};

int main(int count, char**) {
    const auto [first, second] = pair{count + 12, count + 13L};
    const auto by_copy = [first, second] {
        PROBE(bindings, by_copy, first, second); // expect: -4=13, -8=14
        return first;
    };
    const auto by_reference = [&first, &second] {
        PROBE(bindings, by_reference, second, first, &first); // expect: -8=14, -4=13, 8*=13
        return second;
    };
    const auto by_all = [&] {
        PROBE(bindings, by_all, first, &first); // expect: -4=13, 8*=13
    };
    by_all();
    std::printf("%ld\n", by_copy() + by_reference());
}
