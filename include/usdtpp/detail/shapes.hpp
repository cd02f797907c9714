// The standard library's types, recognised by their shape: a probe must not drag <chrono>, <memory> or <string> into
// the translation unit (in C++20 each of them costs more to compile than a thousand probes).
#ifndef USDTPP_DETAIL_SHAPES_HPP
#define USDTPP_DETAIL_SHAPES_HPP

#include <cstdint>
#include <type_traits>

namespace usdtpp::detail {

// As std::decay_t, which leaves a pointer that is `restrict` as it is: for the standard library that is no pointer.
template <class T>
struct without_restrict {
    using type = T;
};
#if defined(__GNUC__)
template <class T>
struct without_restrict<T* __restrict> {
    using type = T*;
};
#endif
template <class T>
using decayed = typename without_restrict<std::decay_t<const T>>::type;

// Numbers that tracers read, of the size of one of their own; _Float16 is none of them.
template <class T>
constexpr bool is_readable_integer() noexcept {
    if constexpr (std::is_integral_v<T>) {
        return sizeof(T) <= 8;
    }
    return false;
}
template <class T>
constexpr bool is_readable_float() noexcept {
    if constexpr (std::is_floating_point_v<T>) {
        return sizeof(T) == sizeof(float) || sizeof(T) == sizeof(double);
    }
    return false;
}

// Each is a class with a variable: of variable templates g++ 12 forgets partial specialisations in header units.
template <class T, class = void>
struct c_str_shape : std::false_type {};
template <class T>
struct c_str_shape<T, std::void_t<decltype(std::declval<const T&>().c_str())>>
    : std::is_pointer<decltype(std::declval<const T&>().c_str())> {};
template <class T>
inline constexpr bool has_c_str = c_str_shape<T>::value;

// unique_ptr, shared_ptr and others like them; not reference_wrapper, whose get() is no pointer.
template <class T, class = void>
struct smart_pointer_shape : std::false_type {};
template <class T>
struct smart_pointer_shape<T, std::void_t<typename T::element_type, decltype(std::declval<const T&>().get())>>
    : std::is_pointer<decltype(std::declval<const T&>().get())> {};
template <class T>
inline constexpr bool is_smart_pointer = smart_pointer_shape<T>::value;

template <class T, class = void>
struct duration_shape : std::false_type {};
template <class T>
struct duration_shape<T, std::void_t<typename T::rep, decltype(T::period::num), decltype(T::period::den),
                                     decltype(std::declval<const T&>().count())>> : std::true_type {};
template <class T>
inline constexpr bool is_duration = duration_shape<T>::value;

template <class T, class = void>
struct time_point_shape : std::false_type {};
template <class T>
struct time_point_shape<T, std::void_t<typename T::clock, decltype(std::declval<const T&>().time_since_epoch())>>
    : duration_shape<std::decay_t<decltype(std::declval<const T&>().time_since_epoch())>> {};
template <class T>
inline constexpr bool is_time_point = time_point_shape<T>::value;

// Converts to whatever enumeration the parameter of atomic<T>::load is. memory_order_relaxed is 0 in libstdc++ and
// libc++, after __ATOMIC_RELAXED.
struct relaxed_order {
    template <class Order, std::enable_if_t<std::is_enum_v<Order>, int> = 0>
    constexpr operator Order() const noexcept {
        return static_cast<Order>(0);
    }
};

template <class T, class = void>
struct atomic_shape : std::false_type {};
template <class T>
struct atomic_shape<T, std::void_t<decltype(std::declval<const T&>().is_lock_free()),
                                   decltype(std::declval<const T&>().load(relaxed_order{}))>> : std::true_type {};
template <class T>
inline constexpr bool is_atomic = atomic_shape<T>::value;

// error_code and error_condition.
template <class T, class = void>
struct error_code_shape : std::false_type {};
template <class T>
struct error_code_shape<
    T, std::void_t<decltype(std::declval<const T&>().category()), decltype(std::declval<const T&>().value())>>
    : std::true_type {};
template <class T>
inline constexpr bool is_error_code = error_code_shape<T>::value;

// string_view, span, vector, array: a pointer and a length, with no NUL at the end.
template <class T, class = void>
struct view_shape : std::false_type {};
template <class T>
struct view_shape<T, std::void_t<decltype(std::declval<const T&>().size()), decltype(std::declval<const T&>().data())>>
    : std::is_pointer<decltype(std::declval<const T&>().data())> {};
template <class T>
inline constexpr bool is_view = view_shape<T>::value;

constexpr std::intmax_t greatest_common_divisor(std::intmax_t a, std::intmax_t b) noexcept {
    return b == 0 ? a : greatest_common_divisor(b, a % b);
}

// Nanoseconds in a duration, truncated towards zero as std::chrono::duration_cast does; wraps beyond 292 years.
template <class Duration>
constexpr std::int64_t nanoseconds(const Duration& duration) noexcept {
    constexpr std::intmax_t giga = 1'000'000'000;
    constexpr std::intmax_t common = greatest_common_divisor(giga, Duration::period::den);
    constexpr std::intmax_t multiplier = Duration::period::num * (giga / common);
    constexpr std::intmax_t divisor = Duration::period::den / common;
    if constexpr (std::is_integral_v<typename Duration::rep>) {
        const auto product = static_cast<std::uint64_t>(duration.count()) * static_cast<std::uint64_t>(multiplier);
        return static_cast<std::int64_t>(product) / divisor;
    } else {
        return static_cast<std::int64_t>(duration.count() * multiplier / divisor);
    }
}

} // namespace usdtpp::detail

#endif
