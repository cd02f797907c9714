// A whole program with one probe: it counts, and a tracer sees it counting.
#include <chrono>
#include <cstdio>
#include <thread>

#include <usdtpp/usdtpp.hpp>

int main() {
    for (int count = 0;; ++count) {
        const char* parity = count % 2 == 0 ? "even" : "odd";
        PROBE(myapp, tick, count, parity);
        std::printf("%d is %s\n", count, parity);
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
}
