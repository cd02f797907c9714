// Variables that are in a register by the user's word.
// An expectation stands on the line of its probe:
// clang-format off
#include <cstdio>

#if !defined(__clang__)
register long everywhere asm("r15"); // clang knows none of these
#endif

#include <usdtpp/usdtpp.hpp>

static long fire(long number, const char* text) {
    register long here asm("rbx") = number;
    register int narrow asm("r12") = static_cast<int>(number) - 10;
    register const char* words asm("r13") = text;
    asm volatile("" : "+r"(here), "+r"(narrow), "+r"(words));
    PROBE(registers, one, here); // expect: -8=5
    PROBE(registers, several, here, narrow, words, here + 1, narrow % 4); // expect: -8=5, -4=-5, 8="text", -8=6, -4=-1
    PROBE(registers, spoken_for, USDTPP_NAMED(name, here), USDTPP_ADDRESS(words), static_cast<short>(narrow)); // expect: -8=5, 8="text", -2=-5
    PROBE_IF_ENABLED(registers, lazy, here, words); // expect: -8=5, 8="text"
#if !defined(__clang__)
    everywhere = number + 2;
    PROBE(registers, global, everywhere); // expect: -8=7
#else
    number += 2;
    PROBE(registers, global, number); // expect: -8=7
    number -= 2;
#endif
    asm volatile("" : "+r"(here), "+r"(narrow));
    return here + narrow;
}

int main() {
    std::getchar(); // a tracer attaches meanwhile
    long number = 5;
    asm volatile("" : "+r"(number));
    std::printf("%ld\n", fire(number, "text"));
}
