// Two builds of a program, -DNUMBER=1 and 2, whose probes differ only in a constant and in where they are. It waits for
// a line.
#include <cstdio>

#include <usdtpp/usdtpp.hpp>

int main(int argc, char**) {
#if NUMBER == 2
    asm volatile(".skip 3, 0x90");
#endif
    PROBE(builds, number, NUMBER, argc);
    std::puts("ready");
    std::fflush(stdout);
    return std::getchar() == '\n' ? 0 : 1;
}
