#include "shared.hpp"

#if defined(WITH_A_DEAD_FUNCTION)
int dead_function(int a) {
    PROBE1(peers, dead, a);
    return a;
}
#endif

int main(int count, char**) {
    PROBE1(peers, live, count);
    return in_inline(count) - in_template(count) - other(count);
}
