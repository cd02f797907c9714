// Memory that a tracer reads though no pointer among the arguments says so: that which an integer leads to
// (USDTPP_ADDRESS), and that which nothing leads to (USDTPP_FENCE).
//
// Only GCC needs telling. To clang any asm volatile, and so any probe, reads all memory that something else could read.
#ifndef USDTPP_DETAIL_MEMORY_HPP
#define USDTPP_DETAIL_MEMORY_HPP

#include <type_traits>

#include <usdtpp/detail/arch.hpp>

namespace usdtpp::detail {

template <class T>
inline constexpr bool is_class = std::is_class_v<T> || std::is_union_v<T>;

// The argument of USDTPP_ADDRESS. What is no class goes by value, as arguments do without it (operands.hpp).
template <class T>
struct address {
    using type = T;
    std::conditional_t<is_class<T>, const T&, T> value;
};
template <class T, std::enable_if_t<is_class<T>, int> = 0>
address(const T&) -> address<T>;
template <class T, std::enable_if_t<!is_class<T>, int> = 0>
address(T) -> address<T>;

template <class T>
struct address_trait : std::false_type {};
template <class T>
struct address_trait<address<T>> : std::true_type {};
template <class T>
inline constexpr bool is_address = address_trait<T>::value;

} // namespace usdtpp::detail

// clang-format off

// A pointer of which nobody knows where it leads to. It takes no instruction, but a register.
#define USDTPP_DETAIL_UNKNOWN_POINTER(variable) const void* variable; asm("" : "=r"(variable))

// The statement reads, as far as GCC knows, what an unknown pointer leads to, so stores to whatever that could be are
// done before it. It is volatile memory, which GCC counts for all memory, also where `restrict` or a static variable
// whose address nobody takes would tell it otherwise. It writes nothing: unlike after a "memory" clobber, nothing is
// loaded again.
#if defined(__GNUC__) && !defined(__clang__) && !defined(USDTPP_DETAIL_BACKEND_DISABLED)
#define USDTPP_DETAIL_FENCE() \
    __extension__({ \
        USDTPP_DETAIL_UNKNOWN_POINTER(usdtpp_anything); \
        asm volatile("" : : "m"(*static_cast<const volatile char(*)[]>(usdtpp_anything))); \
    })
#else
#define USDTPP_DETAIL_FENCE() static_cast<void>(0)
#endif

// clang-format on

#endif
