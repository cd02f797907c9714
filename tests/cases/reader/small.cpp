// As small as a program with probes can be, to be damaged byte by byte and read; nobody runs it. Linked with -nostdlib.
#include <usdtpp/usdtpp.hpp>

int counter = 5;

__attribute__((noinline)) int compute(int x, const char* text) {
    PROBE(small, compute, x, text, counter);
    return x + counter;
}

extern "C" void _start() {
    PROBE(small, start);
    PROBE(small, constants, -5, 'c', 1.5);
    counter = compute(counter, "text");
}
