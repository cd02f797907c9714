// The macros come with header units, and the same probes as in shapes_other.cpp with the module.
import <usdtpp/usdtpp.hpp>;
import shapes;

int other(int number);

int main(int argc, char**) {
    int number = argc + 6;
    FOSDEM_PROBE(request_start, number, "text");
    PROBE(shapes, tick, number, colour::red, USDTPP_ADDRESS(1UL)); // expect: -4=7, -2=3, p=1
    USDTPP_FENCE();
    const int sum = area(number, 2) + twice(number) + other(number);
    return PROBE_ENABLED(shapes, tick) && sum == 56 ? 0 : 1;
}
