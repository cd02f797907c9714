// A program for BOLT to move: several probes in a function, and two of one name. Nobody runs it.
#include <usdtpp/usdtpp.hpp>

enum class color { red, green };

__attribute__((noinline)) int work(int x, color tint) {
    if (x % 3 == 0) {
        PROBE(bolted, third, x, tint);
        return x * 2;
    }
    PROBE(bolted, other, x);
    if (PROBE_ENABLED(bolted, gate)) {
        PROBE(bolted, gate, x + 1);
    }
    return x;
}
__attribute__((noinline)) int more(int y) {
    PROBE(bolted, twice, y);
    return y + 1;
}
__attribute__((noinline)) int most(int z) {
    PROBE(bolted, twice, z);
    return z + 2;
}

int main(int argc, char**) {
    return work(argc, color::green) + more(argc) + most(argc);
}
