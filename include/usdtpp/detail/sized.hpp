// The two arguments that USDTPP_SIZED makes of a value.
#ifndef USDTPP_DETAIL_SIZED_HPP
#define USDTPP_DETAIL_SIZED_HPP

#include <cstdint>
#include <type_traits>

#include <usdtpp/detail/arch.hpp>

namespace usdtpp::detail {

// Only the first sees the value.
template <class Element>
struct sized_value {
    using element = Element;
    const void* data;
    std::uint64_t size;
};
struct size_of_previous {};

template <class View>
USDTPP_DETAIL_INLINE auto sized(const View& view) noexcept {
    using element = std::remove_cv_t<std::remove_pointer_t<decltype(view.data())>>;
    return sized_value<element>{view.data(), static_cast<std::uint64_t>(view.size())};
}

template <class T>
inline constexpr bool is_sized = false;
template <class Element>
inline constexpr bool is_sized<sized_value<Element>> = true;

} // namespace usdtpp::detail

#endif
