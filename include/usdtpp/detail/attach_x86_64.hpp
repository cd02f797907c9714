// Attaching on x86-64: registers, the code that is written over a probe's ten-byte nop, and where it leads.
//
//     site        nop                              the probe, as it is; a tracer outside has its breakpoint here
//                 jmp stub                         over the first bytes of the ten-byte nop; one instruction
//     stub        lea -0x80(%rsp),%rsp             leave the red zone alone
//                 call entry                       saves the registers, calls what is attached; its ret frees the red zone
//                 jmp *resume(%rip)                behind the ten-byte nop
//
// One instruction takes the place of one: a thread is before it or behind it, so it can be taken away again at any
// time. A thread in a stub knows by its address which site it came from; a stub belongs to its site for good. The call
// and its ret are a pair, as shadow stacks want.
//
// The program's own unwind tables have stubs and entry: a profiler, a debugger or a cancelled thread that unwinds from
// any of their instructions finds the function with the probe. Code that is made at run time has no such tables, so
// stubs are written into memory that the program has for them in its .bss, where their number is fixed.
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
#define USDTPP_DETAIL_FIRING                                                                                           \
    USDTPP_DETAIL_HIDDEN USDTPP_DETAIL_UNINSTRUMENTED __attribute__((target("general-regs-only")))

#define USDTPP_DETAIL_HAS_JUMPS

