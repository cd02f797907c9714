// The description of a probe, beside the note that tracers read: docs/note.md has its format. It is two notes.
//
// The kinds of the arguments are known to the compiler, so they are operands of the probe's asm statement. Text of the
// source cannot be there: `%`, `{` and `|` have a meaning in a template with operands, and no macro can take it away.
// It is in an asm statement of its own behind that one, which has no operands.
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

// Numbers of local labels, which nobody else uses: the site, and the beginning and the end of what a note says.
#define USDTPP_DETAIL_HERE "8341: "
#define USDTPP_DETAIL_NOTE_HEADER(type) ".4byte 7, 8343f-8342f, " #type "; .asciz \"usdtpp\", \"\"; 8342: "
#define USDTPP_DETAIL_NOTE_END "; 8343: .balign 4;"

// The asm statement of the text goes with its function as the probe's note does (emit_native.hpp). Clang has no unique
// labels without operands; there it goes on in the section that the probe's statement, just before it, was in last.
// That would be wrong with GCC, which may let two probes share one such statement.
#if defined(__clang__)
#define USDTPP_DETAIL_BEGIN_ARGUMENTS ".section .note.usdtpp, \"o?\", %%note, .Lusdtpp%=;"
#define USDTPP_DETAIL_END_ARGUMENTS USDTPP_DETAIL_NOTE_END ".previous;"
#define USDTPP_DETAIL_BEGIN_SOURCE ".previous;"
#define USDTPP_DETAIL_END_SOURCE USDTPP_DETAIL_NOTE_END ".previous"
#define USDTPP_DETAIL_NO_OPERANDS
#define USDTPP_DETAIL_CAN_BE_PASTED(text)
#else
#define USDTPP_DETAIL_BEGIN_ARGUMENTS ".pushsection .note.usdtpp, \"o?\", %%note, .Lusdtpp%=;"
#define USDTPP_DETAIL_END_ARGUMENTS USDTPP_DETAIL_NOTE_END ".popsection;"
#define USDTPP_DETAIL_BEGIN_SOURCE ".Lusdtpp%=:" USDTPP_DETAIL_BEGIN_ARGUMENTS
#define USDTPP_DETAIL_END_SOURCE USDTPP_DETAIL_END_ARGUMENTS
// Without operands, and without a colon, it would be a barrier for memory.
#define USDTPP_DETAIL_NO_OPERANDS : :
#define USDTPP_DETAIL_CAN_BE_PASTED(text) && ::usdtpp::detail::has_none_of(text, "%{|}")
#endif

#if defined(USDTPP_NO_DESCRIPTIONS)
#define USDTPP_DETAIL_DESCRIBE_ARGUMENTS(count) ""
#define USDTPP_DETAIL_DESCRIBE_SOURCE(text)
#else
#define USDTPP_DETAIL_DESCRIBE_ARGUMENTS(count) \
    USDTPP_DETAIL_BEGIN_ARGUMENTS USDTPP_DETAIL_NOTE_HEADER(0x101) \
    USDTPP_DETAIL_ADDRESS " 8341b, _.stapsdt.base; .byte " #count "; .8byte " USDTPP_DETAIL_NUMBER(0) \
    USDTPP_DETAIL_END_ARGUMENTS
#define USDTPP_DETAIL_DESCRIBE_SOURCE(text) USDTPP_DETAIL_EXPANDED_SOURCE(USDTPP_DETAIL_FILE, __LINE__, text)
#define USDTPP_DETAIL_EXPANDED_SOURCE(file, line, text) USDTPP_DETAIL_SOURCE(file, line, text)
// No comma outside of parentheses: a probe may be among the arguments of another.
#define USDTPP_DETAIL_SOURCE(file, line, text) \
    if constexpr (!decltype(usdtpp_operands)::has_types USDTPP_DETAIL_CAN_BE_PASTED(file text)) { \
        asm USDTPP_DETAIL_VOLATILE( \
            USDTPP_DETAIL_BEGIN_SOURCE USDTPP_DETAIL_NOTE_HEADER(0x201) \
            USDTPP_DETAIL_ADDRESS " 8341b, _.stapsdt.base; .4byte " #line "; .asciz " #file ", " #text \
            USDTPP_DETAIL_END_SOURCE USDTPP_DETAIL_NO_OPERANDS); \
    } else { \
        struct usdtpp_source { \
            const char* written = file "\0" text; \
            unsigned written_in = line; \
            decltype(usdtpp_operands)* operands; \
        }; \
        ::usdtpp::detail::describe_source<usdtpp_source>(); \
    }
