// The description of a probe: a note of our own beside the one that tracers read. docs/note.md has its format.
#ifndef USDTPP_DETAIL_DESCRIPTION_HPP
#define USDTPP_DETAIL_DESCRIPTION_HPP

#include <usdtpp/detail/arch.hpp>
#include <usdtpp/detail/operands.hpp>
#include <usdtpp/detail/preprocessor.hpp>
#include <usdtpp/detail/processor.hpp>
#include <usdtpp/detail/source_text.hpp>

#if defined(__FILE_NAME__)
#define USDTPP_DETAIL_FILE __FILE_NAME__
#else
#define USDTPP_DETAIL_FILE __FILE__
#endif

// clang-format off

// The section goes with its function as that of the probe's note does (emit_native.hpp). Operand 0 are the kinds, and
// whether there is a long nop. Numbers are local labels, which nobody else uses.
#define USDTPP_DETAIL_BEGIN_NOTE_OF(type) \
    " .note.usdtpp, \"o?\", %%note, .Lusdtpp%=; .4byte 7, 8343f-8342f, " type "; .asciz \"usdtpp\", \"\"; 8342: "
#define USDTPP_DETAIL_BEGIN_DESCRIPTION(type) \
    USDTPP_DETAIL_BEGIN_NOTE_OF(type) USDTPP_DETAIL_ADDRESS " .Lusdtpp%=; .8byte " USDTPP_DETAIL_NUMBER(0) ";"
#define USDTPP_DETAIL_END_DESCRIPTION "; 8343: .balign 4;"
#define USDTPP_DETAIL_DESCRIPTION(type, line_and_text) \
    ".pushsection" USDTPP_DETAIL_BEGIN_DESCRIPTION(type) line_and_text USDTPP_DETAIL_END_DESCRIPTION " .popsection;"

#if defined(USDTPP_NO_DESCRIPTIONS)

// That there is a long nop is said all the same.
#if defined(USDTPP_DETAIL_LONG_NOP)
#define USDTPP_DETAIL_BARE_DESCRIPTION USDTPP_DETAIL_DESCRIPTION("0x1001", ".4byte 0; .2byte 0")
#else
#define USDTPP_DETAIL_BARE_DESCRIPTION ""
#endif

#else

// The type of the text. From C++20 on a probe may be in a lambda that is a part of a type, where GCC refuses the
// definition of a class. With modules GCC 12 fails on the other way.
#if __cpp_nontype_template_args >= 201911L && !defined(__cpp_modules)
#define USDTPP_DETAIL_DEFINE_SOURCE(file_and_text) \
    using usdtpp_source = ::usdtpp::detail::literal<::usdtpp::detail::literal_text{file_and_text}>
#else
#define USDTPP_DETAIL_DEFINE_SOURCE(file_and_text) \
    struct usdtpp_source { \
        const char* written = file_and_text; \
    }
#endif

#if defined(USDTPP_DETAIL_ONE_STATEMENT)

// Whether the text can be in the template of the probe's statement, where these characters have a meaning.
#define USDTPP_DETAIL_CAN_BE_PASTED(text) \
    !usdtpp_arguments::usdtpp_has_types && ::usdtpp::detail::has_none_of(text, "%{|}")

// Text that cannot has a note of its own, which another statement makes of numbers, and the probe's description has a
// hash of it. What the other one makes is the same wherever the compiler puts it.
#define USDTPP_DETAIL_HASH_OF_TEXT(line) ".4byte " #line "; .8byte " USDTPP_DETAIL_NUMBER([usdtpp_text])
#define USDTPP_DETAIL_MAKE_TEXT(Text) \
    asm USDTPP_DETAIL_VOLATILE( \
        ".Lusdtpp%=: .pushsection" USDTPP_DETAIL_BEGIN_NOTE_OF("0x2002") ".8byte " USDTPP_DETAIL_NUMBER(0) ", " \
            USDTPP_DETAIL_NUMBER(1) ", " USDTPP_DETAIL_NUMBER(2) ", " USDTPP_DETAIL_NUMBER(3) ", " USDTPP_DETAIL_NUMBER(4) ", " USDTPP_DETAIL_NUMBER(5) ", " USDTPP_DETAIL_NUMBER(6) ", " USDTPP_DETAIL_NUMBER(7) ", " \
            USDTPP_DETAIL_NUMBER(8) ", " USDTPP_DETAIL_NUMBER(9) ", " USDTPP_DETAIL_NUMBER(10) ", " USDTPP_DETAIL_NUMBER(11) ", " USDTPP_DETAIL_NUMBER(12) ", " USDTPP_DETAIL_NUMBER(13) ", " USDTPP_DETAIL_NUMBER(14) ", " \
            USDTPP_DETAIL_NUMBER(15) ", " USDTPP_DETAIL_NUMBER(16) ", " USDTPP_DETAIL_NUMBER(17) ", " USDTPP_DETAIL_NUMBER(18) ", " USDTPP_DETAIL_NUMBER(19) ", " USDTPP_DETAIL_NUMBER(20) ", " USDTPP_DETAIL_NUMBER(21) ", " \
            USDTPP_DETAIL_NUMBER(22) ", " USDTPP_DETAIL_NUMBER(23) ", " USDTPP_DETAIL_NUMBER(24) ", " USDTPP_DETAIL_NUMBER(25) ", " USDTPP_DETAIL_NUMBER(26) ", " USDTPP_DETAIL_NUMBER(27) ", " USDTPP_DETAIL_NUMBER(28) \
        USDTPP_DETAIL_END_DESCRIPTION " .popsection" \
        : : "n"(Text::usdtpp_hash), \
            "n"(Text::usdtpp_word_0), "n"(Text::usdtpp_word_1), "n"(Text::usdtpp_word_2), "n"(Text::usdtpp_word_3), \
            "n"(Text::usdtpp_word_4), "n"(Text::usdtpp_word_5), "n"(Text::usdtpp_word_6), "n"(Text::usdtpp_word_7), \
            "n"(Text::usdtpp_word_8), "n"(Text::usdtpp_word_9), "n"(Text::usdtpp_word_10), "n"(Text::usdtpp_word_11), \
            "n"(Text::usdtpp_word_12), "n"(Text::usdtpp_word_13), "n"(Text::usdtpp_word_14), "n"(Text::usdtpp_word_15), \
            "n"(Text::usdtpp_word_16), "n"(Text::usdtpp_word_17), "n"(Text::usdtpp_word_18), "n"(Text::usdtpp_word_19), \
            "n"(Text::usdtpp_word_20), "n"(Text::usdtpp_word_21), "n"(Text::usdtpp_word_22), "n"(Text::usdtpp_word_23), \
            "n"(Text::usdtpp_word_24), "n"(Text::usdtpp_word_25), "n"(Text::usdtpp_word_26), "n"(Text::usdtpp_word_27))

