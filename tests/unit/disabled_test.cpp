// USDTPP_DISABLE, in this file only: arguments are checked by the compiler and never evaluated.
#define USDTPP_DISABLE
#include <string>

#include <usdtpp/usdtpp.hpp>

#include "catch.hpp"

namespace {

int calls = 0;

[[maybe_unused]] int count() {
    return ++calls;
}

// Without an asm statement a probe may even stand in a constant expression.
constexpr int constant(int number) {
    if (PROBE_ENABLED(disabled, constant)) {
        return 0;
    }
    USDTPP_FENCE();
    return number;
}
static_assert(constant(4) == 4);

} // namespace

TEST_CASE("disabled probes evaluate nothing") {
    PROBE(disabled, none);
    PROBE(disabled, probe, count(), std::to_string(count()));
    PROBE_IF_ENABLED(disabled, probe, count());
    FOSDEM_PROBE(disabled, count());
    USDTPP_PROBE(disabled, sized, USDTPP_SIZED(std::to_string(count())));
    PROBE(disabled, address, USDTPP_ADDRESS(count()), USDTPP_NAMED(named, USDTPP_ADDRESS(count())));
    CHECK(calls == 0);
    CHECK(!PROBE_ENABLED(disabled, probe));
}
