// Mistakes of other USDT headers, put into ours to see that the tests notice. With USDTPP_TEST_PLANT=MISTAKE in the
// environment, the tests compile everything with this header in front and USDTPP_TEST_PLANT_MISTAKE defined.
#include <usdtpp/usdtpp.hpp>

#if defined(USDTPP_DETAIL_BACKEND_NATIVE)
// clang-format off

// An argument that is a variable of static storage: counter(%rip).
#if defined(USDTPP_TEST_PLANT_rip_relative)
namespace planted {
template <class T, int Number>
static inline T copy;
}
#undef USDTPP_DETAIL_FIRST_OPERAND
#undef USDTPP_DETAIL_OPERAND
#define PLANTED_TYPE(i) decltype(usdtpp_arguments::usdtpp_##i.usdtpp_value)
#define PLANTED_COPY(i) planted::copy<PLANTED_TYPE(i), i>
#define USDTPP_DETAIL_FIRST_OPERAND(evaluation) \
    "n"(usdtpp_values->usdtpp_1.usdtpp_size), \
    "m"((evaluation, PLANTED_COPY(1) = usdtpp_values->usdtpp_1.usdtpp_value, PLANTED_COPY(1)))
#define USDTPP_DETAIL_OPERAND(i) \
    "n"(usdtpp_values->usdtpp_##i.usdtpp_size), \
    "m"((PLANTED_COPY(i) = usdtpp_values->usdtpp_##i.usdtpp_value, PLANTED_COPY(i)))

// enum class : int8_t as `1@`.
#elif defined(USDTPP_TEST_PLANT_lost_sign)
#undef USDTPP_DETAIL_FIRST_OPERAND
#undef USDTPP_DETAIL_OPERAND
#define USDTPP_DETAIL_FIRST_OPERAND(evaluation) \
    "n"(usdtpp_values->usdtpp_1.usdtpp_size < 0 ? -usdtpp_values->usdtpp_1.usdtpp_size : +usdtpp_values->usdtpp_1.usdtpp_size), \
    "nr"((evaluation, usdtpp_values->usdtpp_1.usdtpp_value))
#define USDTPP_DETAIL_OPERAND(i) \
    "n"(usdtpp_values->usdtpp_##i.usdtpp_size < 0 ? -usdtpp_values->usdtpp_##i.usdtpp_size : +usdtpp_values->usdtpp_##i.usdtpp_size), \
    "nr"(usdtpp_values->usdtpp_##i.usdtpp_value)

// Every argument stored to the stack first.
#elif defined(USDTPP_TEST_PLANT_spilled_argument)
#undef USDTPP_DETAIL_FIRST_OPERAND
#undef USDTPP_DETAIL_OPERAND
#define USDTPP_DETAIL_FIRST_OPERAND(evaluation) \
    "n"(usdtpp_values->usdtpp_1.usdtpp_size), "m"((evaluation, usdtpp_values->usdtpp_1.usdtpp_value))
#define USDTPP_DETAIL_OPERAND(i) \
    "n"(usdtpp_values->usdtpp_##i.usdtpp_size), "m"(usdtpp_values->usdtpp_##i.usdtpp_value)

// The site is the nop that Linux 6.18 turns into a call, over the red zone.
#elif defined(USDTPP_TEST_PLANT_five_byte_nop)
#undef USDTPP_DETAIL_SITE
#define USDTPP_DETAIL_SITE ".Lusdtpp%=: .byte 0x0f, 0x1f, 0x44, 0, 0;"

// A note that does not belong to the COMDAT group of its function; one that is not tied to its section; one that a
// linker may take for that of a function with the same instructions.
#elif defined(USDTPP_TEST_PLANT_note_without_group)
#undef USDTPP_DETAIL_NOTE_SECTION
#define USDTPP_DETAIL_NOTE_SECTION ".pushsection .note.stapsdt, \"\", %%note;"
#elif defined(USDTPP_TEST_PLANT_note_without_link_order)
#undef USDTPP_DETAIL_NOTE_SECTION
#define USDTPP_DETAIL_NOTE_SECTION ".pushsection .note.stapsdt, \"?\", %%note;"
#elif defined(USDTPP_TEST_PLANT_note_that_folds)
#undef USDTPP_DETAIL_OWN_NOTE
#define USDTPP_DETAIL_OWN_NOTE ""
#else
#error "USDTPP_TEST_PLANT names no mistake that is known here"
#endif

// clang-format on
#endif
