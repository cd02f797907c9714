// Pairs of functions that differ only in a probe: without(x) and with(x). codegen_test.cpp compares their instructions.
#include <usdtpp/usdtpp.hpp>

int global = 1;
thread_local int per_thread = 2;
struct counters {
    long other;
    long hits;
};
counters shared;

#if defined(WITH_PROBES)
#define MAYBE_PROBE(...) PROBE(__VA_ARGS__)
#define MAYBE_PROBE_IF_ENABLED(...) PROBE_IF_ENABLED(__VA_ARGS__)
#define MAYBE_FENCE() USDTPP_FENCE()
#else
#define MAYBE_PROBE(...)
#define MAYBE_PROBE_IF_ENABLED(...)
#define MAYBE_FENCE() static_cast<void>(0)
#endif

extern "C" {

int pass_on(int);
int use(int, long, const char*, unsigned char, short, void*);

int none(int a) {
    MAYBE_PROBE(codegen, none);
    return a + 1;
}
int one(int a) {
    MAYBE_PROBE(codegen, one, a);
    return a + 1;
}
int three(int a, long b, const char* c, unsigned char d, short e, void* f) {
    MAYBE_PROBE(codegen, three, a, b, c);
    return use(a, b, c, d, e, f);
}
int six(int a, long b, const char* c, unsigned char d, short e, void* f) {
    MAYBE_PROBE(codegen, six, a, b, c, d, e, f);
    return use(a, b, c, d, e, f);
}
int constants(int a) {
    MAYBE_PROBE(codegen, constants, 42, -1L, nullptr, true, 'x');
    return a + 1;
}
int address(unsigned long a, long b) {
    MAYBE_PROBE(codegen, address, USDTPP_ADDRESS(a), USDTPP_ADDRESS(b));
    return static_cast<int>(a) + 1;
}
int fenced(counters& c, int a) {
    c.hits = a;
    MAYBE_FENCE();
    MAYBE_PROBE(codegen, fenced, a);
    return a + 1;
}
int one_load(int a) {
    MAYBE_PROBE(codegen, one_load, global);
    return a + 1;
}
int three_loads(int a) {
    MAYBE_PROBE(codegen, three_loads, global, shared.hits, per_thread);
    return a + 1;
}
int only_if_enabled(int a) {
    MAYBE_PROBE_IF_ENABLED(codegen, only_if_enabled, a, global);
    return pass_on(a);
}

// What is in registers stays there, and memory is not read again: not even the memory that the probe itself reads.
long accumulate(const int* values, int count, long* total) {
    long sum = 0;
    for (int i = 0; i != count; ++i) {
        sum += values[i];
        shared.hits += sum;
        *total += sum;
        MAYBE_PROBE(codegen, accumulate, i, sum);
    }
    return sum + global;
}
int read_twice(const int* value, const char* text) {
    const int first = *value;
    MAYBE_PROBE(codegen, read_twice, first, text);
    return first + *value;
}
int read_twice_fenced(const int* value, unsigned long address) {
    const int first = *value;
    MAYBE_FENCE();
    MAYBE_PROBE(codegen, read_twice_fenced, first, USDTPP_ADDRESS(address));
    return first + *value;
}
// The first store is one that the probe makes necessary.
void stored_twice(counters& c, int a) {
    c.hits = a;
    MAYBE_FENCE();
    MAYBE_PROBE(codegen, stored_twice, a);
    c.hits = 0;
}
}
