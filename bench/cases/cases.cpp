// The loops, for the peer that peers.hpp chooses.
#include "peers.hpp"

#include <array>

#define BENCH_TEXT(name) BENCH_TEXT_(name)
#define BENCH_TEXT_(name) #name

namespace bench::BENCH_PEER {

// Not static: nobody knows who else changes them.
long global = 1;
unsigned total = 0; // of a type that nothing else has, so that no compiler thinks it is another variable
thread_local long per_thread = 2;
struct counters {
    long other = 0;
    long hits = 0;
} shared;

// A function each, with its arguments in registers, as far as they fit: of twelve, six are on the stack.
long zero(long a) {
    FIRE(zero);
    return a;
}
long one(long a) {
    FIRE(one, a);
    return a;
}
long three(long a, long b, long c) {
    FIRE(three, a, b, c);
    return a ^ b ^ c;
}
long six(long a, long b, long c, long d, long e, long f) {
    FIRE(six, a, b, c, d, e, f);
    return a ^ b ^ c ^ d ^ e ^ f;
}
#if !defined(PEER_LTTNG)
long twelve(long a, long b, long c, long d, long e, long f, long g, long h, long i, long j, long k, long l) {
    FIRE(twelve, a, b, c, d, e, f, g, h, i, j, k, l);
    return a ^ b ^ c ^ d ^ e ^ f ^ g ^ h ^ i ^ j ^ k ^ l;
}
#endif
long memory(long a) {
    FIRE(memory, global, shared.hits, per_thread);
    return a;
}
long guarded(long a, long b, long c) {
    FIRE_IF_ENABLED(guarded, a, b, c);
    return a ^ b ^ c;
}
// Values that live across the probe stay where they are, and memory that was read is not read again.
long live(const long* values) {
    const long first = values[0], second = values[1];
    FIRE(live, first, second);
    return first * 3 + second * 5 + values[0] + values[1];
}

// Accumulates through a member, a global and a local.
struct accumulator {
    long member = 0;

    void run(const short* values, std::size_t count) {
        short local = 0;
        for (std::size_t i = 0; i != count; ++i) {
            local = static_cast<short>(local + values[i]);
            member += local;
            total += static_cast<unsigned>(values[i]);
            FIRE(accumulate, static_cast<long>(i), local);
        }
        keep(local);
    }
};
void accumulate(const short* values, std::size_t count) {
    static accumulator one;
    one.run(values, count);
}

// A loop that compilers vectorise.
void each_element(long* values, std::size_t count, long factor) {
    for (std::size_t i = 0; i != count; ++i) {
        values[i] = (values[i] ^ factor) + 7;
        FIRE(element, static_cast<long>(i), factor);
    }
}
// The same, with the probe outside.
void row(long* values, std::size_t count, long factor) {
    for (std::size_t i = 0; i != count; ++i) {
        values[i] = (values[i] ^ factor) + 7;
    }
    FIRE(row, static_cast<long>(count), factor);
}

constexpr std::size_t width = 64;
std::array<long, width> buffer;
std::array<short, width> numbers;

struct registration {
    registration(const char* name, void (*loop)(std::size_t)) {
        all().push_back({std::string(BENCH_TEXT(BENCH_PEER) "/") + name, loop});
    }
};

// Calls `function` with these arguments, `step` iterations each. A compiler does not know which function it is.
#define CASE(name, step, function, ...)                                                                                \
    const registration of_##name(#name, [](std::size_t iterations) {                                                   \
        for (std::size_t i = 0; i < iterations; i += step) {                                                           \
            auto* opaque = &function;                                                                                  \
            keep(opaque);                                                                                              \
            opaque(__VA_ARGS__);                                                                                       \
        }                                                                                                              \
    });

CASE(zero, 1, zero, 1)
CASE(one, 1, one, 1)
CASE(three, 1, three, 1, 2, 3)
#if !defined(PEER_FUNCTIONS)
CASE(six, 1, six, 1, 2, 3, 4, 5, 6)
#if !defined(PEER_LTTNG)
CASE(twelve, 1, twelve, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
#endif
CASE(memory, 1, memory, 1)
CASE(guarded, 1, guarded, 1, 2, 3)
CASE(live, 1, live, buffer.data())
CASE(accumulate, width, accumulate, numbers.data(), width)
CASE(each_element, width, each_element, buffer.data(), width, 3)
CASE(row, 1, row, buffer.data(), width, 3) // of 64 elements
#endif

} // namespace bench::BENCH_PEER