namespace usdtpp::detail {

template <class Source, class Kinds>
inline void text_of<Source, Kinds>::make() noexcept {
    USDTPP_DETAIL_MAKE_TEXT(text_of);
}

} // namespace usdtpp::detail

// The function has no instructions, but in code that is not optimised there would be a call of it. It is a function in
// other code since many operands take their time, also where they are never needed.
#if !defined(__NO_INLINE__)
#define USDTPP_DETAIL_TEXT_OF_PROBE usdtpp_text::make()
#else
#define USDTPP_DETAIL_TEXT_OF_PROBE USDTPP_DETAIL_MAKE_TEXT(usdtpp_text)
#endif

#else

// Clang takes any text in a statement without operands, but has no unique labels there, and no operand for the kinds.
// So the note begins in the probe's statement, and goes on behind it in the section that was left last. The two always
// stand one behind the other: clang does not move asm statements, and those at the beginning of two branches, which it
// merges if they are equal, are told not to be (emit_native.hpp).
#define USDTPP_DETAIL_BEGIN_TEXT ".previous;"
#define USDTPP_DETAIL_END_TEXT USDTPP_DETAIL_END_DESCRIPTION ".previous"

#define USDTPP_DETAIL_DESCRIBE(file, line, text) \
    if constexpr (!usdtpp_arguments::usdtpp_has_types) { \
        asm volatile(USDTPP_DETAIL_BEGIN_TEXT ".4byte " #line "; .asciz " #file ", " #text USDTPP_DETAIL_END_TEXT); \
    } else { \
        USDTPP_DETAIL_DEFINE_SOURCE(file "\0" text); \
        ::usdtpp::detail::describe<::usdtpp::detail::text_of<usdtpp_source, typename usdtpp_arguments::kinds>, line>(); \
    }

namespace usdtpp::detail {

// The same with the types of enumerations.
template <class Text, unsigned Line>
[[gnu::always_inline, gnu::no_instrument_function]] inline void describe() noexcept {
    asm volatile(USDTPP_DETAIL_BEGIN_TEXT ".4byte %c0; .8byte "
        "%c1, %c2, %c3, %c4, %c5, %c6, %c7, %c8, %c9, %c10, %c11, %c12, %c13, %c14, "
        "%c15, %c16, %c17, %c18, %c19, %c20, %c21, %c22, %c23, %c24, %c25, %c26, %c27, %c28" USDTPP_DETAIL_END_TEXT
        : : "n"(Line),
            "n"(Text::usdtpp_word_0), "n"(Text::usdtpp_word_1), "n"(Text::usdtpp_word_2), "n"(Text::usdtpp_word_3),
            "n"(Text::usdtpp_word_4), "n"(Text::usdtpp_word_5), "n"(Text::usdtpp_word_6), "n"(Text::usdtpp_word_7),
            "n"(Text::usdtpp_word_8), "n"(Text::usdtpp_word_9), "n"(Text::usdtpp_word_10), "n"(Text::usdtpp_word_11),
            "n"(Text::usdtpp_word_12), "n"(Text::usdtpp_word_13), "n"(Text::usdtpp_word_14), "n"(Text::usdtpp_word_15),
            "n"(Text::usdtpp_word_16), "n"(Text::usdtpp_word_17), "n"(Text::usdtpp_word_18), "n"(Text::usdtpp_word_19),
            "n"(Text::usdtpp_word_20), "n"(Text::usdtpp_word_21), "n"(Text::usdtpp_word_22), "n"(Text::usdtpp_word_23),
            "n"(Text::usdtpp_word_24), "n"(Text::usdtpp_word_25), "n"(Text::usdtpp_word_26), "n"(Text::usdtpp_word_27));
}

} // namespace usdtpp::detail

#endif
#endif

// clang-format on

#endif
