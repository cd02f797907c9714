// Under callgrind: a dump for each case and number of iterations, named "usdtpp/three 1024".
#include <valgrind/callgrind.h>

#include "cases.hpp"

int main() {
    CALLGRIND_DUMP_STATS; // the first dump counts a little differently
    for (const auto& one : bench::all()) {
        for (const std::size_t iterations : {1024, 2048}) {
            const auto name = one.name + " " + std::to_string(iterations);
            CALLGRIND_ZERO_STATS;
            one.loop(iterations);
            CALLGRIND_DUMP_STATS_AT(name.c_str());
        }
    }
}
