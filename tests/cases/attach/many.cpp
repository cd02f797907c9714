// Attaches to all probes many:*. Prints how many sites there are, the microseconds that the first attach took, by how
// many KiB the process grew, and how many fired.
#include <chrono>
#include <cstdio>
#include <fstream>

#include <unistd.h>

#include <usdtpp/attach.hpp>

void fire_all(int);

static long resident_kibibytes() {
    std::ifstream file("/proc/self/statm");
    long all = 0;
    long resident = 0;
    file >> all >> resident;
    return resident * (::sysconf(_SC_PAGESIZE) / 1024);
}

int main() {
    long fired = 0;
    const auto memory = resident_kibibytes();
    const auto begin = std::chrono::steady_clock::now();
    const auto attached = usdtpp::attach("many:*", [&](const usdtpp::event&) { ++fired; });
    const auto took = std::chrono::steady_clock::now() - begin;
    const auto growth = resident_kibibytes() - memory;
    fire_all(3);
    std::printf("%zu %lld %ld %ld\n", attached.sites(),
                static_cast<long long>(std::chrono::duration_cast<std::chrono::microseconds>(took).count()), growth,
                fired);
}
