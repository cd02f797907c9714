// Probes in code that two translation units bring along.
#include "macros.hpp"

[[gnu::noinline]] inline int in_inline(int a) {
    PROBE1(peers, in_inline, a);
    return a + 1;
}

template <class T>
[[gnu::noinline]] T in_template(T a) {
    PROBE1(peers, in_template, a);
    return a;
}

int other(int a);
