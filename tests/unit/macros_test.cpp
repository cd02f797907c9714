// The macros as statements and expressions: where they may stand, what they evaluate, what their names may be.
#include <string>

#include <usdtpp/usdtpp.hpp>

#include "catch.hpp"

// A provider of one's own, as fosdem.hpp shows.
#define MYAPP_PROBE(...) USDTPP_PROBE(myapp, __VA_ARGS__)
#define MYAPP_PROBE_ENABLED(name) USDTPP_PROBE_ENABLED(myapp, name)
#define MYAPP_PROBE_IF_ENABLED(...) USDTPP_PROBE_IF_ENABLED(myapp, __VA_ARGS__)

// Macros that a probe's own machinery must not trip over.
#define MANY +
#define FEW +
#define size +
#define value +
#define note +
#define weak +

namespace {

int calls = 0;

int count() {
    return ++calls;
}

// Every place that a statement may stand in.
[[maybe_unused]] int everywhere(int number) noexcept {
    if (number > 1)
        PROBE(unit, then, number);
    else
        PROBE(unit, otherwise);
    for (int i = 0; i != 2; ++i)
        PROBE(unit, loop, i);
    switch (number) {
    case 1:
        PROBE(unit, first_case);
        break;
    default:
        PROBE(unit, another);
    }
    const auto lambda = [](auto x) {
        PROBE(unit, generic_lambda, x);
        return x;
    };
    return lambda(number);
}

// Keywords are names like any other.
[[maybe_unused]] void keywords() {
    PROBE(unit, new);
    PROBE(unit, delete, 1);
    PROBE(class, public, 2, 3);
}

template <class T>
void in_template(T thing) {
    PROBE(unit, in_template, thing, sizeof(T));
    PROBE_IF_ENABLED(unit, in_template, thing);
}

} // namespace

TEST_CASE("PROBE evaluates its arguments once, also untraced") {
    calls = 0;
    PROBE(unit, once, count());
    CHECK(calls == 1);
    PROBE(unit, twelve, count(), count(), count(), count(), count(), count(), count(), count(), count(), count(),
          count(), count());
    CHECK(calls == 13);
    USDTPP_PROBE(unit, sized, USDTPP_SIZED(std::string(static_cast<std::size_t>(count()), 'x')));
    CHECK(calls == 14);
    FOSDEM_PROBE(fosdem_once, count());
    MYAPP_PROBE(once, count());
    CHECK(calls == 16);
}

TEST_CASE("PROBE_IF_ENABLED evaluates nothing while nobody traces") {
    calls = 0;
    PROBE_IF_ENABLED(unit, never, count(), count());
    USDTPP_PROBE_IF_ENABLED(unit, never, count());
    FOSDEM_PROBE_IF_ENABLED(never, count());
    MYAPP_PROBE_IF_ENABLED(never, count());
    CHECK(calls == 0);
}

TEST_CASE("PROBE_ENABLED is a bool, false while nobody traces") {
    const auto enabled = PROBE_ENABLED(unit, once);
    static_assert(std::is_same_v<decltype(enabled), const bool>);
    CHECK(!enabled);
    CHECK((!USDTPP_PROBE_ENABLED(unit, once) && !FOSDEM_PROBE_ENABLED(never) && !MYAPP_PROBE_ENABLED(once)));
    static const bool at_start = PROBE_ENABLED(unit, once);
    CHECK(!at_start);
}

TEST_CASE("probes stand in templates, in inline functions and in lambdas") {
    in_template(1);
    in_template("text");
    CHECK(everywhere(3) == 3);
    keywords();
}
