// The native back-end: this library's own notes. docs/note.md explains each line.
//
// A back-end is three macros: USDTPP_DETAIL_FIRE(provider, name, count, store), which evaluates `store` and emits a
// probe of the operands in `usdtpp_operands`; USDTPP_DETAIL_READ_SEMAPHORE(provider, name), which is that of
// semaphore.hpp and needs USDTPP_DETAIL_SEMAPHORE(provider, name), the assembler's name of the semaphore; and
// USDTPP_DETAIL_IF_REACHED, what stands in front of all that.
#ifndef USDTPP_DETAIL_EMIT_NATIVE_HPP
#define USDTPP_DETAIL_EMIT_NATIVE_HPP

#include <usdtpp/detail/operands.hpp>
#include <usdtpp/detail/preprocessor.hpp>
#include <usdtpp/detail/semaphore.hpp>

// clang-format off

// No C identifier has a dot, so no variable of the user's clashes, and a_b:c and a:b_c stay two semaphores.
#define USDTPP_DETAIL_SEMAPHORE(provider, name) usdtpp_semaphore.provider.name

// "o" and the label: the note goes with the section of its own site, when the linker drops that. "?": and with its
// COMDAT group. The relocation of no bytes keeps linkers from folding functions that differ only in their probes (--icf):
// no two sites refer to the same note. The base tells a tracer how far prelink moved the notes' addresses; another such
// relocation keeps it through --gc-sections, also where it is a sys/sdt.h probe in the same program that brought it.
#define USDTPP_DETAIL_NOTE(provider, name, semaphore, operands, address) \
    USDTPP_DETAIL_ASM(.reloc .Lusdtpp%=, BFD_RELOC_NONE, .Lusdtpp_begin%=; \
                      .reloc .Lusdtpp%=, BFD_RELOC_NONE, _.stapsdt.base; \
                      .pushsection .note.stapsdt, "o?", %%note, .Lusdtpp%=; \
                      .4byte 8, .Lusdtpp_end%=-.Lusdtpp_begin%=, 3; .asciz "stapsdt"; \
                      .Lusdtpp_begin%=: address .Lusdtpp%=, _.stapsdt.base, semaphore; \
                      .asciz #provider, #name) \
    ".asciz \"" operands "\"\n" \
    USDTPP_DETAIL_ASM(.Lusdtpp_end%=: .balign 4; .popsection; \
                      .ifndef _.stapsdt.base; \
                      .pushsection .stapsdt.base, "aG", %%progbits, .stapsdt.base, comdat; \
                      .weak _.stapsdt.base; .hidden _.stapsdt.base; _.stapsdt.base: .byte 0; .popsection; .endif)

// The first operands are where the arguments are evaluated: compilers take operands in their order. The statement
// expression is for debuggers: without it GCC says that the site is a line of ours.
#if !defined(USDTPP_DETAIL_IN_MEMORY)
// "nr": an immediate or a general register, the operands that every tracer can read; never memory (rip-relative,
// indexed, in a segment), never a vector register.
#define USDTPP_DETAIL_FIRST_OPERAND(store) \
    "n"(::usdtpp::detail::size_and_sign<decltype(usdtpp_operands.usdtpp_1)>), \
    "nr"((store, __extension__({ usdtpp_operands.usdtpp_1; })))
#define USDTPP_DETAIL_OPERAND(i) \
    "n"(::usdtpp::detail::size_and_sign<decltype(usdtpp_operands.usdtpp_##i)>), "nr"(usdtpp_operands.usdtpp_##i)
#else
// One register, and distances from it: as "m" operands clang would want a register for each of them at -O0. The first
// argument comes last in `usdtpp_operands`, 8 bytes each.
#define USDTPP_DETAIL_FIRST_OPERAND(store) \
    "n"(::usdtpp::detail::size_and_sign<decltype(usdtpp_operands.usdtpp_1)>), \
    "r"((store, ::usdtpp::detail::publish(&usdtpp_operands), __extension__({ &usdtpp_operands.usdtpp_1; })))
#define USDTPP_DETAIL_OPERAND(i) \
    "n"(::usdtpp::detail::size_and_sign<decltype(usdtpp_operands.usdtpp_##i)>), "n"(-8 * (i - 1))
#endif

#define USDTPP_DETAIL_OPERANDS_0 ""
#define USDTPP_DETAIL_OPERANDS_1 USDTPP_DETAIL_FIRST_TEXT
#define USDTPP_DETAIL_OPERANDS_2 USDTPP_DETAIL_OPERANDS_1 " " USDTPP_DETAIL_TEXT(2, 3)
#define USDTPP_DETAIL_OPERANDS_3 USDTPP_DETAIL_OPERANDS_2 " " USDTPP_DETAIL_TEXT(4, 5)
#define USDTPP_DETAIL_OPERANDS_4 USDTPP_DETAIL_OPERANDS_3 " " USDTPP_DETAIL_TEXT(6, 7)
#define USDTPP_DETAIL_OPERANDS_5 USDTPP_DETAIL_OPERANDS_4 " " USDTPP_DETAIL_TEXT(8, 9)
#define USDTPP_DETAIL_OPERANDS_6 USDTPP_DETAIL_OPERANDS_5 " " USDTPP_DETAIL_TEXT(10, 11)
#define USDTPP_DETAIL_OPERANDS_7 USDTPP_DETAIL_OPERANDS_6 " " USDTPP_DETAIL_TEXT(12, 13)
#define USDTPP_DETAIL_OPERANDS_8 USDTPP_DETAIL_OPERANDS_7 " " USDTPP_DETAIL_TEXT(14, 15)
#define USDTPP_DETAIL_OPERANDS_9 USDTPP_DETAIL_OPERANDS_8 " " USDTPP_DETAIL_TEXT(16, 17)
#define USDTPP_DETAIL_OPERANDS_10 USDTPP_DETAIL_OPERANDS_9 " " USDTPP_DETAIL_TEXT(18, 19)
#define USDTPP_DETAIL_OPERANDS_11 USDTPP_DETAIL_OPERANDS_10 " " USDTPP_DETAIL_TEXT(20, 21)
#define USDTPP_DETAIL_OPERANDS_12 USDTPP_DETAIL_OPERANDS_11 " " USDTPP_DETAIL_TEXT(22, 23)

#define USDTPP_DETAIL_FIRE(provider, name, count, store) \
    asm volatile(USDTPP_DETAIL_SITE \
                 USDTPP_DETAIL_NOTE(provider, name, USDTPP_DETAIL_SEMAPHORE(provider, name), \
                                    USDTPP_DETAIL_OPERANDS_##count, USDTPP_DETAIL_ADDRESS) \
                 USDTPP_DETAIL_DEFINE_SEMAPHORE(USDTPP_DETAIL_SEMAPHORE(provider, name)) \
                 : : USDTPP_DETAIL_LIST_##count(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND, store))

#define USDTPP_DETAIL_IF_REACHED

// clang-format on

#endif
