// A named module that imports the probes, and has some in what other files instantiate.
export module shapes;
import <usdtpp/probe.hpp>;

export enum class colour : short { red = 3 };

export inline int area(int a, int b) {
    PROBE(shapes, area, a, b); // expect: -4=7, -4=2
    return a * b;
}
export template <class T>
T twice(T value) {
    PROBE(shapes, twice, value, colour::red, value % 4); // expect: -4=7, -2=3, -4=3
    PROBE_IF_ENABLED(shapes, twice_if_enabled, USDTPP_NAMED(named, value)); // expect: -4=7
    return value + value;
}
