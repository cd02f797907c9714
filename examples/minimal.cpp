// A whole program with one probe: it counts, and a tracer sees it counting.
#include <chrono>
#include <cstdio>
#include <thread>

#include <usdtpp/usdtpp.hpp>

int main() {
    for (int count = 0;; ++count) {
        PROBE(myapp, tick, count, count % 2 == 0 ? "even" : "odd");
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
}
