// What is measured: loops around something that fires, or would if somebody watched. The same loops are compiled once
// for each peer, and linked into one program, so that what is compared runs alternately in one process.
#ifndef USDTPP_BENCH_CASES_HPP
#define USDTPP_BENCH_CASES_HPP

#include <cstddef>
#include <string>
#include <vector>

namespace bench {

struct measured {
    std::string name; // "usdtpp/three"
    void (*loop)(std::size_t iterations);
};

inline std::vector<measured>& all() {
    static std::vector<measured> every;
    return every;
}

// Values that the compiler must have, and of which it knows nothing.
template <class Value>
void keep(Value& value) {
    asm volatile("" : "+r"(value));
}

} // namespace bench

#endif
