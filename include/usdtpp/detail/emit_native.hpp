// The native back-end: this library's own notes. docs/note.md explains each line.
//
// A back-end is three macros: USDTPP_DETAIL_FIRE(text, provider, name, count, store), which evaluates `store` and emits
// a probe of the operands in `usdtpp_operands`, with `text` to describe it; USDTPP_DETAIL_READ_SEMAPHORE(provider,
// name), which is that of semaphore.hpp and needs USDTPP_DETAIL_SEMAPHORE(provider, name), the assembler's name of the
// semaphore; and USDTPP_DETAIL_IF_REACHED, what stands in front of all that.
#ifndef USDTPP_DETAIL_EMIT_NATIVE_HPP
#define USDTPP_DETAIL_EMIT_NATIVE_HPP

#include <usdtpp/detail/description.hpp>
#include <usdtpp/detail/operands.hpp>
#include <usdtpp/detail/preprocessor.hpp>
#include <usdtpp/detail/semaphore.hpp>

// clang-format off

// No C identifier has a dot, so no variable of the user's clashes, and a_b:c and a:b_c stay two semaphores.
#define USDTPP_DETAIL_SEMAPHORE(provider, name) USDTPP_DETAIL_STRING(usdtpp_semaphore.provider.name)

// "o" and the label: the note goes with the section of its own site, when the linker drops that. "?": and with its
// COMDAT group. The relocation of no bytes keeps linkers from folding functions that differ only in their probes (--icf):
// no two sites refer to the same note. The base tells a tracer how far prelink moved the notes' addresses; another such
// relocation keeps it through --gc-sections, also where it is a sys/sdt.h probe in the same program that brought it.
#define USDTPP_DETAIL_OWN_NOTE ".reloc .Lusdtpp%=, BFD_RELOC_NONE, .Lusdtpp_begin%=;"
#define USDTPP_DETAIL_NOTE_SECTION ".pushsection .note.stapsdt, \"o?\", %%note, .Lusdtpp%=;"
#define USDTPP_DETAIL_NOTE(provider, name, semaphore, operands) \
    USDTPP_DETAIL_OWN_NOTE \
    ".reloc .Lusdtpp%=, BFD_RELOC_NONE, _.stapsdt.base;" \
    USDTPP_DETAIL_NOTE_SECTION \
    ".4byte 8, .Lusdtpp_end%=-.Lusdtpp_begin%=, 3; .asciz \"stapsdt\";" \
    ".Lusdtpp_begin%=: " USDTPP_DETAIL_ADDRESS " .Lusdtpp%=, _.stapsdt.base, " semaphore ";" \
    ".asciz \"" #provider "\", \"" #name "\", \"" operands "\";" \
    ".Lusdtpp_end%=: .balign 4; .popsection;" \
    ".ifndef _.stapsdt.base;" \
    ".pushsection .stapsdt.base, \"aG\", %%progbits, .stapsdt.base, comdat;" \
    ".weak _.stapsdt.base; .hidden _.stapsdt.base; _.stapsdt.base: .byte 0; .popsection; .endif;"

