// Probes that compilers merge, copy and move: equal ones in neighbouring branches, on one line, in loops and switches,
// inlined with other constants. Behind each stand its name and its first argument, where the line says "// probes:".
#include <usdtpp/usdtpp.hpp>

#include <cstdio>

enum class color { red, green };

[[gnu::noinline]] int neighbours(int id, bool ok) {
    if (!ok) {
        PROBE(merged, neighbours, id); // probes: neighbours id
        std::puts("failed");
        return -1;
    }
    PROBE(merged, neighbours, id); // probes: neighbours id
    return 0;
}

[[gnu::noinline]] int with_type(int id, color kind) {
    if (id > 3) {
        PROBE(merged, with_type, kind, id % 3); // probes: with_type kind
        std::puts("failed");
        return -1;
    }
    PROBE(merged, with_type, kind, id % 3); // probes: with_type kind
    return 0;
}

// On one line, with the same text and with another.
#define BOTH(x, y)                                                                                                     \
    if (condition) {                                                                                                   \
        PROBE(merged, both, x);                                                                                        \
        std::puts("failed");                                                                                           \
        return 1;                                                                                                      \
    }                                                                                                                  \
    PROBE(merged, both, y);                                                                                            \
    return 2
[[gnu::noinline]] int same_text(int x, bool condition) {
    BOTH(x, x); // probes: both x
}
[[gnu::noinline]] int other_text(int x, bool condition) {
    const int y = x;
    BOTH(x, y); // probes: both x|y
}

static inline void inlined(int x) {
    PROBE(merged, inlined, x, "100%"); // probes: inlined x
}
[[gnu::noinline]] int copies(bool condition) {
    if (condition) {
        inlined(1);
    } else {
        inlined(2);
    }
    inlined(3);
    return 0;
}

[[gnu::noinline]] int in_switch(int c, color kind) {
    switch (c) {
    case 1:
        PROBE(merged, in_switch, c, kind); // probes: in_switch c
        break;
    case 2:
        PROBE(merged, in_switch, c, kind); // probes: in_switch c
        break;
    case 3:
        PROBE(merged, in_switch, c, kind); // probes: in_switch c
        return 7;
    default:
        PROBE(merged, in_switch, c, kind); // probes: in_switch c
    }
    return 0;
}

[[gnu::noinline]] int at_the_end(int c) {
    if (c == 1) {
        std::puts("one");
        PROBE(merged, at_the_end, c); // probes: at_the_end c
    } else if (c == 2) {
        std::puts("two");
        PROBE(merged, at_the_end, c); // probes: at_the_end c
    } else {
        std::puts("many");
        PROBE(merged, at_the_end, c + 1); // probes: at_the_end c + 1
    }
    return c;
}

template <class T>
[[gnu::noinline]] int in_template(T x) {
    if (x > 3) {
        PROBE(merged, in_template, x); // probes: in_template x
        return 1;
    }
    PROBE(merged, in_template, x); // probes: in_template x
    return 2;
}

int main(int count, char**) {
    for (int i = 0; i != 3; ++i) {
        PROBE(merged, loop, i); // probes: loop i
    }
    return neighbours(count, count > 1) + with_type(count, color::red) + same_text(count, count > 2) +
           other_text(count, count > 2) + copies(count > 3) + in_switch(count, color::green) + at_the_end(count) +
           in_template(count) + in_template(static_cast<short>(count));
}
