#include "shared.hpp"

#if !defined(NO_DEAD_FUNCTION)
int dead_in_other(int a) {
    PROBE(link, dead_in_other, a);
    return a;
}
#endif

[[gnu::noinline]] int other(int a) {
    PROBE(link, other, a);
    const holder thing(a);
    return in_inline(a) - in_template(a) + thing.method() - in_constexpr(a) + lambda(a) -
           PROBE_ENABLED(link, without_a_probe) - 1;
}
