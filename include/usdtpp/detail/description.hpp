// The description of a probe: a note of our own beside the one that tracers read. docs/note.md has its format.
//
// It holds text of the source, which cannot be in the template of the probe's asm statement: `%`, `{` and `|` have a
// meaning there, and no macro can take it away. So it has an asm statement of its own.
#ifndef USDTPP_DETAIL_DESCRIPTION_HPP
#define USDTPP_DETAIL_DESCRIPTION_HPP

#include <usdtpp/detail/arch.hpp>
#include <usdtpp/detail/preprocessor.hpp>
#include <usdtpp/detail/processor.hpp>
#include <usdtpp/detail/source_text.hpp>

#if defined(__FILE_NAME__)
#define USDTPP_DETAIL_FILE __FILE_NAME__
#else
#define USDTPP_DETAIL_FILE __FILE__
#endif

// clang-format off

// Numbers of local labels, which nobody else uses: the site, and the beginning and the end of what the note says.
#define USDTPP_DETAIL_HERE "8341: "
#define USDTPP_DETAIL_BEGIN_NOTE(site) \
    ".4byte 7, 8343f-8342f, 0x1001; .asciz \"usdtpp\", \"\"; 8342: " \
    USDTPP_DETAIL_ADDRESS " " site "; .8byte " USDTPP_DETAIL_NUMBER(0) ";"
#define USDTPP_DETAIL_END_NOTE "; 8343: .balign 4;"

// The two statements must stay together: compilers merge equal ones.
//
// Clang merges those at the beginning of two branches, and no others, unless it is told not to. Before version 13 it
// knows no such word for asm statements: there another one in front has the text, too, and makes nothing, so that only
// probes with the same text are merged, and their text with them. Clang takes text in a statement without operands, but
// has no unique labels there, and no operand for the kinds: so the note begins in the probe's statement, and goes on
// behind it in the section that was left last.
//
// GCC merges those at the end of two branches, from the last on. There the description stands in front, whole and with
// the kinds as an operand, and the probe's statement has the line, so that only probes of one line are merged, and their
// descriptions with them.
//
// The section goes with its function as that of the probe's note does (emit_native.hpp).
#if defined(USDTPP_NO_DESCRIPTIONS)
#if defined(USDTPP_DETAIL_LONG_NOP)
// What is left says that there is a long nop.
#define USDTPP_DETAIL_BEGIN_DESCRIPTION \
    ".pushsection .note.usdtpp, \"o?\", %%note, .Lusdtpp%=;" USDTPP_DETAIL_BEGIN_NOTE("8341b") \
    ".4byte 0; .2byte 0" USDTPP_DETAIL_END_NOTE ".popsection;"
#else
#define USDTPP_DETAIL_BEGIN_DESCRIPTION ""
#endif
#define USDTPP_DETAIL_KINDS_OF_PROBE ::usdtpp::detail::long_nop_mark
#elif defined(__clang__)
#define USDTPP_DETAIL_BEGIN_DESCRIPTION \
    ".section .note.usdtpp, \"o?\", %%note, .Lusdtpp%=;" USDTPP_DETAIL_BEGIN_NOTE("8341b") ".previous;"
#define USDTPP_DETAIL_BEGIN_SOURCE ".previous;"
#define USDTPP_DETAIL_END_SOURCE USDTPP_DETAIL_END_NOTE ".previous"
#define USDTPP_DETAIL_KINDS
#define USDTPP_DETAIL_CAN_BE_PASTED(text)
#else
#define USDTPP_DETAIL_BEGIN_DESCRIPTION ""
#define USDTPP_DETAIL_BEGIN_SOURCE \
    ".Lusdtpp%=: .pushsection .note.usdtpp, \"o?\", %%note, .Lusdtpp%=;" USDTPP_DETAIL_BEGIN_NOTE("8341f")
#define USDTPP_DETAIL_END_SOURCE USDTPP_DETAIL_END_NOTE ".popsection"
#define USDTPP_DETAIL_KINDS : : "n"(usdtpp_operands.usdtpp_kinds)
#define USDTPP_DETAIL_CAN_BE_PASTED(text) && ::usdtpp::detail::has_none_of(text, "%{|}")
#endif
#if !defined(USDTPP_NO_DESCRIPTIONS)
#define USDTPP_DETAIL_KINDS_OF_PROBE usdtpp_operands.usdtpp_kinds
#endif

