// Attaching on x86-64: registers, the code that is written over a probe's ten-byte nop, and where it leads.
//
//     site        nop                              the probe, as it is; a tracer outside has its breakpoint here
//                 jmp stub                         over the first seven bytes of the ten-byte nop
//     stub        lea -0x80(%rsp),%rsp             leave the red zone alone
//                 call *entry(%rip)                saves the registers, calls what is attached
//                 lea 0x80(%rsp),%rsp
//                 jmp *resume(%rip)                behind the ten-byte nop
//
// One instruction in place of one: a thread is before it or behind it, so it can be taken away again at any time. Where
// it came from a thread in a stub knows by itself; stubs stay for good. The call and its ret are a pair, as shadow
// stacks want.
#ifndef USDTPP_DETAIL_ATTACH_X86_64_HPP
#define USDTPP_DETAIL_ATTACH_X86_64_HPP

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include <cpuid.h>
#include <ucontext.h>

#include <usdtpp/detail/attach_sanitizers.hpp>

// A function that runs between a probe and the code behind it without the vector registers having been saved.
#define USDTPP_DETAIL_FIRING USDTPP_DETAIL_HIDDEN __attribute__((target("general-regs-only"), no_instrument_function))

#define USDTPP_DETAIL_HAS_JUMPS

namespace usdtpp::detail::attach {

constexpr std::uint8_t no_register = 255;

struct registers {
    std::uint64_t general[16]; // rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 ... r15
};

struct register_name {
    std::uint8_t number;
    std::uint8_t shift;
    bool is_vector;
};

USDTPP_DETAIL_HIDDEN inline std::optional<register_name> named_register(std::string_view name) noexcept {
    static constexpr std::string_view legacy[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
    const auto number_in = [](std::string_view digits) -> std::optional<std::uint8_t> {
        std::uint8_t value = 0;
        for (const char c : digits) {
            if (c < '0' || c > '9') {
                return std::nullopt;
            }
            value = static_cast<std::uint8_t>(value * 10 + (c - '0'));
        }
        return !digits.empty() && digits.size() <= 2 ? std::optional(value) : std::nullopt;
    };
    if (name.substr(0, 3) == "xmm") {
        const auto number = number_in(name.substr(3));
        return number && *number < 16 ? std::optional(register_name{*number, 0, true}) : std::nullopt;
    }
    if (name.size() >= 2 && name.front() == 'r' && name[1] >= '0' && name[1] <= '9') {
        const auto last = name.back();
        const bool part = last == 'd' || last == 'w' || last == 'b' || last == 'l';
        const auto number = number_in(name.substr(1, name.size() - (part ? 2 : 1)));
        return number && *number >= 8 && *number < 16 ? std::optional(register_name{*number, 0, false}) : std::nullopt;
    }
    for (std::uint8_t i = 0; i != 8; ++i) {
        const auto two = legacy[i];
        const bool wide = name.size() == 3 && (name[0] == 'r' || name[0] == 'e') && name.substr(1) == two;
        const bool low = name.size() == two.size() + (i >= 4 ? 1 : 0) && name.back() == 'l' &&
                         (i >= 4 ? name.substr(0, 2) == two : name.front() == two.front());
        if (wide || name == two || low) {
            return register_name{i, 0, false};
        }
        if (i < 4 && name.size() == 2 && name.front() == two.front() && name.back() == 'h') {
            return register_name{i, 8, false};
        }
    }
    return std::nullopt;
}

USDTPP_DETAIL_HIDDEN inline bool is_instruction_pointer(std::string_view name) noexcept {
    return name == "rip" || name == "eip";
}

// In what fxsave, xsave and a signal's context alike begin with.
USDTPP_DETAIL_FIRING constexpr std::size_t vector_offset(std::uint8_t number) noexcept {
    return 160 + std::size_t{16} * number;
}

using code_byte = unsigned char;
// Ours is 0xd6, no instruction in 64-bit mode (Intel calls it UDB, undefined for good): it raises SIGILL. int3 is what
// the kernel takes for its own breakpoint: a tracer that came to one of ours would not raise the semaphore, lower it
// all the same, and take the breakpoint away.
constexpr code_byte breakpoint[] = {0xd6};
constexpr int breakpoint_signal = SIGILL;
constexpr char breakpoint_signal_name[] = "SIGILL";
constexpr code_byte tracers_breakpoint[] = {0xcc};
constexpr code_byte nop[] = {0x90};
constexpr code_byte room[] = {0x66, 0x2e, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0};

// The jump in place of the room, and what stands there while it is being written: a short jump over all of it. The jump
// begins as the room does, with a prefix that the next one, REX.W, overrides: a tracer outside may have a breakpoint on
// the room, and put back the byte that the file has there. What is behind that prefix does the same without it, in the
// room as in the jump.
constexpr std::size_t jump_size = 7;
constexpr code_byte short_jump[] = {0xeb, sizeof room - 2};
USDTPP_DETAIL_HIDDEN inline void write_jump(code_byte (&code)[jump_size], std::uint64_t target,
                                            std::uint64_t from) noexcept {
    static constexpr code_byte jmp[] = {room[0], 0x48, 0xe9};
    const auto distance = static_cast<std::int32_t>(target - (from + jump_size)); // map_near() saw to it
    std::memcpy(code, jmp, sizeof jmp);
    std::memcpy(code + sizeof jmp, &distance, sizeof distance);
}

using dispatch_function = void (*)(const struct site&, const registers&);

// What a stub leads to. Offsets in it are known to the assembly below.
struct stub_target {
    void (*entry)() = nullptr;
    const struct site* from = nullptr;
    std::uint64_t resume = 0;
    dispatch_function dispatch = nullptr; // which saves vector registers where a handler needs it
};

// The code of a block comes first and its targets behind it, stub by stub.
constexpr std::size_t block_size = 4096;
constexpr std::size_t stub_size = sizeof(stub_target);
constexpr std::size_t stubs = block_size / stub_size;
static_assert(stub_size == 32 && offsetof(stub_target, entry) == 0 && offsetof(stub_target, from) == 8 &&
              offsetof(stub_target, resume) == 16 && offsetof(stub_target, dispatch) == 24);

USDTPP_DETAIL_HIDDEN inline void write_stub(code_byte* at) noexcept {
    // rip-relative: to the targets, from behind the call (11) and from the end (25).
    static constexpr code_byte code[stub_size] = {0x48, 0x8d, 0x64, 0x24, 0x80,       // lea -0x80(%rsp),%rsp
                                                  0xff, 0x15, 0xf5, 0x0f, 0x00, 0x00, // call *4096-11(%rip)
                                                  0x48, 0x8d, 0xa4, 0x24, 0x80, 0x00, 0x00, 0x00, // lea 0x80(%rsp),%rsp
                                                  0xff, 0x25, 0xf7, 0x0f, 0x00, 0x00, // jmp *4096+16-25(%rip)
                                                  0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc, 0xcc};
    std::memcpy(at, code, sizeof code);
}

// The state of vector and x87 registers that a handler may change: all that the processor saves but the tiles of AMX
// (up to 8 KiB), and the rights to pages.
struct vector_state {
    std::uint32_t size = 0; // on the stack; 0: this processor cannot save it
    std::uint32_t mask = 0;
};
USDTPP_DETAIL_HIDDEN inline vector_state find_vector_state() noexcept {
    constexpr unsigned legacy_and_header = 512 + 64;
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_OSXSAVE) == 0 ||
        __get_cpuid_count(13, 1, &a, &b, &c, &d) == 0 || (a & 2U) == 0) { // xsavec
        return {};
    }
    vector_state found;
    asm volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    found.mask = a & 0xe7U; // x87, SSE, AVX, the three of AVX-512
    found.size = legacy_and_header;
    for (unsigned i = 2; i != 8; ++i) {
        if ((found.mask & 1U << i) != 0) {
            __cpuid_count(13, i, a, b, c, d);
            found.size = (c & 2U) != 0 ? (found.size + 63U) & ~63U : found.size;
            found.size += a;
        }
    }
    found.size = (found.size + 63U) & ~63U;
    return found;
}

