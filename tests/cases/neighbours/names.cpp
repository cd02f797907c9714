// Names that mean something elsewhere: to the compiler, to the library, to the function that the probe stands in.
// An expectation stands on the line of its probe:
// clang-format off
#include <cassert>
#include <cstdio>

#include <sys/sysmacros.h>

#include <usdtpp/usdtpp.hpp>

// Opaque to the optimiser.
template <class T>
[[gnu::noinline]] static T opaque(T value) {
    asm volatile("" : "+m"(value));
    return value;
}

static void keywords(int value) {
    PROBE(names, new, value); // expect: -4=1
    PROBE(names, delete, value); // expect: -4=1
    PROBE(names, class, value); // expect: -4=1
    PROBE(names, int, value); // expect: -4=1
    PROBE(names, true, value); // expect: -4=1
    PROBE(names, nullptr, value); // expect: -4=1
    PROBE(names, this, value); // expect: -4=1
    PROBE(names, sizeof, value); // expect: -4=1
    PROBE(names, asm, value); // expect: -4=1
    PROBE(names, and, value); // expect: -4=1
    PROBE(names, not_eq, value); // expect: -4=1
    PROBE(operator, co_await, value); // expect: -4=1
    PROBE(namespace, template, value); // expect: -4=1
    PROBE_IF_ENABLED(static, goto, value); // expect: -4=1
}

// Words of assembly: registers, instructions, directives, sections.
static void assembly(int value) {
    PROBE(names, rax, value); // expect: -4=1
    PROBE(names, nop, value); // expect: -4=1
    PROBE(names, ptr, value); // expect: -4=1
    PROBE(names, text, value); // expect: -4=1
    PROBE(names, note, value); // expect: -4=1
    PROBE(rip, eax, value); // expect: -4=1
    PROBE(stapsdt, base, value); // expect: -4=1
}

static void of_the_library(int value) {
    PROBE(names, PROBE, value); // expect: -4=1
    PROBE(names, USDTPP_PROBE, value); // expect: -4=1
    PROBE_IF_ENABLED(names, PROBE_IF_ENABLED, value); // expect: -4=1
    PROBE(PROBE, PROBE_ENABLED, value); // expect: -4=1
    PROBE(usdtpp, detail, value); // expect: -4=1
    PROBE(usdtpp, usdtpp, value); // expect: -4=1
    PROBE(names, USDTPP_DETAIL_PROBE, value); // expect: -4=1
    PROBE(names, symbol, value); // expect: -4=1
    PROBE(provider, name, value); // expect: -4=1
    PROBE(names, operands, value); // expect: -4=1
    PROBE(names, FOSDEM_PROBE, value); // expect: -4=1
    PROBE(_, __, value); // expect: -4=1
    PROBE(names, _9, value); // expect: -4=1
}

// Macros that take arguments are left alone, since no parenthesis follows the name.
#define taking(x) x
#define itself itself
#define renamed after_expansion
static void macros(int value) {
    PROBE(names, assert, value); // expect: -4=1
    PROBE(names, major, value); // expect: -4=1
    PROBE(minor, taking, value); // expect: -4=1
    PROBE_IF_ENABLED(names, makedev, value); // expect: -4=1
    PROBE(names, itself, value); // expect: -4=1
    PROBE(names, stdout, value); // expect: -4=1
#if !defined(__i386__)
    PROBE(names, i386, value); // expect: -4=1
#endif
}
static void expanded(int value) {
    const auto fire = [value] { PROBE(names, renamed, value); };
    fire();
}

// Arguments with the names of what the library declares, and of the probe itself.
static void shadows(int value, int size, int Number, int T, int Rest, int rest, int operand, int store, int std) {
    PROBE(shadows, value, value, size, Number, T); // expect: -4=2, -4=3, -4=4, -4=5
    PROBE(shadows, size, Rest, rest, operand, store, std); // expect: -4=6, -4=7, -4=8, -4=9, -4=10
    const int usdtpp = value, detail = size, types_of = Number, types = T, operands = Rest, sized = rest;
    PROBE(shadows, usdtpp, usdtpp, detail, types_of, types, operands, sized); // expect: -4=2, -4=3, -4=4, -4=5, -4=6, -4=7
    const int provider = value, name = size, count = Number, arguments = T, then = Rest, p = rest, n = operand;
    PROBE(provider, count, provider, name, count, arguments, then, p, n); // expect: -4=2, -4=3, -4=4, -4=5, -4=6, -4=7, -4=8
    const int symbol = value, i = size, j = Number, enabled = T, condition = Rest, a = rest, b = operand, x = store;
    PROBE(shadows, symbol, symbol, i, j, enabled, condition, a, b, x); // expect: -4=2, -4=3, -4=4, -4=5, -4=6, -4=7, -4=8, -4=9
    PROBE_IF_ENABLED(shadows, enabled, enabled, symbol); // expect: -4=5, -4=2
    const bool any = PROBE_ENABLED(shadows, any) || PROBE_ENABLED(value, size);
    PROBE(shadows, any, any); // expect: 1=1
    PROBE(shadows, shadows, reinterpret_cast<void*>(&shadows) == nullptr); // expect: 1=0
}

// A member, a type and a template of such names.
template <class T>
struct holder {
    T value, size, store;
    struct operands {};
    template <class types_of>
    void fire(types_of remove_pointer_t) const {
        PROBE(shadows, members, value, size, this->store, remove_pointer_t); // expect: -2=1, -2=2, -2=3, -8=4
    }
};

int main() {
    const int one = opaque(1);
    keywords(one);
    assembly(one);
    of_the_library(one);
    macros(one);
    expanded(one);
    shadows(opaque(2), opaque(3), opaque(4), opaque(5), opaque(6), opaque(7), opaque(8), opaque(9), opaque(10));
    holder<short>{1, 2, 3}.fire(opaque(4L));
    std::puts("fired");
}