// What stands in front of a probe's statement, in it, and behind it, besides what is above.
#if !defined(__clang__)
#define USDTPP_DETAIL_IN_FRONT(text) USDTPP_DETAIL_DESCRIBE(text)
#define USDTPP_DETAIL_INSIDE USDTPP_DETAIL_EXPANDED_LINE(__LINE__)
#define USDTPP_DETAIL_EXPANDED_LINE(line) USDTPP_DETAIL_LINE(line)
#define USDTPP_DETAIL_LINE(line) ".if 0; .4byte " #line "; .endif;"
#define USDTPP_DETAIL_BEHIND(text)
#else
#if __clang_major__ >= 13
#define USDTPP_DETAIL_IN_FRONT(text) [[clang::nomerge]]
#else
#define USDTPP_DETAIL_IN_FRONT(text) USDTPP_DETAIL_EXPANDED_MARK(USDTPP_DETAIL_FILE, __LINE__, text)
#define USDTPP_DETAIL_EXPANDED_MARK(file, line, text) USDTPP_DETAIL_MARK(file, line, text)
#define USDTPP_DETAIL_MARK(file, line, text) \
    asm volatile(".if 0; .4byte " #line "; .ascii " #file ", " #text "; .endif");
#endif
#define USDTPP_DETAIL_INSIDE ""
#define USDTPP_DETAIL_BEHIND(text) USDTPP_DETAIL_DESCRIBE(text)
#endif

#if defined(USDTPP_NO_DESCRIPTIONS)
#define USDTPP_DETAIL_DESCRIBE(text)
#else
#define USDTPP_DETAIL_DESCRIBE(text) USDTPP_DETAIL_EXPANDED_SOURCE(USDTPP_DETAIL_FILE, __LINE__, text)
#define USDTPP_DETAIL_EXPANDED_SOURCE(file, line, text) USDTPP_DETAIL_SOURCE(file, line, text)
// No comma outside of parentheses: a probe may be among the arguments of another.
#define USDTPP_DETAIL_SOURCE(file, line, text) \
    if constexpr ((!decltype(usdtpp_operands)::has_types USDTPP_DETAIL_CAN_BE_PASTED(file text))) { \
        asm USDTPP_DETAIL_VOLATILE( \
            USDTPP_DETAIL_BEGIN_SOURCE ".4byte " #line "; .asciz " #file ", " #text \
            USDTPP_DETAIL_END_SOURCE USDTPP_DETAIL_KINDS); \
    } else { \
        struct usdtpp_source { \
            const char* written = file "\0" text; \
        }; \
        ::usdtpp::detail::describe_source<usdtpp_source, decltype(usdtpp_operands), line>(); \
    }
#endif

#if !defined(USDTPP_NO_DESCRIPTIONS)
namespace usdtpp::detail {

// The same for any text, and with the types of enumerations. It returns something, or GCC makes a nop of the call at -O0.
template <class Source, class Operands, unsigned Line>
USDTPP_DETAIL_INLINE bool describe_source() noexcept {
    static_assert(source_text::words == 28);
    asm USDTPP_DETAIL_VOLATILE(
        USDTPP_DETAIL_BEGIN_SOURCE ".4byte " USDTPP_DETAIL_NUMBER(1) "; .8byte "
            USDTPP_DETAIL_NUMBER(2) ", " USDTPP_DETAIL_NUMBER(3) ", " USDTPP_DETAIL_NUMBER(4) ", " USDTPP_DETAIL_NUMBER(5) ", "
            USDTPP_DETAIL_NUMBER(6) ", " USDTPP_DETAIL_NUMBER(7) ", " USDTPP_DETAIL_NUMBER(8) ", " USDTPP_DETAIL_NUMBER(9) ", "
            USDTPP_DETAIL_NUMBER(10) ", " USDTPP_DETAIL_NUMBER(11) ", " USDTPP_DETAIL_NUMBER(12) ", " USDTPP_DETAIL_NUMBER(13) ", "
            USDTPP_DETAIL_NUMBER(14) ", " USDTPP_DETAIL_NUMBER(15) ", " USDTPP_DETAIL_NUMBER(16) ", " USDTPP_DETAIL_NUMBER(17) ", "
            USDTPP_DETAIL_NUMBER(18) ", " USDTPP_DETAIL_NUMBER(19) ", " USDTPP_DETAIL_NUMBER(20) ", " USDTPP_DETAIL_NUMBER(21) ", "
            USDTPP_DETAIL_NUMBER(22) ", " USDTPP_DETAIL_NUMBER(23) ", " USDTPP_DETAIL_NUMBER(24) ", " USDTPP_DETAIL_NUMBER(25) ", "
            USDTPP_DETAIL_NUMBER(26) ", " USDTPP_DETAIL_NUMBER(27) ", " USDTPP_DETAIL_NUMBER(28) ", " USDTPP_DETAIL_NUMBER(29)
        USDTPP_DETAIL_END_SOURCE
        : : "n"(Operands::usdtpp_kinds), "n"(Line),
            "n"(word_of<Source, Operands, 0>()), "n"(word_of<Source, Operands, 1>()), "n"(word_of<Source, Operands, 2>()), "n"(word_of<Source, Operands, 3>()),
            "n"(word_of<Source, Operands, 4>()), "n"(word_of<Source, Operands, 5>()), "n"(word_of<Source, Operands, 6>()), "n"(word_of<Source, Operands, 7>()),
            "n"(word_of<Source, Operands, 8>()), "n"(word_of<Source, Operands, 9>()), "n"(word_of<Source, Operands, 10>()), "n"(word_of<Source, Operands, 11>()),
            "n"(word_of<Source, Operands, 12>()), "n"(word_of<Source, Operands, 13>()), "n"(word_of<Source, Operands, 14>()), "n"(word_of<Source, Operands, 15>()),
            "n"(word_of<Source, Operands, 16>()), "n"(word_of<Source, Operands, 17>()), "n"(word_of<Source, Operands, 18>()), "n"(word_of<Source, Operands, 19>()),
            "n"(word_of<Source, Operands, 20>()), "n"(word_of<Source, Operands, 21>()), "n"(word_of<Source, Operands, 22>()), "n"(word_of<Source, Operands, 23>()),
            "n"(word_of<Source, Operands, 24>()), "n"(word_of<Source, Operands, 25>()), "n"(word_of<Source, Operands, 26>()), "n"(word_of<Source, Operands, 27>()));
    return true;
}

} // namespace usdtpp::detail
#endif

// clang-format on

#endif
