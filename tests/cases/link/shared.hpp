// Probes in code that each translation unit brings along: the linker keeps one copy of it, or none. A probe is named
// after the function that it is in.
#include <type_traits>

#include <usdtpp/usdtpp.hpp>

[[gnu::noinline]] inline int in_inline(int a) {
    PROBE(link, in_inline, a);
    return a + 1;
}

template <class T>
[[gnu::noinline]] T in_template(T a) {
    PROBE(link, in_template, a);
    return a;
}

[[gnu::noinline]] constexpr int in_constexpr(int a) {
    if (!std::is_constant_evaluated()) {
        PROBE(link, in_constexpr, a);
    }
    return a;
}
static_assert(in_constexpr(3) == 3);

inline const auto lambda = [](int a) __attribute__((noinline)) {
    PROBE(link, in_lambda, a);
    return a;
};

struct holder {
    [[gnu::noinline]] explicit holder(int a) : value(a) {
        PROBE(link, in_constructor, a);
    }
    [[gnu::noinline]] int method() const {
        PROBE(link, in_method, value);
        return value;
    }
    int value;
};

int other(int a);
