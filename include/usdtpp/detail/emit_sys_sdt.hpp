// The back-end on SystemTap's <sys/sdt.h>: for any ELF processor, and the yardstick for the native one.
//
// It is handed the same operands as the native back-end. What it cannot keep is in docs/limitations.md.
#ifndef USDTPP_DETAIL_EMIT_SYS_SDT_HPP
#define USDTPP_DETAIL_EMIT_SYS_SDT_HPP

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

#define USDTPP_DETAIL_VALUE(i) usdtpp_values.usdtpp_##i

// sys/sdt.h names each argument several times, so the values go through a function; that keeps temporaries alive too.
// It mentions the semaphore as a C++ variable, in an empty asm statement that only keeps it from being thrown away. The
// reference is there for that; the symbol of the same name that the note points to is defined in assembly. _SDT_PROBE is
// what all of sys/sdt.h's macros come down to; the public ones have another name for each number of arguments.
#define USDTPP_DETAIL_FIRE(text, provider, name, count, store) \
    [](auto usdtpp_values) USDTPP_DETAIL_INLINE_LAMBDA -> void { \
        static_cast<void>(usdtpp_values); \
        [[maybe_unused]] constexpr auto& provider##_##name##_semaphore = ::usdtpp::detail::mentioned; \
        asm volatile(USDTPP_DETAIL_DEFINE_SEMAPHORE(USDTPP_DETAIL_SEMAPHORE(provider, name)) : :); \
        _SDT_PROBE(provider, name, count, \
                   (USDTPP_DETAIL_LIST_##count(USDTPP_DETAIL_VALUE, USDTPP_DETAIL_VALUE))); \
    }((store, usdtpp_operands))

#define USDTPP_DETAIL_IF_REACHED

// clang-format on

#endif