#if !defined(USDTPP_DETAIL_IN_MEMORY)
// "nr": an immediate or a general register, the operands that every tracer can read; never memory (rip-relative,
// indexed, in a segment), never a vector register.
#define USDTPP_DETAIL_OPERAND(i) \
    "n"(usdtpp_operands.usdtpp_size_##i), "nr"(usdtpp_operands.usdtpp_##i)
#define USDTPP_DETAIL_FIRST_OPERAND(i) USDTPP_DETAIL_OPERAND(i)
#else
// One register, and distances from it: as "m" operands clang would want a register for each of them at -O0. Each has 8
// bytes of `usdtpp_operands`.
#define USDTPP_DETAIL_OPERAND(i) \
    "n"(usdtpp_operands.usdtpp_size_##i), "n"(8 * (i - 1))
#define USDTPP_DETAIL_FIRST_OPERAND(i) \
    "n"(usdtpp_operands.usdtpp_size_##i), \
    "r"((::usdtpp::detail::publish(&usdtpp_operands), &usdtpp_operands.usdtpp_##i))
#endif

#define USDTPP_DETAIL_OPERANDS_0 ""
#define USDTPP_DETAIL_OPERANDS_1 USDTPP_DETAIL_FIRST_TEXT
#define USDTPP_DETAIL_OPERANDS_2 USDTPP_DETAIL_OPERANDS_1 " " USDTPP_DETAIL_TEXT(3, 4)
#define USDTPP_DETAIL_OPERANDS_3 USDTPP_DETAIL_OPERANDS_2 " " USDTPP_DETAIL_TEXT(5, 6)
#define USDTPP_DETAIL_OPERANDS_4 USDTPP_DETAIL_OPERANDS_3 " " USDTPP_DETAIL_TEXT(7, 8)
#define USDTPP_DETAIL_OPERANDS_5 USDTPP_DETAIL_OPERANDS_4 " " USDTPP_DETAIL_TEXT(9, 10)
#define USDTPP_DETAIL_OPERANDS_6 USDTPP_DETAIL_OPERANDS_5 " " USDTPP_DETAIL_TEXT(11, 12)
#define USDTPP_DETAIL_OPERANDS_7 USDTPP_DETAIL_OPERANDS_6 " " USDTPP_DETAIL_TEXT(13, 14)
#define USDTPP_DETAIL_OPERANDS_8 USDTPP_DETAIL_OPERANDS_7 " " USDTPP_DETAIL_TEXT(15, 16)
#define USDTPP_DETAIL_OPERANDS_9 USDTPP_DETAIL_OPERANDS_8 " " USDTPP_DETAIL_TEXT(17, 18)
#define USDTPP_DETAIL_OPERANDS_10 USDTPP_DETAIL_OPERANDS_9 " " USDTPP_DETAIL_TEXT(19, 20)
#define USDTPP_DETAIL_OPERANDS_11 USDTPP_DETAIL_OPERANDS_10 " " USDTPP_DETAIL_TEXT(21, 22)
#define USDTPP_DETAIL_OPERANDS_12 USDTPP_DETAIL_OPERANDS_11 " " USDTPP_DETAIL_TEXT(23, 24)

// Operand 0 is the description's.
#define USDTPP_DETAIL_INPUTS_0
#define USDTPP_DETAIL_INPUTS_1 , USDTPP_DETAIL_LIST_1(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND)
#define USDTPP_DETAIL_INPUTS_2 , USDTPP_DETAIL_LIST_2(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND)
#define USDTPP_DETAIL_INPUTS_3 , USDTPP_DETAIL_LIST_3(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND)
#define USDTPP_DETAIL_INPUTS_4 , USDTPP_DETAIL_LIST_4(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND)
#define USDTPP_DETAIL_INPUTS_5 , USDTPP_DETAIL_LIST_5(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND)
#define USDTPP_DETAIL_INPUTS_6 , USDTPP_DETAIL_LIST_6(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND)
#define USDTPP_DETAIL_INPUTS_7 , USDTPP_DETAIL_LIST_7(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND)
#define USDTPP_DETAIL_INPUTS_8 , USDTPP_DETAIL_LIST_8(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND)
#define USDTPP_DETAIL_INPUTS_9 , USDTPP_DETAIL_LIST_9(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND)
#define USDTPP_DETAIL_INPUTS_10 , USDTPP_DETAIL_LIST_10(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND)
#define USDTPP_DETAIL_INPUTS_11 , USDTPP_DETAIL_LIST_11(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND)
#define USDTPP_DETAIL_INPUTS_12 , USDTPP_DETAIL_LIST_12(USDTPP_DETAIL_FIRST_OPERAND, USDTPP_DETAIL_OPERAND)

// In front of a comma, clang's -Wcomma wants a cast even of what is void; GCC's -Wuseless-cast does not.
#if defined(__clang__)
#define USDTPP_DETAIL_VOID(expression) static_cast<void>(expression)
#else
#define USDTPP_DETAIL_VOID(expression) expression
#endif

// One expression, at whose end the temporaries among the arguments go. What a statement expression has in it, debuggers
// take for a line of the user's, and compilers for one place: no destructor comes between a probe and its description.
#define USDTPP_DETAIL_FIRE(text, provider, name, count, store) \
    (USDTPP_DETAIL_VOID(store), __extension__({ \
        USDTPP_DETAIL_IN_FRONT(text) { \
        asm USDTPP_DETAIL_VOLATILE( \
            USDTPP_DETAIL_INSIDE \
            USDTPP_DETAIL_HERE \
            USDTPP_DETAIL_SITE \
            USDTPP_DETAIL_NOTE(provider, name, USDTPP_DETAIL_SEMAPHORE(provider, name), USDTPP_DETAIL_OPERANDS_##count) \
            USDTPP_DETAIL_BEGIN_DESCRIPTION \
            USDTPP_DETAIL_DEFINE_SEMAPHORE(USDTPP_DETAIL_SEMAPHORE(provider, name)) \
            : : "n"(USDTPP_DETAIL_KINDS_OF_PROBE) USDTPP_DETAIL_INPUTS_##count); \
        USDTPP_DETAIL_BEHIND(text) \
        } \
    }))

#define USDTPP_DETAIL_IF_REACHED

// clang-format on

#endif
