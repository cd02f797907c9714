// The two arguments that USDTPP_SIZED makes of a value: its address, and its number of elements.
#ifndef USDTPP_DETAIL_SIZED_HPP
#define USDTPP_DETAIL_SIZED_HPP

#include <cstdint>
#include <type_traits>

#include <usdtpp/detail/shapes.hpp>

namespace usdtpp::detail {

// The first argument. What becomes its operand (operands.hpp) stores the number of elements in `size`, a variable of
// the probe's macro, which is the second argument: arguments are evaluated from left to right.
template <class View>
struct sized {
    using type = View;
    const View& view;
    std::uint64_t& size;
};
template <class View>
sized(const View&, std::uint64_t&) -> sized<View>;

template <class T>
struct sized_trait : std::false_type {};
template <class View>
struct sized_trait<sized<View>> : std::true_type {};
template <class T>
inline constexpr bool is_sized = sized_trait<T>::value;
template <class View>
using element_of = std::remove_cv_t<std::remove_pointer_t<decltype(std::declval<const View&>().data())>>;

} // namespace usdtpp::detail

#endif
