#include <usdtpp/usdtpp.hpp>

[[gnu::noinline]] void in_other_file(int a) {
    PROBE(twins, state, a, 3);
}
