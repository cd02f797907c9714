// A leaf function keeps its locals below the stack pointer, in the red zone. For each line of input: calls one many
// times, with a probe in it, and says how often a local was changed behind its back.
#include <iostream>
#include <string>

#include <usdtpp/usdtpp.hpp>

namespace {

[[gnu::noinline]] bool keeps_locals(unsigned seed) {
    volatile unsigned locals[16]; // 64 bytes of the red zone's 128
    for (unsigned i = 0; i != 16; ++i) {
        locals[i] = seed + i;
    }
    PROBE(red_zone, leaf, seed);
    for (unsigned i = 0; i != 16; ++i) {
        if (locals[i] != seed + i) {
            return false;
        }
    }
    return true;
}

} // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        int spoilt = 0;
        for (unsigned seed = 1; seed != 10001; ++seed) {
            spoilt += keeps_locals(seed * 2654435761U) ? 0 : 1;
        }
        std::cout << spoilt << " of 10000 spoilt" << std::endl;
    }
}
