// The native back-end: this library's own notes. docs/note.md explains each line.
//
// A back-end is three macros: USDTPP_DETAIL_FIRE(text, provider, name, count, evaluation), which evaluates the
// arguments by `evaluation` and emits a probe of what `usdtpp_values` points to then, with `text` to describe it;
// USDTPP_DETAIL_READ_SEMAPHORE(provider, name), which is that of semaphore.hpp and needs
// USDTPP_DETAIL_SEMAPHORE(provider, name), the assembler's name of the semaphore; and USDTPP_DETAIL_IF_REACHED, what
// stands in front of all that.
#ifndef USDTPP_DETAIL_EMIT_NATIVE_HPP
#define USDTPP_DETAIL_EMIT_NATIVE_HPP

#include <usdtpp/detail/await.hpp>
#include <usdtpp/detail/description.hpp>
#include <usdtpp/detail/operands.hpp>
#include <usdtpp/detail/preprocessor.hpp>
#include <usdtpp/detail/semaphore.hpp>

// clang-format off

// No C identifier has a dot, so no variable of the user's clashes, and a_b:c and a:b_c stay two semaphores.
#define USDTPP_DETAIL_SEMAPHORE(provider, name) USDTPP_DETAIL_STRING(usdtpp_semaphore.provider.name)

// "o" and the label: the note goes with the section of its own site, when the linker drops that. "?": and with its
// COMDAT group. The relocation of no bytes keeps linkers from folding functions that differ only in their probes
// (--icf): no two sites refer to the same note. The base tells a tracer how far prelink moved the notes' addresses;
// another such relocation keeps it through --gc-sections, also where it is a sys/sdt.h probe in the same program that
// brought it.
#define USDTPP_DETAIL_KEEP_BASE ".reloc .Lusdtpp%=, BFD_RELOC_NONE, _.stapsdt.base;"
#define USDTPP_DETAIL_OWN_NOTE ".reloc .Lusdtpp%=, BFD_RELOC_NONE, .Lusdtpp_begin%=;"
#define USDTPP_DETAIL_NOTE_SECTION ".pushsection .note.stapsdt, \"o?\", %%note, .Lusdtpp%=;"
#define USDTPP_DETAIL_BEGIN_NOTE \
    ".4byte 8, .Lusdtpp_end%=-.Lusdtpp_begin%=, 3; .asciz \"stapsdt\"; \
     .Lusdtpp_begin%=: " USDTPP_DETAIL_ADDRESS " .Lusdtpp%=, _.stapsdt.base, "
#define USDTPP_DETAIL_END_NOTE \
    "\"; .Lusdtpp_end%=: .balign 4; .popsection; \
     .ifndef _.stapsdt.base; .pushsection .stapsdt.base, \"aG\", %%progbits, .stapsdt.base, comdat; \
     .weak _.stapsdt.base; .hidden _.stapsdt.base; _.stapsdt.base: .byte 0; .popsection; .endif;"

