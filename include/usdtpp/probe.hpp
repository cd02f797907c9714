// The public macros. usdtpp.hpp has the tour.
#ifndef USDTPP_PROBE_HPP
#define USDTPP_PROBE_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <usdtpp/argument.hpp>
#include <usdtpp/config.hpp>
#include <usdtpp/detail/arch.hpp>
#if defined(USDTPP_DETAIL_BACKEND_NATIVE)
#include <usdtpp/detail/emit_native.hpp>
#elif defined(USDTPP_DETAIL_BACKEND_SYS_SDT)
#include <usdtpp/detail/emit_sys_sdt.hpp>
#else
#include <usdtpp/detail/emit_disabled.hpp>
#endif

/// USDTPP_PROBE(provider, name, args...), in short PROBE: a probe that fires whenever it is reached.
///
/// A statement; one nop (x86-64: and a ten-byte nop behind it that leaves room for a call) and a note in section
/// .note.stapsdt. While no tracer is attached the nop is all there is to it.
///
/// provider, name: identifiers, keywords included; macros among them are expanded. They are one namespace for the whole
///     executable or shared object: the same pair in two places is one probe with two sites.
/// args: 0 to 12 values of the types that usdtpp/argument.hpp describes. Each is evaluated exactly once whenever the
///     probe is reached, traced or not, as the arguments of a function call are: in no particular order, and
///     temporaries live until the probe has fired. What pointers point to is up to date in memory then.
///
/// Nothing a constant expression can have in it: in a constexpr function, keep constant evaluation away from it.
#define USDTPP_PROBE(...) USDTPP_DETAIL_UNPACK(USDTPP_DETAIL_PROBE, #__VA_ARGS__, __VA_ARGS__)

/// USDTPP_PROBE_ENABLED(provider, name), in short PROBE_ENABLED: whether some tracer is attached to that probe in this
/// executable or shared object. An expression of type bool; costs one comparison with memory.
///
/// It reads a counter that the kernel changes whenever a tracer comes or goes, so two uses may differ; what it guards
/// must not rely on an earlier answer. A probe need not exist for it to compile: it is then always false.
#define USDTPP_PROBE_ENABLED(provider, name) USDTPP_DETAIL_ENABLED(provider, name)

/// USDTPP_PROBE_IF_ENABLED(provider, name, args...), in short PROBE_IF_ENABLED: fires, and evaluates its arguments,
/// only while a tracer is attached to that probe. Otherwise as USDTPP_PROBE. For arguments that cost something to
/// compute.
#define USDTPP_PROBE_IF_ENABLED(...) USDTPP_DETAIL_UNPACK(USDTPP_DETAIL_PROBE_IF_ENABLED, #__VA_ARGS__, __VA_ARGS__)

/// USDTPP_FENCE(): before a probe, for memory that tracers read though none of its arguments leads to it, as a global
/// variable: stores to it are done by then. An expression of type void, and no instruction.
///
/// It is for memory that other code could read: not a local variable whose address nobody has got. Nothing is loaded
/// again after it.
#define USDTPP_FENCE() USDTPP_DETAIL_FENCE()

#if !defined(USDTPP_NO_SHORT_NAMES)
#define PROBE(...) USDTPP_DETAIL_UNPACK(USDTPP_DETAIL_PROBE, #__VA_ARGS__, __VA_ARGS__)
#define PROBE_ENABLED(provider, name) USDTPP_PROBE_ENABLED(provider, name)
#define PROBE_IF_ENABLED(...) USDTPP_DETAIL_UNPACK(USDTPP_DETAIL_PROBE_IF_ENABLED, #__VA_ARGS__, __VA_ARGS__)
#endif

// Machinery from here on.

