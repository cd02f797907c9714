#include "shared.hpp"

#if !defined(NO_DEAD_FUNCTION)
int dead_in_main(int a) {
    PROBE(link, dead_in_main, a);
    return a;
}
#endif

[[gnu::noinline]] static int before_main() {
    PROBE(link, before_main);
    return 1;
}
static const int at_start = before_main();

int main(int count, char**) {
    PROBE(link, main, count);
    const holder thing(count);
    int sum = in_inline(count) + in_template(count) + other(count) + thing.method() + at_start;
    sum += in_constexpr(count) - lambda(count) + PROBE_ENABLED(link, without_a_probe);
    return sum == 6 ? 0 : 1;
}