namespace usdtpp::detail::attach {

constexpr std::uint8_t no_register = 255;

struct registers {
    std::uint64_t general[16]; // rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8 ... r15
    std::uint64_t witness = 0; // see is_intact(): of a jump, the return address into its stub
};

struct register_name {
    std::uint8_t number;
    std::uint8_t shift;
    bool is_vector;
};

USDTPP_DETAIL_HIDDEN inline std::optional<register_name> named_register(std::string_view name) noexcept {
    static constexpr std::string_view legacy[] = {"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"};
    const auto number_in = [](std::string_view digits) {
        unsigned value = digits.empty() || digits.size() > 2 ? 100 : 0;
        for (const char c : digits) {
            value = c >= '0' && c <= '9' ? value * 10 + static_cast<unsigned>(c - '0') : 100;
        }
        return static_cast<std::uint8_t>(value < 16 ? value : 16); // 16: no register's
    };
    if (name.substr(0, 3) == "xmm") {
        const auto number = number_in(name.substr(3));
        return number < 16 ? std::optional(register_name{number, 0, true}) : std::nullopt;
    }
    if (name.size() >= 2 && name.front() == 'r' && name[1] >= '0' && name[1] <= '9') {
        const auto last = name.back();
        const bool part = last == 'd' || last == 'w' || last == 'b' || last == 'l';
        const auto number = number_in(name.substr(1, name.size() - (part ? 2 : 1)));
        return number >= 8 && number < 16 ? std::optional(register_name{number, 0, false}) : std::nullopt;
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
constexpr std::size_t long_nop_size = 10;

// The ten-byte nop. Linux 7.2 leaves its last five bytes as those of a call when its uprobe goes: a nop all the same.
template <class Byte>
USDTPP_DETAIL_HIDDEN USDTPP_DETAIL_UNSANITIZED bool is_long_nop(const Byte* code) noexcept {
    static constexpr code_byte begin[] = {0x66, 0x2e, 0x0f, 0x1f, 0x84};
    constexpr code_byte call = 0xe8;
    bool same = true;
    for (std::size_t i = 0; i != sizeof begin; ++i) {
        same = same && code[i] == begin[i];
    }
    const bool from_kernel = same && code[sizeof begin] == call;
    for (std::size_t i = sizeof begin; i != long_nop_size; ++i) {
        same = same && (from_kernel || code[i] == 0);
    }
    return same;
}

// What stands in place of the first bytes of the long nop, and what stands there while that is being written: a short
// jump over all of it. The jump begins as the nop does, with a prefix that the next one, REX.W, overrides: a tracer
// outside may have a breakpoint on the nop, and put back the byte that the file has there. What is behind that prefix
// does the same without it, in the nop as in the jump.
constexpr std::size_t jump_size = 8;
constexpr code_byte short_jump[] = {0xeb, long_nop_size - 2};

// Whether a displacement of 32 bits leads from one address to the other, wherever in an instruction it begins.
USDTPP_DETAIL_HIDDEN inline bool is_near(std::uint64_t one, std::uint64_t other) noexcept {
    constexpr std::uint64_t reach = (std::uint64_t{1} << 31) - 64;
    return (one > other ? one - other : other - one) < reach;
}
// A jump to `target`, or, through a pointer to it that is at `pointer`, to one that is far. `code` has the bytes of the
// nop, which begins at `from`; those that the jump does not need stay.
USDTPP_DETAIL_HIDDEN inline void write_jump(code_byte (&code)[jump_size], std::uint64_t target, std::uint64_t pointer,
                                            std::uint64_t from) noexcept {
    static constexpr code_byte direct[] = {0x66, 0x48, 0xe9};
    static constexpr code_byte through[] = {0x66, 0x48, 0xff, 0x25};
    const auto put = [&](const code_byte* instruction, std::size_t size, std::uint64_t to) {
        const auto distance = static_cast<std::int32_t>(to - (from + size + sizeof(std::int32_t)));
        std::memcpy(code, instruction, size);
        std::memcpy(code + size, &distance, sizeof distance);
    };
    if (pointer == 0) {
        put(direct, sizeof direct, target);
    } else {
        put(through, sizeof through, pointer);
    }
}

using dispatch_function = void (*)(const struct site&, const registers&);

// What a stub knows; offsets in it are known to the assembly below.
struct stub_target {
    const struct site* from = nullptr;
    std::uint64_t resume = 0;
};
constexpr std::size_t stub_count = 65536; // as below
constexpr std::size_t stub_size = 16;
static_assert(sizeof(stub_target) == stub_size && offsetof(stub_target, resume) == 8);

// Unwind information is there where the compiler has some, and knows its directives.
#if defined(__GCC_HAVE_DWARF2_CFI_ASM)
#define USDTPP_DETAIL_CFI(text) text ";"
#else
#define USDTPP_DETAIL_CFI(text)
#endif

// To an unwinder the frame of stub and entry lies directly on that of the function with the probe: its CFA is the stack
// pointer as it is there, and its return address is where the stub will resume. That is neither in a register nor on
// the stack; DWARF expressions find it through the displacement in the stub's last instruction:
//     resume = *(stub + 16 + displacement), and the displacement is the signed word at stub + 12.
// In a stub the expressions begin with its address, from the instruction pointer (as those of a PLT do); in the entry,
// with the return address into the stub, which is at CFA - 136.
// clang-format off
#define USDTPP_DETAIL_CFI_RESUME \
    "0x12, 0x23, 12, 0x94, 4, "                              /* dup, plus_uconst 12, deref_size 4 */ \
    "0x0c, 0, 0, 0, 0x80, 0x27, 0x0c, 0, 0, 0, 0x80, 0x1c, " /* its sign: const4u 2^31, xor, const4u 2^31, minus */ \
    "0x22, 0x23, 16, 0x06"                                   /* plus, plus_uconst 16, deref */

// The memory of all stubs of an executable or shared object, behind it what each knows, and where all of them lead. It
// takes no room in the file, nor in memory before it is written to.
asm(".ifndef usdtpp_stub_memory;" // once in what is linked as one file, with -flto
    ".pushsection .bss.usdtpp_stubs, \"awG\", @nobits, usdtpp_stub_memory, comdat;"
    ".balign 4096; .weak usdtpp_stub_memory; .hidden usdtpp_stub_memory;"
    USDTPP_DETAIL_CFI(".cfi_startproc")
    // CFA: %rsp, and 128 more before the call: breg7 0, breg16 0, lit15, and, lit5, eq, lit7, shl, plus
    USDTPP_DETAIL_CFI(".cfi_escape 0x0f, 11, 0x77, 0, 0x80, 0, 0x3f, 0x1a, 0x35, 0x29, 0x37, 0x24, 0x22")
    // %rip: breg16 0, const1s -16, and, and then as above
    USDTPP_DETAIL_CFI(".cfi_escape 0x16, 16, 26, 0x80, 0, 0x09, 0xf0, 0x1a, " USDTPP_DETAIL_CFI_RESUME)
    "usdtpp_stub_memory: .skip 65536 * 16;"
    USDTPP_DETAIL_CFI(".cfi_endproc")
    ".weak usdtpp_stub_targets; .hidden usdtpp_stub_targets; usdtpp_stub_targets: .skip 65536 * 16;"
    ".weak usdtpp_stub_dispatch; .hidden usdtpp_stub_dispatch; usdtpp_stub_dispatch: .skip 8;"
    ".popsection; .endif;");
extern code_byte stub_memory[stub_count * stub_size] asm("usdtpp_stub_memory") USDTPP_DETAIL_HIDDEN;
extern stub_target stub_targets[stub_count] asm("usdtpp_stub_targets") USDTPP_DETAIL_HIDDEN;
extern dispatch_function stub_dispatch asm("usdtpp_stub_dispatch") USDTPP_DETAIL_HIDDEN;

#define USDTPP_DETAIL_PUSH(name) "push %%" #name ";" USDTPP_DETAIL_CFI(".cfi_adjust_cfa_offset 8")
#define USDTPP_DETAIL_POP(name) \
    "pop %%" #name ";" USDTPP_DETAIL_CFI(".cfi_adjust_cfa_offset -8; .cfi_same_value %%" #name)

// The entry. Its code stands in a function, so that it goes where the compiler's code goes; that function only tells
// where.
//
// On the stack, from %rbx upwards: flags, the registers, the return address into the stub, the red zone. lahf and sahf
// take a tenth of the time of pushf and popf; all that they leave out is zero in C++ code.
struct entry_code {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};
[[gnu::noinline]] USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_HIDDEN inline entry_code find_entry() noexcept {
    entry_code found;
    asm volatile(
        "lea .Lusdtpp_entry%=(%%rip), %0; lea .Lusdtpp_end%=(%%rip), %1; jmp .Lusdtpp_end%=;"
        ".balign 64;"
        ".Lusdtpp_entry%=:"
        USDTPP_DETAIL_CFI(".cfi_remember_state")
        USDTPP_DETAIL_CFI(".cfi_same_value %%rbx; .cfi_same_value %%rbp; .cfi_same_value %%r12")
        USDTPP_DETAIL_CFI(".cfi_same_value %%r13; .cfi_same_value %%r14; .cfi_same_value %%r15")
        USDTPP_DETAIL_CFI(".cfi_def_cfa %%rsp, 136")
        // %rip: with the CFA on the stack, const2u 136, minus, deref, lit10, minus, and then as above
        USDTPP_DETAIL_CFI(".cfi_escape 0x16, 16, 28, 0x0a, 136, 0, 0x1c, 0x06, 0x3a, 0x1c, " USDTPP_DETAIL_CFI_RESUME)
        USDTPP_DETAIL_PUSH(r15) USDTPP_DETAIL_PUSH(r14) USDTPP_DETAIL_PUSH(r13) USDTPP_DETAIL_PUSH(r12)
        USDTPP_DETAIL_PUSH(r11) USDTPP_DETAIL_PUSH(r10) USDTPP_DETAIL_PUSH(r9) USDTPP_DETAIL_PUSH(r8)
        USDTPP_DETAIL_PUSH(rdi) USDTPP_DETAIL_PUSH(rsi) USDTPP_DETAIL_PUSH(rbp) USDTPP_DETAIL_PUSH(rsp)
        USDTPP_DETAIL_PUSH(rbx) USDTPP_DETAIL_PUSH(rdx) USDTPP_DETAIL_PUSH(rcx) USDTPP_DETAIL_PUSH(rax)
        USDTPP_DETAIL_CFI(".cfi_offset %%rax, -264; .cfi_offset %%rcx, -256; .cfi_offset %%rdx, -248")
        USDTPP_DETAIL_CFI(".cfi_offset %%rbx, -240; .cfi_offset %%rbp, -224; .cfi_offset %%rsi, -216")
        USDTPP_DETAIL_CFI(".cfi_offset %%rdi, -208; .cfi_offset %%r8, -200; .cfi_offset %%r9, -192")
        USDTPP_DETAIL_CFI(".cfi_offset %%r10, -184; .cfi_offset %%r11, -176; .cfi_offset %%r12, -168")
        USDTPP_DETAIL_CFI(".cfi_offset %%r13, -160; .cfi_offset %%r14, -152; .cfi_offset %%r15, -144")
        "lahf; seto %%al; push %%rax;"
        USDTPP_DETAIL_CFI(".cfi_adjust_cfa_offset 8")
        "mov %%rsp, %%rbx;"
        USDTPP_DETAIL_CFI(".cfi_def_cfa_register %%rbx")
        "mov 136(%%rbx), %%rax; mov 65536 * 16 - 10(%%rax), %%rdi; lea 8(%%rbx), %%rsi;" // what its stub knows
        "lea 272(%%rbx), %%rcx; mov %%rcx, 40(%%rbx);" // rsp as it was
        "and $-16, %%rsp; call *usdtpp_stub_dispatch(%%rip);"
        "mov %%rbx, %%rsp;"
        USDTPP_DETAIL_CFI(".cfi_def_cfa_register %%rsp")
        "pop %%rax;"
        USDTPP_DETAIL_CFI(".cfi_adjust_cfa_offset -8")
        "add $0x7f, %%al; sahf;"
        USDTPP_DETAIL_POP(rax) USDTPP_DETAIL_POP(rcx) USDTPP_DETAIL_POP(rdx) USDTPP_DETAIL_POP(rbx)
        "lea 8(%%rsp), %%rsp;"
        USDTPP_DETAIL_CFI(".cfi_adjust_cfa_offset -8")
        USDTPP_DETAIL_POP(rbp) USDTPP_DETAIL_POP(rsi) USDTPP_DETAIL_POP(rdi)
        USDTPP_DETAIL_POP(r8) USDTPP_DETAIL_POP(r9) USDTPP_DETAIL_POP(r10) USDTPP_DETAIL_POP(r11)
        USDTPP_DETAIL_POP(r12) USDTPP_DETAIL_POP(r13) USDTPP_DETAIL_POP(r14) USDTPP_DETAIL_POP(r15)
        "ret $0x80;"
        USDTPP_DETAIL_CFI(".cfi_restore_state")
        ".Lusdtpp_end%=:"
        : "=r"(found.begin), "=r"(found.end));
    return found;
}
// clang-format on

USDTPP_DETAIL_HIDDEN inline void write_stub(code_byte* code, std::uint64_t address, const entry_code& entry,
                                            const stub_target& target) noexcept {
    static constexpr code_byte free_red_zone[] = {0x48, 0x8d, 0x64, 0x24, 0x80}; // lea -0x80(%rsp),%rsp
    static constexpr code_byte call[] = {0xe8};
    static constexpr code_byte jump_through[] = {0xff, 0x25};
    std::size_t written = 0;
    const auto put = [&](const void* from, std::size_t size) {
        std::memcpy(code + written, from, size);
        written += size;
    };
    const auto put_distance_to = [&](std::uint64_t to) {
        const auto distance = static_cast<std::int32_t>(to - (address + written + sizeof(std::int32_t)));
        put(&distance, sizeof distance);
    };
    put(free_red_zone, sizeof free_red_zone);
    put(call, sizeof call);
    put_distance_to(entry.begin);
    put(jump_through, sizeof jump_through);
    put_distance_to(reinterpret_cast<std::uint64_t>(&target.resume));
}
#undef USDTPP_DETAIL_CFI
#undef USDTPP_DETAIL_CFI_RESUME
#undef USDTPP_DETAIL_PUSH
#undef USDTPP_DETAIL_POP

// A jump's frame: %rsp as it was is above it by what the entry pushes, and the return address is in a stub.
USDTPP_DETAIL_FIRING inline bool is_of_a_jump(const registers& saved, const registers* address) noexcept {
    constexpr std::uint64_t up_to_site = 264;
    return saved.general[4] == reinterpret_cast<std::uint64_t>(address) + up_to_site;
}

// The state of vector and x87 registers that a handler may change: all that the processor saves but the tiles of AMX
// (up to 8 KiB), and the rights to pages.
enum class save_instruction : std::uint8_t { fxsave, xsave, xsavec };
struct vector_state {
    std::uint32_t size = 512; // on the stack
    std::uint32_t mask = 0;
    save_instruction by = save_instruction::fxsave;
};
USDTPP_DETAIL_HIDDEN inline vector_state find_vector_state() noexcept {
    constexpr unsigned legacy_and_header = 512 + 64;
    vector_state found;
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_OSXSAVE) == 0) {
        return found; // or what emulates or watches the processor has switched it off
    }
    const bool is_compact = __get_cpuid_count(13, 1, &a, &b, &c, &d) != 0 && (a & 2U) != 0;
    found.by = is_compact ? save_instruction::xsavec : save_instruction::xsave;
    asm volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
    found.mask = a & 0xe7U; // x87, SSE, AVX, the three of AVX-512
    found.size = legacy_and_header;
    for (unsigned i = 2; i != 8; ++i) {
        if ((found.mask & 1U << i) != 0) {
            __cpuid_count(13, i, a, b, c, d); // a: size, b: place if it is not compact
            if (is_compact) {
                found.size = ((c & 2U) != 0 ? (found.size + 63U) & ~63U : found.size) + a;
            } else {
                found.size = found.size > a + b ? found.size : a + b;
            }
        }
    }
    found.size = (found.size + 63U) & ~63U;
    return found;
}

// Calls `use` with the vector registers saved, where they are, and restored behind it. It finds the x87 registers
// empty, as each function does that is called: the code with the probe may be in the midst of using them, or MMX.
template <class Use>
USDTPP_DETAIL_FIRING USDTPP_DETAIL_UNSANITIZED __attribute__((noinline)) void with_vectors_saved(vector_state state,
                                                                                                 Use& use) noexcept {
    constexpr int header = 512;
    auto* area = static_cast<unsigned char*>(__builtin_alloca_with_align(state.size, 512));
    bool uses_x87 = true;
    if (state.by == save_instruction::fxsave) {
        asm volatile("fxsave64 (%0)" : : "r"(area) : "memory");
    } else {
        for (int i = header; i != header + 64; i += 8) { // xrstor wants the rest of the header to be zero
            *reinterpret_cast<volatile std::uint64_t*>(area + i) = 0; // one by one: rep stos takes longer
        }
        if (state.by == save_instruction::xsavec) {
            asm volatile("xsavec64 (%0)" : : "r"(area), "a"(state.mask), "d"(0) : "memory");
        } else {
            asm volatile("xsave64 (%0)" : : "r"(area), "a"(state.mask), "d"(0) : "memory");
        }
        uses_x87 = (*reinterpret_cast<volatile std::uint64_t*>(area + header) & 1U) != 0;
    }
    if (uses_x87) {
        asm volatile("emms");
    }
    use(area);
    if (state.by == save_instruction::fxsave) {
        asm volatile("fxrstor64 (%0)" : : "r"(area) : "memory");
    } else {
        asm volatile("xrstor64 (%0)" : : "r"(area), "a"(state.mask), "d"(0) : "memory");
    }
}

// What pages of code are protected by beyond reading, writing and executing.
USDTPP_DETAIL_HIDDEN inline int protection_of_processor(std::uint64_t) noexcept {
    return 0;
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
