#include "shared.hpp"

int main(int count, char**) {
    PROBE1(peers, live, count);
    return in_inline(count) - in_template(count) - other(count);
}