namespace usdtpp::detail {

// A literal: of a variable that comes with a header unit, GCC computes no strspn.
#define USDTPP_DETAIL_IDENTIFIER_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// This is evaluated for each probe. GCC computes strspn at once, and takes its time over each turn of a loop and each
// call.
#if defined(__GNUC__) && !defined(__clang__)
constexpr bool are_identifiers(const char* provider, const char* name) noexcept {
    return *provider > '9' && provider[__builtin_strspn(provider, USDTPP_DETAIL_IDENTIFIER_CHARACTERS)] == '\0' &&
           *name > '9' && name[__builtin_strspn(name, USDTPP_DETAIL_IDENTIFIER_CHARACTERS)] == '\0';
}
#else
struct identifier_table {
    bool allowed[256] = {};
    constexpr identifier_table() noexcept {
        for (const char* c = USDTPP_DETAIL_IDENTIFIER_CHARACTERS; *c != '\0'; ++c) {
            allowed[static_cast<unsigned char>(*c)] = true;
        }
    }
};
inline constexpr identifier_table identifier;

constexpr bool is_identifier(const char* name) noexcept {
    const bool starts_well = *name > '9';
    while (identifier.allowed[static_cast<unsigned char>(*name)]) {
        ++name;
    }
    return starts_well && *name == '\0';
}
constexpr bool are_identifiers(const char* provider, const char* name) noexcept {
    return is_identifier(provider) && is_identifier(name);
}
#endif

} // namespace usdtpp::detail

#define USDTPP_DETAIL_CHECK_NAMES(provider, name)                                                                      \
    static_assert(::usdtpp::detail::are_identifiers(#provider, #name),                                                 \
                  "usdtpp: the provider and the name of a probe must be identifiers (a macro among them is expanded)")

// The arguments stand here twice. The first time is never evaluated: it only tells their types, and lambdas may be
// among them, as in decltype they may not in C++17. The second time the back-end places in the same expression as its
// asm statement, so that temporaries live until the probe has fired.
#define USDTPP_DETAIL_PROBE(text, provider, name, count, arguments, ...)                                               \
    do {                                                                                                               \
        USDTPP_DETAIL_CHECK_NAMES(provider, name);                                                                     \
        USDTPP_DETAIL_IF_REACHED {                                                                                     \
            [[maybe_unused]] ::std::uint64_t usdtpp_size;                                                              \
            [[maybe_unused]] const auto* usdtpp_types =                                                                \
                ::usdtpp::detail::never ? ::usdtpp::detail::types_of<count> arguments : nullptr;                       \
            using usdtpp_arguments = ::std::remove_pointer_t<decltype(usdtpp_types)>;                                  \
            [[maybe_unused]] usdtpp_arguments* usdtpp_values;                                                          \
            USDTPP_DETAIL_FIRE(text, provider, name, count, USDTPP_DETAIL_EVALUATION(__VA_ARGS__));                    \
        }                                                                                                              \
    } while (false)
#define USDTPP_DETAIL_EVALUATION(...)                                                                                  \
    usdtpp_values = USDTPP_DETAIL_ADDRESS_OF(static_cast<usdtpp_arguments&>(usdtpp_arguments{__VA_ARGS__}))
// To clang 19 the address of a temporary may dangle; it does not follow this builtin.
#if defined(__clang__)
#define USDTPP_DETAIL_ADDRESS_OF(...) __builtin_launder(__builtin_addressof(__VA_ARGS__))
#else
#define USDTPP_DETAIL_ADDRESS_OF(...) __builtin_addressof(__VA_ARGS__)
#endif

#define USDTPP_DETAIL_ENABLED(provider, name)                                                                          \
    USDTPP_DETAIL_UNLIKELY([]() USDTPP_DETAIL_EXPRESSION_LAMBDA -> bool {                                              \
        USDTPP_DETAIL_CHECK_NAMES(provider, name);                                                                     \
        USDTPP_DETAIL_READ_SEMAPHORE(provider, name);                                                                  \
        return usdtpp_enabled;                                                                                         \
    }())

#define USDTPP_DETAIL_PROBE_IF_ENABLED(text, provider, name, count, arguments, ...)                                    \
    do {                                                                                                               \
        USDTPP_DETAIL_READ_SEMAPHORE(provider, name);                                                                  \
        if (USDTPP_DETAIL_UNLIKELY(usdtpp_enabled)) {                                                                  \
            USDTPP_DETAIL_PROBE(text, provider, name, count, arguments, __VA_ARGS__);                                  \
        }                                                                                                              \
    } while (false)

#endif
#endif
