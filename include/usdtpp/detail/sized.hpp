// The two arguments that USDTPP_SIZED makes of a value.
#ifndef USDTPP_DETAIL_SIZED_HPP
#define USDTPP_DETAIL_SIZED_HPP

#include <cstdint>
#include <type_traits>

#include <usdtpp/argument.hpp>
#include <usdtpp/detail/arch.hpp>
#include <usdtpp/detail/shapes.hpp>

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
    if constexpr (is_view<View>) {
        using element = std::remove_cv_t<std::remove_pointer_t<decltype(view.data())>>;
        return sized_value<element>{view.data(), static_cast<std::uint64_t>(view.size())};
    } else {
        return unreadable<View, reason::no_view>{};
    }
}

template <class T>
struct sized_trait : std::false_type {};
template <class Element>
struct sized_trait<sized_value<Element>> : std::true_type {};
template <class T>
inline constexpr bool is_sized = sized_trait<T>::value;

} // namespace usdtpp::detail

#endif
