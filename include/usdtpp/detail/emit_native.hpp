// The native back-end: this library's own notes, for x86-64 and aarch64. docs/note.md explains each line.
//
// A back-end is three macros: USDTPP_DETAIL_FIRE(provider, name, count, store), which evaluates `store` and emits a
// probe of the operands in `usdtpp_operands`; USDTPP_DETAIL_SEMAPHORE(provider, name), the assembler's name of its
// semaphore; and USDTPP_DETAIL_IF_REACHED, what stands in front of all that.
#ifndef USDTPP_DETAIL_EMIT_NATIVE_HPP
#define USDTPP_DETAIL_EMIT_NATIVE_HPP

#include <usdtpp/detail/operands.hpp>
#include <usdtpp/detail/preprocessor.hpp>
#include <usdtpp/detail/semaphore.hpp>

// clang-format off

// No C identifier has a dot, so no variable of the user's clashes, and a_b:c and a:b_c stay two semaphores.
#define USDTPP_DETAIL_SEMAPHORE(provider, name) usdtpp_semaphore.provider.name

#if defined(__x86_64__)
// The probe is the one-byte nop. The ten-byte one behind it is room for a call: newer kernels and tracers in the same
// process use it. It must be neither of five bytes (Linux 6.18 makes that a call that overwrites the red zone) nor the
// probe itself (Linux 6.18 refuses to attach there, error 524).
// In braces: AT&T syntax | Intel syntax, whose operands no tracer reads.
#define USDTPP_DETAIL_SITE \
    USDTPP_DETAIL_ASM(.Lusdtpp%=: {nop|.error "usdtpp: probes cannot be compiled with -masm=intel"}; \
                      .8byte 0x841f0f2e66; .2byte 0)
#else
#define USDTPP_DETAIL_SITE USDTPP_DETAIL_ASM(.Lusdtpp%=: nop)
#endif

