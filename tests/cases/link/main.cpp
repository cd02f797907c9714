#include "shared.hpp"

#if !defined(NO_DEAD_FUNCTION)
int dead_in_main(int a) {
    PROBE(link, dead, a);
    return a;
}
#endif

static const int at_start = [] {
    PROBE(link, static_initialiser);
    return 1;
}();

int main(int count, char**) {
    PROBE(link, in_main, count);
    const holder thing(count);
    int sum = in_inline(count) + in_template(count) + other(count) + thing.method() + at_start;
    sum += PROBE_ENABLED(link, without_a_probe);
    return sum == 6 ? 0 : 1;
}
