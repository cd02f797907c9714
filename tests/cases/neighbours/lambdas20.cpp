// Lambdas that are a type, or a part of one, or of what is never evaluated, as they may be from C++20 on.
// An expectation stands on the line of its probe:
// clang-format off
#include <cstdio>
#include <string>

#include <usdtpp/usdtpp.hpp>

struct counted {
    explicit counted(int start) noexcept : value(start) {}
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    ~counted() {
        PROBE(lambdas20, after_the_probe, value); // expect: -4=14
        value = -1;
    }
    const int* get() const noexcept {
        return &value;
    }
    int value;
};
enum class level { high = 15 };
using of_type = decltype([](int value, const std::string& text) {
    PROBE(lambdas20, lambda_in_decltype, value, text + "!", USDTPP_SIZED(text)); // expect: -4=13, 8="text!", 8="text", 8=4
    PROBE(lambdas20, temporary_in_decltype, counted(value + 1).get(), value % 12, static_cast<level>(value + 2)); // expect: 8*=14, -4=1, -4=15
    if (PROBE_ENABLED(lambdas20, asked_in_decltype)) {
        PROBE(lambdas20, asked_in_decltype, value); // expect: -4=13
    }
    PROBE_IF_ENABLED(lambdas20, lazy_in_decltype, text); // expect: 8="text"
    PROBE(lambdas20, none_in_decltype); // expect: none
    return value;
});
template <auto Function>
static int of_a_lambda(int value) {
    return Function(value);
}
struct with_a_member {
    decltype([](int value) {
        PROBE(lambdas20, in_a_member, value); // expect: -4=18
        return value;
    }) member;
    int started = [](int value) {
        PROBE(lambdas20, in_an_initialiser, value); // expect: -4=19
        return value;
    }(19);
};
template <class T>
concept callable = requires(T function) {
    { function(1) };
    { [](int value) { PROBE(never, in_requires, value); return value; }(1) };
};
static_assert(callable<of_type> == false && sizeof([](int value) { PROBE(never, in_sizeof, value); }) == 1);
static int lambdas_in_types(int zero) {
    const with_a_member both{};
    return of_type{}(zero + 13, "text") + both.member(zero + 18) + both.started +
           of_a_lambda<[](int value) {
               PROBE(lambdas20, lambda_as_argument, value, value % 3); // expect: -4=0, -4=0
               return value;
           }>(zero);
}

int main(int count, char**) {
    std::getchar(); // a tracer attaches meanwhile
    std::printf("%d\n", lambdas_in_types(count - 1));
}
