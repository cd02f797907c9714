// What sys/sdt.h makes wrong. For each line of standard input all of these probes fire.
// An expectation stands on the line of its probe:
// clang-format off
#include <cstdint>
#include <cstdio>

#include "macros.hpp"

int global = -7;
static long file_static = 0;
thread_local int per_thread = 77;
enum class small_enum : std::int8_t { minus_three = -3 };
struct large {
    long first, second, third;
};

extern "C" {

[[gnu::noinline]] long registers(int a, long b, const char* c) {
    PROBE3(peers, registers, a, b, c); // expect: -4=1, -8=2, 8=?
    return a + b + c[0];
}
[[gnu::noinline]] int constants(int a) {
    PROBE3(peers, constants, 42, -1L, 'x'); // expect: -4=42, -8=-1, -1=120
    return a + 1;
}
[[gnu::noinline]] int of_global(int a) {
    PROBE2(peers, of_global, a, global); // expect: -4=1, -4=-7
    return a + 1;
}
[[gnu::noinline]] int of_static(int a) {
    PROBE2(peers, of_static, a, file_static); // expect: -4=1, -8=300
    return a + 1;
}
[[gnu::noinline]] int of_thread(int a) {
    PROBE2(peers, of_thread, a, per_thread); // expect: -4=1, -4=77
    return a + 1;
}
[[gnu::noinline]] int to_local(int a) {
    int local[2] = {a, a + 40};
    PROBE1(peers, to_local, &local[1]); // expect: 8*=41
    return a + 1;
}
[[gnu::noinline]] int read_twice(int a, const int* value) {
    const int first = *value;
    PROBE1(peers, read_twice, a); // expect: -4=1
    return first + *value;
}
[[gnu::noinline]] int of_floating(int a, double twice, float once) {
    PROBE3(peers, of_floating, a, twice, once); // expect: -4=1, 8=4609434218613702656, 4=1069547520
    return a + 1;
}
[[gnu::noinline]] int of_enumeration(int a, small_enum value) {
    PROBE2(peers, of_enumeration, a, value); // expect: -4=1, -1=-3
    return a + 1;
}
// usdtpp refuses these three, so what their lines expect is only what a tracer is asked.
#if defined(WITH_A_STRUCT)
[[gnu::noinline]] int of_struct(int a, large value) {
    PROBE2(peers, of_struct, a, value); // expect: -4=1, 8=0
    return a + 1;
}
#endif
#if defined(WITH_AN_INT128)
[[gnu::noinline]] int of_int128(int a, __int128 value) {
    PROBE2(peers, of_int128, a, value); // expect: -4=1, 8=0
    return a + 1;
}
#endif
#if defined(WITH_A_LONG_DOUBLE)
[[gnu::noinline]] int of_long_double(int a, long double value) {
    PROBE2(peers, of_long_double, a, value); // expect: -4=1, 8=0
    return a + 1;
}
#endif
}

int main(int count, char** arguments) {
    while (std::getchar() == '\n') {
        file_static = 299L + count;
        long sum = registers(count, count + 1, arguments[0]) + constants(count) + of_global(count) + of_static(count);
        sum += of_thread(count) + to_local(count) + read_twice(count, &count) + of_floating(count, 1.5, 1.5F);
        sum += of_enumeration(count, small_enum::minus_three);
#if defined(WITH_A_STRUCT)
        sum += of_struct(count, {1, 2, 3});
#endif
#if defined(WITH_AN_INT128)
        sum += of_int128(count, 5);
#endif
#if defined(WITH_A_LONG_DOUBLE)
        sum += of_long_double(count, 1.5L);
#endif
        std::printf("%ld\n", sum - sum);
        std::fflush(stdout);
    }
}
