// The second file of a unity build: it includes the library again, and uses names that the first file has used.
#include <usdtpp/usdtpp.hpp>

namespace more {

[[maybe_unused]] int in_inline(int value) {
    PROBE(values, in_inline, value);
    return PROBE_ENABLED(values, in_inline) ? 1 : 0;
}

} // namespace more
