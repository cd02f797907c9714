// The same place in a program as other_header.cpp, by usdtpp.
// An expectation stands on the line of its probe:
// clang-format off
#include <usdtpp/usdtpp.hpp>

void fire_in_other_file(int a);
void fire_in_other_file(int a) {
    PROBE(ours, other, a); // expect: -4=5
    PROBE(shared, name, a + 60); // expect: -4=65
}