#if !defined(USDTPP_DETAIL_IN_MEMORY)
// "nr": an immediate or a general register, the operands that every tracer can read; never memory (rip-relative,
// indexed, in a segment), never a vector register.
#define USDTPP_DETAIL_OPERAND(i) \
    "n"(usdtpp_values->usdtpp_##i.usdtpp_size), "nr"(usdtpp_values->usdtpp_##i.usdtpp_value)
#define USDTPP_DETAIL_FIRST_OPERAND(evaluation) \
    "n"(usdtpp_values->usdtpp_1.usdtpp_size), "nr"((evaluation, usdtpp_values->usdtpp_1.usdtpp_value))
#else
// One register, and distances from it: as "m" operands clang would want a register for each of them at -O0.
#define USDTPP_DETAIL_OPERAND(i) \
    "n"(usdtpp_values->usdtpp_##i.usdtpp_size), "n"(8 * (i - 1))
#define USDTPP_DETAIL_FIRST_OPERAND(evaluation) \
    "n"(usdtpp_values->usdtpp_1.usdtpp_size), "r"((evaluation, &usdtpp_values->usdtpp_slot_1))
#endif

// What else the statement reads, as far as GCC must be told. To clang any asm volatile may read whatever a pointer that
// it was given leads to.
#if !defined(USDTPP_DETAIL_ONE_STATEMENT)
#define USDTPP_DETAIL_READS
#elif !defined(USDTPP_DETAIL_IN_MEMORY)
#define USDTPP_DETAIL_READS , "g"(USDTPP_DETAIL_ANYWHERE->usdtpp_all)
#else
#define USDTPP_DETAIL_READS , "g"(USDTPP_DETAIL_ANYWHERE->usdtpp_all), "m"(*usdtpp_values)
#endif
// Where that begins must take no instruction: an unknown pointer. But where the arguments are evaluated in between, its
// register would be kept meanwhile. There x86 takes any number for an address as it stands, and each line has another: of
// one that two statements have, GCC would make a register.
#if defined(__x86_64__) && __cplusplus > 201703L
#define USDTPP_DETAIL_FIND_ANYWHERE(line) \
    [[maybe_unused]] constexpr ::std::uintptr_t usdtpp_anywhere = 0x10000 + 16 * line;
#define USDTPP_DETAIL_ANYWHERE reinterpret_cast<typename usdtpp_arguments::usdtpp_memory*>(usdtpp_anywhere)
#else
#define USDTPP_DETAIL_FIND_ANYWHERE(line) [[maybe_unused]] USDTPP_DETAIL_UNKNOWN_POINTER(usdtpp_anywhere);
#define USDTPP_DETAIL_ANYWHERE static_cast<typename usdtpp_arguments::usdtpp_memory*>(usdtpp_anywhere)
#endif

#define USDTPP_DETAIL_OPERANDS_0 ""
#if defined(USDTPP_DETAIL_TEXT)
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
#else
// Written out, since each probe has one, and the preprocessor takes its time over each macro in a macro.
#define USDTPP_DETAIL_OPERANDS_1 "%c1@" USDTPP_DETAIL_REGISTER "2"
#define USDTPP_DETAIL_OPERANDS_2 "%c1@" USDTPP_DETAIL_REGISTER "2 %c3@" USDTPP_DETAIL_REGISTER "4"
#define USDTPP_DETAIL_OPERANDS_3 "%c1@" USDTPP_DETAIL_REGISTER "2 %c3@" USDTPP_DETAIL_REGISTER "4 %c5@" USDTPP_DETAIL_REGISTER "6"
#define USDTPP_DETAIL_OPERANDS_4 "%c1@" USDTPP_DETAIL_REGISTER "2 %c3@" USDTPP_DETAIL_REGISTER "4 %c5@" USDTPP_DETAIL_REGISTER "6 %c7@" USDTPP_DETAIL_REGISTER "8"
#define USDTPP_DETAIL_OPERANDS_5 "%c1@" USDTPP_DETAIL_REGISTER "2 %c3@" USDTPP_DETAIL_REGISTER "4 %c5@" USDTPP_DETAIL_REGISTER "6 %c7@" USDTPP_DETAIL_REGISTER "8 %c9@" USDTPP_DETAIL_REGISTER "10"
#define USDTPP_DETAIL_OPERANDS_6 "%c1@" USDTPP_DETAIL_REGISTER "2 %c3@" USDTPP_DETAIL_REGISTER "4 %c5@" USDTPP_DETAIL_REGISTER "6 %c7@" USDTPP_DETAIL_REGISTER "8 %c9@" USDTPP_DETAIL_REGISTER "10 %c11@" USDTPP_DETAIL_REGISTER "12"
#define USDTPP_DETAIL_OPERANDS_7 "%c1@" USDTPP_DETAIL_REGISTER "2 %c3@" USDTPP_DETAIL_REGISTER "4 %c5@" USDTPP_DETAIL_REGISTER "6 %c7@" USDTPP_DETAIL_REGISTER "8 %c9@" USDTPP_DETAIL_REGISTER "10 %c11@" USDTPP_DETAIL_REGISTER "12 %c13@" USDTPP_DETAIL_REGISTER "14"
#define USDTPP_DETAIL_OPERANDS_8 "%c1@" USDTPP_DETAIL_REGISTER "2 %c3@" USDTPP_DETAIL_REGISTER "4 %c5@" USDTPP_DETAIL_REGISTER "6 %c7@" USDTPP_DETAIL_REGISTER "8 %c9@" USDTPP_DETAIL_REGISTER "10 %c11@" USDTPP_DETAIL_REGISTER "12 %c13@" USDTPP_DETAIL_REGISTER "14 %c15@" USDTPP_DETAIL_REGISTER "16"
#define USDTPP_DETAIL_OPERANDS_9 "%c1@" USDTPP_DETAIL_REGISTER "2 %c3@" USDTPP_DETAIL_REGISTER "4 %c5@" USDTPP_DETAIL_REGISTER "6 %c7@" USDTPP_DETAIL_REGISTER "8 %c9@" USDTPP_DETAIL_REGISTER "10 %c11@" USDTPP_DETAIL_REGISTER "12 %c13@" USDTPP_DETAIL_REGISTER "14 %c15@" USDTPP_DETAIL_REGISTER "16 %c17@" USDTPP_DETAIL_REGISTER "18"
#define USDTPP_DETAIL_OPERANDS_10 "%c1@" USDTPP_DETAIL_REGISTER "2 %c3@" USDTPP_DETAIL_REGISTER "4 %c5@" USDTPP_DETAIL_REGISTER "6 %c7@" USDTPP_DETAIL_REGISTER "8 %c9@" USDTPP_DETAIL_REGISTER "10 %c11@" USDTPP_DETAIL_REGISTER "12 %c13@" USDTPP_DETAIL_REGISTER "14 %c15@" USDTPP_DETAIL_REGISTER "16 %c17@" USDTPP_DETAIL_REGISTER "18 %c19@" USDTPP_DETAIL_REGISTER "20"
#define USDTPP_DETAIL_OPERANDS_11 "%c1@" USDTPP_DETAIL_REGISTER "2 %c3@" USDTPP_DETAIL_REGISTER "4 %c5@" USDTPP_DETAIL_REGISTER "6 %c7@" USDTPP_DETAIL_REGISTER "8 %c9@" USDTPP_DETAIL_REGISTER "10 %c11@" USDTPP_DETAIL_REGISTER "12 %c13@" USDTPP_DETAIL_REGISTER "14 %c15@" USDTPP_DETAIL_REGISTER "16 %c17@" USDTPP_DETAIL_REGISTER "18 %c19@" USDTPP_DETAIL_REGISTER "20 %c21@" USDTPP_DETAIL_REGISTER "22"
#define USDTPP_DETAIL_OPERANDS_12 "%c1@" USDTPP_DETAIL_REGISTER "2 %c3@" USDTPP_DETAIL_REGISTER "4 %c5@" USDTPP_DETAIL_REGISTER "6 %c7@" USDTPP_DETAIL_REGISTER "8 %c9@" USDTPP_DETAIL_REGISTER "10 %c11@" USDTPP_DETAIL_REGISTER "12 %c13@" USDTPP_DETAIL_REGISTER "14 %c15@" USDTPP_DETAIL_REGISTER "16 %c17@" USDTPP_DETAIL_REGISTER "18 %c19@" USDTPP_DETAIL_REGISTER "20 %c21@" USDTPP_DETAIL_REGISTER "22 %c23@" USDTPP_DETAIL_REGISTER "24"
#endif

// Operand 0 is the description's. The first argument has the evaluation of all of them in front of it.
#define USDTPP_DETAIL_INPUTS_0(evaluation)
#define USDTPP_DETAIL_INPUTS_1(evaluation) , USDTPP_DETAIL_FIRST_OPERAND(evaluation) USDTPP_DETAIL_READS
#define USDTPP_DETAIL_INPUTS_2(evaluation) , USDTPP_DETAIL_FIRST_OPERAND(evaluation), USDTPP_DETAIL_OPERAND(2) USDTPP_DETAIL_READS
#define USDTPP_DETAIL_INPUTS_3(evaluation) , USDTPP_DETAIL_FIRST_OPERAND(evaluation), USDTPP_DETAIL_OPERAND(2), USDTPP_DETAIL_OPERAND(3) USDTPP_DETAIL_READS
#define USDTPP_DETAIL_INPUTS_4(evaluation) , USDTPP_DETAIL_FIRST_OPERAND(evaluation), USDTPP_DETAIL_OPERAND(2), USDTPP_DETAIL_OPERAND(3), USDTPP_DETAIL_OPERAND(4) USDTPP_DETAIL_READS
#define USDTPP_DETAIL_INPUTS_5(evaluation) , USDTPP_DETAIL_FIRST_OPERAND(evaluation), USDTPP_DETAIL_OPERAND(2), USDTPP_DETAIL_OPERAND(3), USDTPP_DETAIL_OPERAND(4), USDTPP_DETAIL_OPERAND(5) USDTPP_DETAIL_READS
#define USDTPP_DETAIL_INPUTS_6(evaluation) , USDTPP_DETAIL_FIRST_OPERAND(evaluation), USDTPP_DETAIL_OPERAND(2), USDTPP_DETAIL_OPERAND(3), USDTPP_DETAIL_OPERAND(4), USDTPP_DETAIL_OPERAND(5), USDTPP_DETAIL_OPERAND(6) USDTPP_DETAIL_READS
#define USDTPP_DETAIL_INPUTS_7(evaluation) , USDTPP_DETAIL_FIRST_OPERAND(evaluation), USDTPP_DETAIL_OPERAND(2), USDTPP_DETAIL_OPERAND(3), USDTPP_DETAIL_OPERAND(4), USDTPP_DETAIL_OPERAND(5), USDTPP_DETAIL_OPERAND(6), USDTPP_DETAIL_OPERAND(7) USDTPP_DETAIL_READS
#define USDTPP_DETAIL_INPUTS_8(evaluation) , USDTPP_DETAIL_FIRST_OPERAND(evaluation), USDTPP_DETAIL_OPERAND(2), USDTPP_DETAIL_OPERAND(3), USDTPP_DETAIL_OPERAND(4), USDTPP_DETAIL_OPERAND(5), USDTPP_DETAIL_OPERAND(6), USDTPP_DETAIL_OPERAND(7), USDTPP_DETAIL_OPERAND(8) USDTPP_DETAIL_READS
#define USDTPP_DETAIL_INPUTS_9(evaluation) , USDTPP_DETAIL_FIRST_OPERAND(evaluation), USDTPP_DETAIL_OPERAND(2), USDTPP_DETAIL_OPERAND(3), USDTPP_DETAIL_OPERAND(4), USDTPP_DETAIL_OPERAND(5), USDTPP_DETAIL_OPERAND(6), USDTPP_DETAIL_OPERAND(7), USDTPP_DETAIL_OPERAND(8), USDTPP_DETAIL_OPERAND(9) USDTPP_DETAIL_READS
#define USDTPP_DETAIL_INPUTS_10(evaluation) , USDTPP_DETAIL_FIRST_OPERAND(evaluation), USDTPP_DETAIL_OPERAND(2), USDTPP_DETAIL_OPERAND(3), USDTPP_DETAIL_OPERAND(4), USDTPP_DETAIL_OPERAND(5), USDTPP_DETAIL_OPERAND(6), USDTPP_DETAIL_OPERAND(7), USDTPP_DETAIL_OPERAND(8), USDTPP_DETAIL_OPERAND(9), USDTPP_DETAIL_OPERAND(10) USDTPP_DETAIL_READS
#define USDTPP_DETAIL_INPUTS_11(evaluation) , USDTPP_DETAIL_FIRST_OPERAND(evaluation), USDTPP_DETAIL_OPERAND(2), USDTPP_DETAIL_OPERAND(3), USDTPP_DETAIL_OPERAND(4), USDTPP_DETAIL_OPERAND(5), USDTPP_DETAIL_OPERAND(6), USDTPP_DETAIL_OPERAND(7), USDTPP_DETAIL_OPERAND(8), USDTPP_DETAIL_OPERAND(9), USDTPP_DETAIL_OPERAND(10), USDTPP_DETAIL_OPERAND(11) USDTPP_DETAIL_READS
#define USDTPP_DETAIL_INPUTS_12(evaluation) , USDTPP_DETAIL_FIRST_OPERAND(evaluation), USDTPP_DETAIL_OPERAND(2), USDTPP_DETAIL_OPERAND(3), USDTPP_DETAIL_OPERAND(4), USDTPP_DETAIL_OPERAND(5), USDTPP_DETAIL_OPERAND(6), USDTPP_DETAIL_OPERAND(7), USDTPP_DETAIL_OPERAND(8), USDTPP_DETAIL_OPERAND(9), USDTPP_DETAIL_OPERAND(10), USDTPP_DETAIL_OPERAND(11), USDTPP_DETAIL_OPERAND(12) USDTPP_DETAIL_READS

#define USDTPP_DETAIL_STATEMENT(provider, name, semaphore, count, evaluation, description, more) \
    asm USDTPP_DETAIL_VOLATILE( \
        USDTPP_DETAIL_SITE USDTPP_DETAIL_KEEP_BASE USDTPP_DETAIL_OWN_NOTE \
        USDTPP_DETAIL_NOTE_SECTION USDTPP_DETAIL_BEGIN_NOTE semaphore "; .asciz \"" #provider "\", \"" #name "\", \"" \
        USDTPP_DETAIL_OPERANDS_##count USDTPP_DETAIL_END_NOTE \
        description \
        USDTPP_DETAIL_DEFINE_SEMAPHORE(semaphore) \
        : : "n"(usdtpp_arguments::usdtpp_facts) USDTPP_DETAIL_INPUTS_##count(evaluation) more)

#define USDTPP_DETAIL_FIRE(text, provider, name, count, evaluation) \
    USDTPP_DETAIL_FIRE_AT(USDTPP_DETAIL_FILE, __LINE__, text, provider, name, \
                          USDTPP_DETAIL_SEMAPHORE(provider, name), count, evaluation)

#if defined(USDTPP_DETAIL_ONE_STATEMENT)

// GCC merges equal statements at the ends of branches. So all that belongs to a site is one statement, or what is not
// has a hash there. The temporaries among the arguments go at the end of a statement expression; but GCC refuses that
// in a lambda that is a template argument, as there may be from C++20 on. So there the arguments are evaluated among
// the operands, in each of the statements of which one remains. No comma is outside of parentheses: a probe may be
// among the arguments of another.
#if __cplusplus > 201703L
#define USDTPP_DETAIL_FIRE_AT(file, line, text, provider, name, semaphore, count, evaluation) \
    USDTPP_DETAIL_IF_AWAITED(evaluation, #evaluation, \
                             USDTPP_DETAIL_DESCRIBED(file, line, text, provider, name, semaphore, count, \
                                                     static_cast<void>(0))) \
    { \
        USDTPP_DETAIL_DESCRIBED(file, line, text, provider, name, semaphore, count, evaluation); \
    }
#else
#define USDTPP_DETAIL_FIRE_AT(file, line, text, provider, name, semaphore, count, evaluation) \
    (static_cast<void>(evaluation), __extension__({ \
        USDTPP_DETAIL_DESCRIBED(file, line, text, provider, name, semaphore, count, static_cast<void>(0)); \
    }))
#endif
#if defined(USDTPP_NO_DESCRIPTIONS)
#define USDTPP_DETAIL_DESCRIBED(file, line, text, provider, name, semaphore, count, evaluation) \
    USDTPP_DETAIL_FIND_ANYWHERE(line) \
    USDTPP_DETAIL_STATEMENT(provider, name, semaphore, count, evaluation, USDTPP_DETAIL_BARE_DESCRIPTION, )
#else
#define USDTPP_DETAIL_DESCRIBED(file, line, text, provider, name, semaphore, count, evaluation) \
    USDTPP_DETAIL_FIND_ANYWHERE(line) \
    using usdtpp_way = typename usdtpp_arguments::kinds::template text_way_if<USDTPP_DETAIL_CAN_BE_PASTED(file text)>; \
    if constexpr (usdtpp_way::is_pasted) { \
        USDTPP_DETAIL_STATEMENT(provider, name, semaphore, count, evaluation, \
                                USDTPP_DETAIL_DESCRIPTION("0x1001", ".4byte " #line "; .asciz " #file ", " #text), ); \
    } else { \
        USDTPP_DETAIL_DEFINE_SOURCE(file "\0" text); \
        using usdtpp_text = decltype(usdtpp_way::words_of(static_cast<usdtpp_source*>(nullptr))); \
        USDTPP_DETAIL_TEXT_OF_PROBE; \
        USDTPP_DETAIL_STATEMENT(provider, name, semaphore, count, evaluation, \
                                USDTPP_DETAIL_DESCRIPTION("0x1002", USDTPP_DETAIL_HASH_OF_TEXT(line)), \
                                USDTPP_DETAIL_HASH); \
    }
#define USDTPP_DETAIL_HASH , [usdtpp_text] "n"(usdtpp_text::usdtpp_hash)
#endif

#else

// One expression, at whose end the temporaries among the arguments go: no destructor comes between the two statements.
#define USDTPP_DETAIL_FIRE_AT(file, line, text, provider, name, semaphore, count, evaluation) \
    (static_cast<void>(evaluation), __extension__({ \
        USDTPP_DETAIL_NO_MERGE(#file ":" #line ": " #text) { \
            USDTPP_DETAIL_STATEMENT(provider, name, semaphore, count, static_cast<void>(0), \
                                    USDTPP_DETAIL_BEGUN_DESCRIPTION, ); \
            USDTPP_DETAIL_DESCRIBE(file, line, text) \
        } \
    }))
#if defined(USDTPP_NO_DESCRIPTIONS)
#define USDTPP_DETAIL_BEGUN_DESCRIPTION USDTPP_DETAIL_BARE_DESCRIPTION
#define USDTPP_DETAIL_DESCRIBE(file, line, text)
#else
#define USDTPP_DETAIL_BEGUN_DESCRIPTION \
    ".section" USDTPP_DETAIL_BEGIN_DESCRIPTION("0x1001") " .previous;"
#endif
// Before 13 clang does not know this of asm statements. There it is another one in front, which makes nothing and
// differs as they do, that keeps them apart.
#if __clang_major__ >= 13
#define USDTPP_DETAIL_NO_MERGE(text) [[clang::nomerge]]
#else
#define USDTPP_DETAIL_NO_MERGE(text) asm volatile(".if 0; .ascii " text "; .endif");
#endif

#endif

#define USDTPP_DETAIL_IF_REACHED

// clang-format on

#endif
