#include "shared.hpp"

#if !defined(NO_DEAD_FUNCTION)
int dead_in_other(int a) {
    PROBE(link, dead, a);
    return a;
}
#endif

[[gnu::noinline]] int other(int a) {
    PROBE(link, in_other, a);
    const holder thing(a);
    return in_inline(a) - in_template(a) + thing.method() - PROBE_ENABLED(link, without_a_probe) - 1;
}
