// What compiler and processor decide: the back-end of this translation unit (exactly one USDTPP_DETAIL_BACKEND_... is
// defined), and how to have a function inlined in every build.
#ifndef USDTPP_DETAIL_ARCH_HPP
#define USDTPP_DETAIL_ARCH_HPP

#include <usdtpp/config.hpp>
#include <usdtpp/detail/processor.hpp>

#if defined(USDTPP_DISABLE) || !defined(__ELF__) || !defined(__GNUC__)
#define USDTPP_DETAIL_BACKEND_DISABLED
#elif !defined(USDTPP_USE_SYS_SDT) && defined(USDTPP_DETAIL_SITE)
#define USDTPP_DETAIL_BACKEND_NATIVE
#elif __has_include(<sys/sdt.h>)
#define USDTPP_DETAIL_BACKEND_SYS_SDT
#else
#error "usdtpp: <sys/sdt.h> is needed here but missing: install systemtap-sdt-dev, or define USDTPP_DISABLE"
#endif

// GCC takes an asm statement for as many instructions as it has lines when it decides what to inline; `inline` says
// one.
#if defined(__clang__) || __GNUC__ < 9
#define USDTPP_DETAIL_VOLATILE volatile
#else
#define USDTPP_DETAIL_VOLATILE volatile inline
#endif

// Of the native back-end there are two: GCC's is one asm statement, clang's is two (emit_native.hpp).
#if defined(USDTPP_DETAIL_BACKEND_NATIVE) && !defined(__clang__)
#define USDTPP_DETAIL_ONE_STATEMENT
#endif

// A lambda that a probe calls must vanish at -O0 too, and must not be instrumented: a probe is not a function of the
// user's.
#if defined(__GNUC__)
#define USDTPP_DETAIL_INLINE_LAMBDA __attribute__((always_inline, no_instrument_function))
#else
#define USDTPP_DETAIL_INLINE_LAMBDA
#endif

// GCC inlines no function into one with another target attribute: it refuses one that must be inlined, and calls one
// that need not be. A statement expression would do without, but GCC knows that only inside of functions.
#if defined(__GNUC__) && !defined(__clang__)
#define USDTPP_DETAIL_EXPRESSION_LAMBDA __attribute__((no_instrument_function))
#else
#define USDTPP_DETAIL_EXPRESSION_LAMBDA USDTPP_DETAIL_INLINE_LAMBDA
#endif

#if !defined(USDTPP_DETAIL_BACKEND_DISABLED)
#define USDTPP_DETAIL_UNLIKELY(condition) (__builtin_expect(condition, 0) != 0)
#else
#define USDTPP_DETAIL_UNLIKELY(condition) (condition)
#endif

// A cast that reads the bits of one number as another: GCC 11, clang 9.
#if defined(__has_builtin)
#if __has_builtin(__builtin_bit_cast)
#define USDTPP_DETAIL_HAS_BIT_CAST
#endif
#endif
#if defined(__GNUC__)
#define USDTPP_DETAIL_MAY_ALIAS __attribute__((may_alias))
#else
#define USDTPP_DETAIL_MAY_ALIAS
#endif

namespace usdtpp::detail {
// To compilers that warn of code which is never reached, a constant with a name may be another one in another build.
inline constexpr bool never = false;
} // namespace usdtpp::detail

#endif
