// Functions whose instructions are the same: a linker that folds equal code must not take one's probe for another's.
#include <usdtpp/usdtpp.hpp>

[[gnu::noinline]] void hit(int a) {
    PROBE(twins, hit, a);
}
[[gnu::noinline]] void miss(int a) {
    PROBE(twins, miss, a);
}
[[gnu::noinline]] void state_one(int a) {
    PROBE(twins, state, a, 1);
}
[[gnu::noinline]] void state_two(int a) {
    PROBE(twins, state, a, 2);
}
void in_other_file(int a);

int main(int count, char**) {
    hit(count);
    miss(count);
    state_one(count);
    state_two(count);
    in_other_file(count);
}
