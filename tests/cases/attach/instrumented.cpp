// A recorder in a program whose functions a compiler has instrumented, by calls that use all vector registers as any
// function may. Prints "ok", or how many values of vector registers did not survive a probe.
#include <cstdint>
#include <cstdio>

#include <emmintrin.h>

#include <usdtpp/recorder.hpp>
#include <usdtpp/usdtpp.hpp>

#define UNINSTRUMENTED [[gnu::no_instrument_function]] USDTPP_DETAIL_UNINSTRUMENTED
#define SPOIL                                                                                                          \
    asm volatile("pcmpeqd %%xmm0, %%xmm0; pcmpeqd %%xmm1, %%xmm1; pcmpeqd %%xmm2, %%xmm2; pcmpeqd %%xmm3, %%xmm3"      \
                 :                                                                                                     \
                 :                                                                                                     \
                 : "xmm0", "xmm1", "xmm2", "xmm3")

static volatile long calls = 0;

// What the flags put calls to.
extern "C" {
UNINSTRUMENTED void __sanitizer_cov_trace_pc() {
    SPOIL;
    calls = calls + 1;
}
UNINSTRUMENTED void __sanitizer_cov_trace_pc_guard(std::uint32_t*) {
    SPOIL;
    calls = calls + 1;
}
UNINSTRUMENTED void __sanitizer_cov_trace_pc_guard_init(std::uint32_t*, std::uint32_t*) {}
UNINSTRUMENTED void __sanitizer_cov_8bit_counters_init(char*, char*) {}
UNINSTRUMENTED void __sanitizer_cov_trace_pc_indir(void*) {
    SPOIL;
    calls = calls + 1;
}
#define COMPARISON(name, type)                                                                                         \
    UNINSTRUMENTED void name(type, type) {                                                                             \
        SPOIL;                                                                                                         \
        calls = calls + 1;                                                                                             \
    }
COMPARISON(__sanitizer_cov_trace_cmp1, std::uint8_t)
COMPARISON(__sanitizer_cov_trace_cmp2, std::uint16_t)
COMPARISON(__sanitizer_cov_trace_cmp4, std::uint32_t)
COMPARISON(__sanitizer_cov_trace_cmp8, std::uint64_t)
COMPARISON(__sanitizer_cov_trace_const_cmp1, std::uint8_t)
COMPARISON(__sanitizer_cov_trace_const_cmp2, std::uint16_t)
COMPARISON(__sanitizer_cov_trace_const_cmp4, std::uint32_t)
COMPARISON(__sanitizer_cov_trace_const_cmp8, std::uint64_t)
UNINSTRUMENTED void __sanitizer_cov_trace_switch(std::uint64_t, std::uint64_t*) {}
UNINSTRUMENTED void __cyg_profile_func_enter(void*, void*) {
    SPOIL;
    calls = calls + 1;
}
UNINSTRUMENTED void __cyg_profile_func_exit(void*, void*) {
    SPOIL;
}
}

[[gnu::noinline]] UNINSTRUMENTED static long keep(long i) {
    __m128i a = _mm_set1_epi64x(i);
    __m128i b = a;
    __m128i c = a;
    __m128i d = a;
    asm volatile("" : "+x"(a), "+x"(b), "+x"(c), "+x"(d));
    PROBE(instrumented, one, i, "text", a[0]);
    asm volatile("" : "+x"(a), "+x"(b), "+x"(c), "+x"(d));
    return _mm_cvtsi128_si64(_mm_add_epi64(_mm_add_epi64(a, b), _mm_add_epi64(c, d)));
}

int main() {
    for (const auto full : {usdtpp::when_full::overwrite, usdtpp::when_full::drop}) {
        usdtpp::recorder_options options;
        options.when_full = full;
        options.ring_size = 1U << 16;
        usdtpp::recorder recorder("instrumented:*", options);
        long wrong = 0;
        constexpr long turns = 20000;
        for (long i = 0; i != turns; ++i) {
            wrong += keep(i) != 4 * i ? 1 : 0;
        }
        long values = 0;
        const auto drained = recorder.drain([&](const usdtpp::recorded_event& event) {
            values += event[0].as<long>() == event[2].as<long>() && event[1].as<std::string>() == "text" ? 1 : 0;
        });
        if (wrong != 0 || static_cast<std::uint64_t>(values) != drained || drained + recorder.losses().full != turns) {
            std::printf("wrong %ld, drained %lu\n", wrong, static_cast<unsigned long>(drained));
            return 1;
        }
    }
    std::puts("ok");
    std::fprintf(stderr, "%ld calls\n", calls);
    return 0;
}
