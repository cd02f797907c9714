// The back-end on SystemTap's <sys/sdt.h>: for any ELF processor, and the yardstick for the native one.
//
// It is handed the same operands as the native back-end. What it cannot keep is in docs/limitations.md.
#ifndef USDTPP_DETAIL_EMIT_SYS_SDT_HPP
#define USDTPP_DETAIL_EMIT_SYS_SDT_HPP

#include <usdtpp/detail/await.hpp>
#include <usdtpp/detail/operands.hpp>
#include <usdtpp/detail/preprocessor.hpp>
#include <usdtpp/detail/semaphore.hpp>

#if defined(_SYS_SDT_H) && !defined(_SDT_HAS_SEMAPHORES)
#error "usdtpp: <sys/sdt.h> came first and without semaphores: include usdtpp before it, or define _SDT_HAS_SEMAPHORES"
#endif
// sys/sdt.h's own switches: its probes carry semaphores, and arguments stay out of memory where there are registers for
// twelve of them; where there are not, they all go there, since tracers take a pair of registers for the first of it.
#if !defined(_SDT_HAS_SEMAPHORES)
#define _SDT_HAS_SEMAPHORES 1
#endif
#if !defined(STAP_SDT_ARG_CONSTRAINT) && defined(USDTPP_DETAIL_IN_MEMORY)
#define STAP_SDT_ARG_CONSTRAINT m
#elif !defined(STAP_SDT_ARG_CONSTRAINT) && defined(USDTPP_DETAIL_SITE)
#define STAP_SDT_ARG_CONSTRAINT nr
#endif
#include <sys/sdt.h>

namespace usdtpp::detail {

// Hidden, and one for all probes: a static variable of an inline function, which GCC makes a unique symbol, would keep
// a shared object from ever being unloaded.
__attribute__((visibility("hidden"))) inline constexpr unsigned short mentioned = 0;

} // namespace usdtpp::detail

// clang-format off

#define USDTPP_DETAIL_SEMAPHORE(provider, name) USDTPP_DETAIL_STRING(provider##_##name##_semaphore)

#define USDTPP_DETAIL_VALUE(i) usdtpp_values->usdtpp_##i.usdtpp_value

// The temporaries among the arguments go at the end of the statement expression. It mentions the semaphore as a C++
// variable, in an empty asm statement that only keeps it from being thrown away. The reference is there for that; the
// symbol of the same name that the note points to is defined in assembly. _SDT_PROBE is what all of sys/sdt.h's macros
// come down to; the public ones have another name for each number of arguments.
//
// GCC refuses statement expressions in a lambda that is a template argument, as there may be from C++20 on. There the
// arguments are evaluated among the operands.
#define USDTPP_DETAIL_SDT_PROBE(provider, name, count, first) \
    [[maybe_unused]] constexpr auto& provider##_##name##_semaphore = ::usdtpp::detail::mentioned; \
    asm volatile(USDTPP_DETAIL_DEFINE_SEMAPHORE(USDTPP_DETAIL_SEMAPHORE(provider, name)) : :); \
    _SDT_PROBE(provider, name, count, (USDTPP_DETAIL_LIST_##count(first, USDTPP_DETAIL_VALUE)))
#if !defined(__clang__) && __cplusplus > 201703L
#define USDTPP_DETAIL_FIRE(text, provider, name, count, evaluation) \
    USDTPP_DETAIL_IF_AWAITED(evaluation, #evaluation, USDTPP_DETAIL_SDT_PROBE(provider, name, count, USDTPP_DETAIL_VALUE(1))) \
    { \
        USDTPP_DETAIL_SDT_PROBE(provider, name, count, (evaluation, USDTPP_DETAIL_VALUE(1))); \
    }
#else
#define USDTPP_DETAIL_FIRE(text, provider, name, count, evaluation) \
    (static_cast<void>(evaluation), \
     __extension__({ USDTPP_DETAIL_SDT_PROBE(provider, name, count, USDTPP_DETAIL_VALUE(1)); }))
#endif

#define USDTPP_DETAIL_IF_REACHED

// clang-format on

#endif
