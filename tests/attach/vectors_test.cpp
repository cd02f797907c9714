// Saving the vector registers, in each way that processors have.
#include <cstdint>
#include <cstring>

#include "catch.hpp"

#include <usdtpp/detail/attach_machine.hpp>

#if defined(__x86_64__)

namespace {

namespace attach = usdtpp::detail::attach;

// What a function that is called may do.
struct spoils {
    bool* x87_is_empty;
    void operator()(const void*) const {
        std::uint16_t environment[14];
        asm volatile("fnstenv %0; fldenv %0" : "+m"(environment));
        *x87_is_empty = environment[4] == 0xffff; // the tags
        asm volatile("pcmpeqd %%xmm0, %%xmm0; pcmpeqd %%xmm15, %%xmm15; fld1; fld1; faddp; fstp %%st(0)"
                     :
                     :
                     : "xmm0", "xmm15", "st", "st(1)");
    }
};

void check(attach::vector_state state) {
    for (const bool with_mmx : {false, true}) {
        bool x87_is_empty = false;
        spoils use = {&x87_is_empty};
        const std::uint64_t in[3] = {0x123456789abcdef0, 0x0fedcba987654321, 0x1111222233334444};
        std::uint64_t out[3] = {};
        if (with_mmx) {
            asm volatile("movq %0, %%mm3" : : "m"(in[2]));
        }
        asm volatile("movq %0, %%xmm0; movq %1, %%xmm15" : : "m"(in[0]), "m"(in[1]));
        attach::with_vectors_saved(state, use);
        asm volatile("movq %%xmm0, %0; movq %%xmm15, %1" : "=m"(out[0]), "=m"(out[1]));
        if (with_mmx) {
            asm volatile("movq %%mm3, %0; emms" : "=m"(out[2]));
            CHECK(out[2] == in[2]);
        }
        CHECK(out[0] == in[0]);
        CHECK(out[1] == in[1]);
        CHECK(x87_is_empty);
    }
}

} // namespace

TEST_CASE("vector registers are saved by fxsave, xsave and xsavec, and a handler finds the x87 registers empty") {
    attach::vector_state state;
    check(state);
    state = attach::find_vector_state();
    if (state.by == attach::save_instruction::fxsave) {
        WARN("skipped: this processor has no xsave");
        return;
    }
    check(state);
    state.by = attach::save_instruction::xsave;
    state.size = 4096; // what is not compact takes more
    check(state);
}

#endif