// The entry. lahf and sahf take a tenth of the time of pushf and popf; all that they leave out is zero in C++ code.
//
// Where the compiler describes frames to debuggers, so does this: behind a handler they see the function with the
// probe, interrupted where the probe is.
#if defined(__GCC_HAVE_DWARF2_CFI_ASM)
#define USDTPP_DETAIL_CFI(text) text ";"
#else
#define USDTPP_DETAIL_CFI(text)
#endif
// The code stands in a function, so that it goes where the compiler's code goes; that function only tells where. On the
// stack, from %rbx upwards: where to resume, flags, the registers, the return address into the stub, the red zone.
using entry_code = void (*)();
// clang-format off
[[gnu::noinline]] USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_HIDDEN inline entry_code find_entry() noexcept {
    entry_code found = nullptr;
    asm volatile(
        "lea 1f(%%rip), %0; jmp 2f; .balign 64; 1:"
        "push %%r15; push %%r14; push %%r13; push %%r12; push %%r11; push %%r10; push %%r9; push %%r8;"
        "push %%rdi; push %%rsi; push %%rbp; push %%rsp; push %%rbx; push %%rdx; push %%rcx; push %%rax;"
        "lahf; seto %%al; push %%rax;"
        "mov 136(%%rsp), %%rax; push 4096-11+16(%%rax);"
        "mov %%rsp, %%rbx;"
        USDTPP_DETAIL_CFI(".cfi_remember_state")
        USDTPP_DETAIL_CFI(".cfi_def_cfa %%rbx, 280; .cfi_offset %%rip, -280; .cfi_offset %%rbx, -240")
        USDTPP_DETAIL_CFI(".cfi_offset %%rbp, -224; .cfi_offset %%r10, -184; .cfi_offset %%r12, -168")
        USDTPP_DETAIL_CFI(".cfi_offset %%r13, -160; .cfi_offset %%r14, -152; .cfi_offset %%r15, -144")
        "mov 4096-11+8(%%rax), %%rdi; lea 16(%%rbx), %%rsi;"
        "lea 280(%%rbx), %%rcx; mov %%rcx, 48(%%rbx);" // rsp as it was
        "and $-16, %%rsp; call *4096-11+24(%%rax);"
        "lea 8(%%rbx), %%rsp;"
        USDTPP_DETAIL_CFI(".cfi_restore_state")
        "pop %%rax; add $0x7f, %%al; sahf;"
        "pop %%rax; pop %%rcx; pop %%rdx; pop %%rbx; lea 8(%%rsp), %%rsp; pop %%rbp; pop %%rsi; pop %%rdi;"
        "pop %%r8; pop %%r9; pop %%r10; pop %%r11; pop %%r12; pop %%r13; pop %%r14; pop %%r15;"
        "ret; 2:"
        : "=r"(found));
    return found;
}
// clang-format on
#undef USDTPP_DETAIL_CFI

