// Times the cases with Google Benchmark.
#include <benchmark/benchmark.h>

#include "cases.hpp"

int main(int argc, char** argv) {
    constexpr std::size_t batch = 1024;
    for (const auto& one : bench::all()) {
        benchmark::RegisterBenchmark(one.name.c_str(), [loop = one.loop](benchmark::State& state) {
            while (state.KeepRunningBatch(batch)) {
                loop(batch);
            }
        });
    }
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
}
