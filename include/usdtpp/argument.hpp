// How a C++ value becomes a probe argument, and how to teach it your own types.
//
// What a tracer reads is an integer of 1, 2, 4 or 8 bytes with its sign, or an address. docs/arguments.md has the whole
// table of what each C++ type becomes.
#ifndef USDTPP_ARGUMENT_HPP
#define USDTPP_ARGUMENT_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <cstdint>
#include <type_traits>

#include <usdtpp/argument_kind.hpp>
#include <usdtpp/detail/shapes.hpp>

namespace usdtpp {

namespace detail {
// What is known by the type itself, where the type of `get`'s result says less.
template <class T>
inline constexpr argument_kind kind_by_shape = std::is_enum_v<T>  ? argument_kind::enumeration
                                               : is_duration<T>   ? argument_kind::duration
                                               : is_time_point<T> ? argument_kind::time_point
                                                                  : argument_kind::unknown;

// What `get` returns for a type that is no probe argument, and why it is none.
enum class reason { by_value, member_pointer, too_wide, no_number, view, no_view, no_address, no_result, dangling };
template <class T, reason Reason>
struct unreadable {};
template <class T>
struct unreadable_trait : std::false_type {};
template <class T, reason Reason>
struct unreadable_trait<unreadable<T, Reason>> : std::true_type {};
template <class T>
inline constexpr bool is_unreadable = unreadable_trait<T>::value;

// Tells a probe_argument that is no user's.
struct general_argument {};
} // namespace detail

/// What a value of class or enumeration type T is for a tracer. Specialise it for a type of your own:
///
///     template <>
///     struct usdtpp::probe_argument<order_id> {
///         static std::uint64_t get(const order_id& id) noexcept { return id.raw(); }
///     };
///
/// `get` takes the value by const reference or by value and returns something that already is a probe argument: an
/// integer, a pointer to memory that outlives the call, a duration ... It runs once each time the probe is reached, in
/// the place of the argument, so keep it cheap and noexcept. The second parameter is for std::enable_if.
///
/// For tools the argument is of the kind that the result of `get` is. A member says otherwise:
///
///         static constexpr auto kind = usdtpp::argument_kind::duration;
///
/// With `pointer` or `string` an integer is the address of memory that tracers read, as by USDTPP_ADDRESS.
///
/// Out of the box: enumerations (by their underlying type), NUL-terminated strings (`c_str()`), smart pointers
/// (`get()`), durations and time points (nanoseconds, signed, 8 bytes), atomics (relaxed load), error codes
/// (`value()`).
template <class T, class Enable = void>
struct probe_argument : detail::general_argument {
    static constexpr argument_kind kind = detail::kind_by_shape<T>;
    static constexpr auto get(const T& value) noexcept {
        if constexpr (std::is_enum_v<T>) {
            return static_cast<std::underlying_type_t<T>>(value);
        } else if constexpr (detail::has_c_str<T>) {
            return value.c_str();
        } else if constexpr (detail::is_smart_pointer<T>) {
            return value.get();
        } else if constexpr (detail::is_duration<T>) {
            return detail::nanoseconds(value);
        } else if constexpr (detail::is_time_point<T>) {
            return detail::nanoseconds(value.time_since_epoch());
        } else if constexpr (detail::is_atomic<T>) {
            return value.load(detail::relaxed_order{});
        } else if constexpr (detail::is_error_code<T>) {
            return value.value();
        } else if constexpr (detail::is_view<T>) {
            return detail::unreadable<T, detail::reason::view>{};
        } else if constexpr (std::is_class_v<T> || std::is_union_v<T>) {
            return detail::unreadable<T, detail::reason::by_value>{};
        } else if constexpr (std::is_member_pointer_v<T>) {
            return detail::unreadable<T, detail::reason::member_pointer>{};
        } else if constexpr (sizeof(T) > 8) {
            return detail::unreadable<T, detail::reason::too_wide>{};
        } else {
            return detail::unreadable<T, detail::reason::no_number>{};
        }
    }
};

} // namespace usdtpp

/// Two probe arguments from one value that has `data()` and `size()` and no NUL at its end (std::string_view,
/// std::span, std::vector, std::array): its address, and its number of elements as an unsigned integer of 8 bytes.
/// The value is evaluated once.
///
///     PROBE(http, request, USDTPP_SIZED(path));   // bpftrace: buf(arg0, arg1)
#define USDTPP_SIZED(value) (::usdtpp::detail::sized{(value), usdtpp_size}), usdtpp_size

/// USDTPP_ADDRESS(x): one argument from x, an integer that is the address of memory which tracers read. What it leads
/// to is up to date when the probe fires, as it is for a pointer. For tools it is a pointer, named x. USDTPP_FENCE is
/// for memory that no argument leads to.
///
///     PROBE(server, request, USDTPP_ADDRESS(reinterpret_cast<std::uintptr_t>(&request) | flags));
#define USDTPP_ADDRESS(...) (::usdtpp::detail::address{__VA_ARGS__})

/// USDTPP_NAMED(name, x): the argument x under a name of its own in the description of the probe. Without it, the name
/// is what you wrote. For the probe it is x.
///
///     PROBE(cache, miss, USDTPP_NAMED(shard, hash(key) % shards));
#define USDTPP_NAMED(name, ...) (static_cast<void>(sizeof(#name)), __VA_ARGS__)

#endif
#endif