// Calls `use` with the vector registers saved, where they are, and restored behind it.
template <class Use>
USDTPP_DETAIL_FIRING USDTPP_DETAIL_UNSANITIZED __attribute__((noinline)) void with_vectors_saved(vector_state state,
                                                                                                 Use& use) noexcept {
    auto* area = static_cast<unsigned char*>(__builtin_alloca_with_align(state.size, 512));
    for (int i = 512; i != 576; i += 8) {                         // xrstor wants the rest of the header to be zero
        *reinterpret_cast<volatile std::uint64_t*>(area + i) = 0; // one by one: rep stos takes longer
    }
    asm volatile("xsavec64 (%0)" : : "r"(area), "a"(state.mask), "d"(0) : "memory");
    use(area);
    asm volatile("xrstor64 (%0)" : : "r"(area), "a"(state.mask), "d"(0) : "memory");
}

// A signal's context.
USDTPP_DETAIL_HIDDEN inline std::uint64_t trap_address(const ucontext_t& at) noexcept {
    return static_cast<std::uint64_t>(at.uc_mcontext.gregs[REG_RIP]);
}
USDTPP_DETAIL_HIDDEN inline void continue_at(ucontext_t& at, std::uint64_t address) noexcept {
    at.uc_mcontext.gregs[REG_RIP] = static_cast<greg_t>(address);
}
USDTPP_DETAIL_HIDDEN inline registers registers_of(const ucontext_t& at) noexcept {
    static constexpr int order[] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                    REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
    registers all = {};
    for (std::size_t i = 0; i != 16; ++i) {
        all.general[i] = static_cast<std::uint64_t>(at.uc_mcontext.gregs[order[i]]);
    }
    return all;
}
USDTPP_DETAIL_HIDDEN inline const void* vectors_of(const ucontext_t& at) noexcept {
    return at.uc_mcontext.fpregs;
}

} // namespace usdtpp::detail::attach

#endif
