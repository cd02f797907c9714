#include "shared.hpp"

int other(int a) {
    return in_inline(a) - in_template(a);
}
