// The kinds of a probe's arguments, as its description has them.
#ifndef USDTPP_DETAIL_KINDS_HPP
#define USDTPP_DETAIL_KINDS_HPP

#include <usdtpp/argument.hpp>
#include <usdtpp/detail/memory.hpp>
#include <usdtpp/detail/sized.hpp>

namespace usdtpp::detail {

template <class T, class = void>
struct kind_member {
    static constexpr argument_kind value = argument_kind::unknown;
};
template <class T>
struct kind_member<T, std::void_t<decltype(probe_argument<T>::kind)>> {
    static constexpr argument_kind value = probe_argument<T>::kind;
};
template <class T>
inline constexpr argument_kind own_kind = kind_member<T>::value;

// char8_t is a type of its own from C++20 on.
#if defined(__cpp_char8_t)
template <class T>
inline constexpr bool is_text = std::is_same_v<T, char> || std::is_same_v<T, char8_t>;
#else
template <class T>
inline constexpr bool is_text = std::is_same_v<T, char>;
#endif
template <class T>
inline constexpr bool is_character =
    is_text<T> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;

// Without a result that could be an argument nothing goes on for ever.
template <class T>
using result_of_get = std::decay_t<decltype(probe_argument<T>::get(std::declval<const T&>()))>;
template <class T>
inline constexpr bool has_result = !std::is_void_v<result_of_get<T>> && !std::is_same_v<result_of_get<T>, T>;

constexpr bool is_kind_of_address(argument_kind kind) noexcept {
    return kind == argument_kind::pointer || kind == argument_kind::string || kind == argument_kind::sized_string;
}

// Of an integer or a pointer; unknown is what is no argument at all, and says so by itself.
constexpr bool can_be_address(argument_kind kind) noexcept {
    return is_kind_of_address(kind) || kind == argument_kind::signed_integer ||
           kind == argument_kind::unsigned_integer || kind == argument_kind::enumeration ||
           kind == argument_kind::unknown;
}

// What is no view says so by itself.
template <class View>
constexpr argument_kind kind_of_sized() noexcept {
    if constexpr (!is_view<View>) {
        return argument_kind::unknown;
    } else {
        return is_text<element_of<View>> ? argument_kind::sized_string : argument_kind::pointer;
    }
}

// T is what `converted` (operands.hpp) is made from, and this goes the way that it goes.
template <class T>
constexpr argument_kind kind_of() noexcept {
    if constexpr (std::is_same_v<T, bool>) {
        return argument_kind::boolean;
    } else if constexpr (is_character<T>) {
        return argument_kind::character;
    } else if constexpr (std::is_integral_v<T>) {
        return std::is_signed_v<T> ? argument_kind::signed_integer : argument_kind::unsigned_integer;
    } else if constexpr (std::is_floating_point_v<T>) {
        return sizeof(T) == sizeof(float) ? argument_kind::single_precision : argument_kind::double_precision;
    } else if constexpr (std::is_pointer_v<T>) {
        return is_text<std::remove_cv_t<std::remove_pointer_t<T>>> ? argument_kind::string : argument_kind::pointer;
    } else if constexpr (std::is_null_pointer_v<T>) {
        return argument_kind::pointer;
    } else if constexpr (is_sized<T>) {
        return kind_of_sized<typename T::type>();
    } else if constexpr (is_address<T>) {
        return argument_kind::pointer;
    } else if constexpr (is_unreadable<T>) {
        return argument_kind::unknown;
    } else if constexpr (own_kind<T> != argument_kind::unknown) {
        return own_kind<T>;
    } else if constexpr (has_result<T>) {
        return kind_of<result_of_get<T>>();
    } else {
        return argument_kind::unknown;
    }
}

// Four bits for each argument, and above those of twelve their number.
template <class... T>
constexpr std::uint64_t packed_kinds() noexcept {
    std::uint64_t all = std::uint64_t{sizeof...(T)} << 48;
    [[maybe_unused]] int bits = 0;
    ((static_cast<void>(all |= std::uint64_t{static_cast<unsigned char>(kind_of<decayed<T>>())} << bits), bits += 4),
     ...);
    return all;
}

template <bool IsPasted, class Kinds>
struct text_way; // source_text.hpp

template <class... T>
struct described_kinds {
    template <bool IsPasted>
    using text_way_if = text_way<IsPasted, described_kinds>;
    enum : std::uint64_t { usdtpp_kinds = packed_kinds<T...>() };
    enum : bool { has_types = ((kind_of<decayed<T>>() == argument_kind::enumeration) || ... || never) };
};

} // namespace usdtpp::detail

#endif
