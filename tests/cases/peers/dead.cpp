// A probe in a function that --gc-sections throws away. Nothing here is inline: with a probe in an inline function lld
// keeps the base for that one's sake.
#include "macros.hpp"

[[gnu::noinline]] int dead_function(int a) {
    PROBE1(peers, dead, a);
    return a;
}

int main(int count, char**) {
    PROBE1(peers, live, count);
    return count - 1;
}