// "o" and the label: the note goes with the section of its own site, when the linker drops that. "?": and with its
// COMDAT group. The relocation of no bytes keeps linkers from folding functions that differ only in their probes (--icf):
// no two sites refer to the same note. The base tells a tracer how far prelink moved the notes' addresses; another such
// relocation keeps it through --gc-sections, also where it is a sys/sdt.h probe in the same program that brought it.
#define USDTPP_DETAIL_NOTE(provider, name, semaphore, operands) \
    USDTPP_DETAIL_ASM(.reloc .Lusdtpp%=, BFD_RELOC_NONE, .Lusdtpp_begin%=; \
                      .reloc .Lusdtpp%=, BFD_RELOC_NONE, _.stapsdt.base; \
                      .pushsection .note.stapsdt, "o?", %%note, .Lusdtpp%=; \
                      .4byte 8, .Lusdtpp_end%=-.Lusdtpp_begin%=, 3; .asciz "stapsdt"; \
                      .Lusdtpp_begin%=: .8byte .Lusdtpp%=, _.stapsdt.base, semaphore; \
                      .asciz #provider, #name) \
    ".asciz \"" operands "\"\n" \
    USDTPP_DETAIL_ASM(.Lusdtpp_end%=: .balign 4; .popsection; \
                      .ifndef _.stapsdt.base; \
                      .pushsection .stapsdt.base, "aG", %%progbits, .stapsdt.base, comdat; \
                      .weak _.stapsdt.base; .hidden _.stapsdt.base; _.stapsdt.base: .byte 0; .popsection; .endif)

// "nr": an immediate or a general register, the operands that every tracer can read; never memory (rip-relative,
// indexed, in a segment), never a vector register. The first operand is where the arguments are evaluated: compilers take
// operands in their order. The statement expression is for debuggers: without it GCC says that the site is a line of ours.
#define USDTPP_DETAIL_FIRST_OPERAND(store) \
    "n"(::usdtpp::detail::size_and_sign<decltype(usdtpp_operands.usdtpp_1)>), \
    "nr"((store, __extension__({ usdtpp_operands.usdtpp_1; })))
#define USDTPP_DETAIL_OPERAND(i) \
    "n"(::usdtpp::detail::size_and_sign<decltype(usdtpp_operands.usdtpp_##i)>), "nr"(usdtpp_operands.usdtpp_##i)

// What the note says of an operand: size and sign, @, where it is. Operands i and j are the pair made above. On x86-64
// registers go by their 64-bit names (q), since gdb 13 knows no %r8b; the size in front of the @ is what counts.
#if defined(__x86_64__)
#define USDTPP_DETAIL_OPERAND_TEXT(i, j) USDTPP_DETAIL_STRING(%c##i@%q##j)
#else
#define USDTPP_DETAIL_OPERAND_TEXT(i, j) USDTPP_DETAIL_STRING(%c##i@%j)
#endif
#define USDTPP_DETAIL_STRING(...) #__VA_ARGS__

#define USDTPP_DETAIL_OPERANDS_0 ""
#define USDTPP_DETAIL_OPERANDS_1 USDTPP_DETAIL_OPERAND_TEXT(0, 1)
#define USDTPP_DETAIL_OPERANDS_2 USDTPP_DETAIL_OPERANDS_1 " " USDTPP_DETAIL_OPERAND_TEXT(2, 3)
#define USDTPP_DETAIL_OPERANDS_3 USDTPP_DETAIL_OPERANDS_2 " " USDTPP_DETAIL_OPERAND_TEXT(4, 5)
#define USDTPP_DETAIL_OPERANDS_4 USDTPP_DETAIL_OPERANDS_3 " " USDTPP_DETAIL_OPERAND_TEXT(6, 7)
#define USDTPP_DETAIL_OPERANDS_5 USDTPP_DETAIL_OPERANDS_4 " " USDTPP_DETAIL_OPERAND_TEXT(8, 9)
#define USDTPP_DETAIL_OPERANDS_6 USDTPP_DETAIL_OPERANDS_5 " " USDTPP_DETAIL_OPERAND_TEXT(10, 11)
#define USDTPP_DETAIL_OPERANDS_7 USDTPP_DETAIL_OPERANDS_6 " " USDTPP_DETAIL_OPERAND_TEXT(12, 13)
#define USDTPP_DETAIL_OPERANDS_8 USDTPP_DETAIL_OPERANDS_7 " " USDTPP_DETAIL_OPERAND_TEXT(14, 15)
#define USDTPP_DETAIL_OPERANDS_9 USDTPP_DETAIL_OPERANDS_8 " " USDTPP_DETAIL_OPERAND_TEXT(16, 17)
#define USDTPP_DETAIL_OPERANDS_10 USDTPP_DETAIL_OPERANDS_9 " " USDTPP_DETAIL_OPERAND_TEXT(18, 19)
#define USDTPP_DETAIL_OPERANDS_11 USDTPP_DETAIL_OPERANDS_10 " " USDTPP_DETAIL_OPERAND_TEXT(20, 21)
#define USDTPP_DETAIL_OPERANDS_12 USDTPP_DETAIL_OPERANDS_11 " " USDTPP_DETAIL_OPERAND_TEXT(22, 23)

#define USDTPP_DETAIL_FIRE(provider, name, count, store) \
    asm volatile(USDTPP_DETAIL_SITE \
                 USDTPP_DETAIL_NOTE(provider, name, USDTPP_DETAIL_SEMAPHORE(provider, name), \
                                    USDTPP_DETAIL_OPERANDS_##count) \
                 USDTPP_DETAIL_DEFINE_SEMAPHORE(USDTPP_DETAIL_SEMAPHORE(provider, name)) \
                 : : USDTPP_DETAIL_LIST_##count(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND, store))

#define USDTPP_DETAIL_IF_REACHED

// clang-format on

#endif