#endif

#if !defined(USDTPP_NO_DESCRIPTIONS)
namespace usdtpp::detail {

// The same for any text, and with the types of enumerations.
template <class Source>
USDTPP_DETAIL_INLINE void describe_source() noexcept {
    constexpr auto& text = text_with_types<Source>;
    static_assert(text.words == 28);
    asm USDTPP_DETAIL_VOLATILE(
        USDTPP_DETAIL_BEGIN_SOURCE USDTPP_DETAIL_NOTE_HEADER(0x201)
        USDTPP_DETAIL_ADDRESS " 8341b, _.stapsdt.base; .4byte " USDTPP_DETAIL_NUMBER(0) "; .8byte "
            USDTPP_DETAIL_NUMBER(1) ", " USDTPP_DETAIL_NUMBER(2) ", " USDTPP_DETAIL_NUMBER(3) ", " USDTPP_DETAIL_NUMBER(4) ", "
            USDTPP_DETAIL_NUMBER(5) ", " USDTPP_DETAIL_NUMBER(6) ", " USDTPP_DETAIL_NUMBER(7) ", " USDTPP_DETAIL_NUMBER(8) ", "
            USDTPP_DETAIL_NUMBER(9) ", " USDTPP_DETAIL_NUMBER(10) ", " USDTPP_DETAIL_NUMBER(11) ", " USDTPP_DETAIL_NUMBER(12) ", "
            USDTPP_DETAIL_NUMBER(13) ", " USDTPP_DETAIL_NUMBER(14) ", " USDTPP_DETAIL_NUMBER(15) ", " USDTPP_DETAIL_NUMBER(16) ", "
            USDTPP_DETAIL_NUMBER(17) ", " USDTPP_DETAIL_NUMBER(18) ", " USDTPP_DETAIL_NUMBER(19) ", " USDTPP_DETAIL_NUMBER(20) ", "
            USDTPP_DETAIL_NUMBER(21) ", " USDTPP_DETAIL_NUMBER(22) ", " USDTPP_DETAIL_NUMBER(23) ", " USDTPP_DETAIL_NUMBER(24) ", "
            USDTPP_DETAIL_NUMBER(25) ", " USDTPP_DETAIL_NUMBER(26) ", " USDTPP_DETAIL_NUMBER(27) ", " USDTPP_DETAIL_NUMBER(28)
        USDTPP_DETAIL_END_SOURCE
        : : "n"(Source{}.written_in),
            "n"(text.word(0)), "n"(text.word(1)), "n"(text.word(2)), "n"(text.word(3)),
            "n"(text.word(4)), "n"(text.word(5)), "n"(text.word(6)), "n"(text.word(7)),
            "n"(text.word(8)), "n"(text.word(9)), "n"(text.word(10)), "n"(text.word(11)),
            "n"(text.word(12)), "n"(text.word(13)), "n"(text.word(14)), "n"(text.word(15)),
            "n"(text.word(16)), "n"(text.word(17)), "n"(text.word(18)), "n"(text.word(19)),
            "n"(text.word(20)), "n"(text.word(21)), "n"(text.word(22)), "n"(text.word(23)),
            "n"(text.word(24)), "n"(text.word(25)), "n"(text.word(26)), "n"(text.word(27)));
}

} // namespace usdtpp::detail
#endif

// clang-format on

#endif
