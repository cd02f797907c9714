// Eight threads fire two probes until standard input ends. For each line of it: how often `always` was fired, how
// often the arguments of `costly` were evaluated, and which of the two are enabled: "1200 17 01".
#include <atomic>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <usdtpp/usdtpp.hpp>

namespace {

std::atomic<bool> over{false};

// Each thread counts for itself, so that nothing but the probes brings the threads together.
struct alignas(64) counts {
    std::atomic<std::uint64_t> always{0}, costly{0};
};

void fire(counts& mine) {
    while (!over) {
        for (int i = 0; i != 50; ++i) {
            PROBE(threads, always, ++mine.always);
            PROBE_IF_ENABLED(threads, costly, ++mine.costly);
        }
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
}

} // namespace

int main() {
    std::vector<counts> all(8);
    std::vector<std::thread> threads;
    for (auto& one : all) {
        threads.emplace_back(fire, std::ref(one));
    }
    for (std::string line; std::getline(std::cin, line);) {
        std::uint64_t always = 0, costly = 0;
        for (const auto& one : all) {
            always += one.always;
            costly += one.costly;
        }
        std::cout << always << ' ' << costly << ' ' << PROBE_ENABLED(threads, always) << PROBE_ENABLED(threads, costly)
                  << std::endl;
    }
    over = true;
    for (auto& thread : threads) {
        thread.join();
    }
}
