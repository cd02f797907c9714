// From the arguments of a probe to the operands of its asm statement.
//
//     auto* types = true ? nullptr : types_of<2>(x, y); // an operands<2, X, Y>*
//     std::remove_pointer_t<decltype(types)> operands;
//     operands.store(x, y);                             // now there are operands.usdtpp_1 and operands.usdtpp_2
//
// All of it is inlined, in every build.
#ifndef USDTPP_DETAIL_OPERANDS_HPP
#define USDTPP_DETAIL_OPERANDS_HPP

#include <cstring>

#include <usdtpp/argument.hpp>
#include <usdtpp/detail/arch.hpp>
#include <usdtpp/detail/kinds.hpp>
#include <usdtpp/detail/memory.hpp>
#include <usdtpp/detail/preprocessor.hpp>
#include <usdtpp/detail/processor.hpp>
#include <usdtpp/detail/sized.hpp>

namespace usdtpp::detail {

// The integers that operands are; whatever the user's types are called, these keep the instantiations few.
template <decltype(sizeof 0) Size, bool Signed>
struct integer {};
// clang-format off
template <> struct integer<1, true> { using type = std::int8_t; };
template <> struct integer<2, true> { using type = std::int16_t; };
template <> struct integer<4, true> { using type = std::int32_t; };
template <> struct integer<8, true> { using type = std::int64_t; };
template <> struct integer<1, false> { using type = std::uint8_t; };
template <> struct integer<2, false> { using type = std::uint16_t; };
template <> struct integer<4, false> { using type = std::uint32_t; };
template <> struct integer<8, false> { using type = std::uint64_t; };
// clang-format on

// What a note has before the `@`: the size in bytes, negative if signed.
template <class Operand>
inline constexpr int size_and_sign = std::is_signed_v<Operand> ? -int{sizeof(Operand)} : int{sizeof(Operand)};

// Tells GCC that the asm statements behind it read what `pointer` points to, wherever that ends: stores before the
// probe must not be dropped or delayed past it. All else may stay in registers, which a "memory" clobber would forbid.
// Clang needs no telling: to it any asm volatile may read whatever a pointer that it was given leads to.
USDTPP_DETAIL_INLINE const void* publish(const void* pointer) noexcept {
#if defined(__GNUC__) && !defined(__clang__)
    asm volatile("" : : "m"(*static_cast<const char(*)[]>(pointer)));
#endif
    return pointer;
}

// Of an operand that is said to be an address.
template <class Operand>
USDTPP_DETAIL_INLINE auto address_operand(Operand value) noexcept {
    fence();
    if constexpr (std::is_integral_v<Operand>) {
        const auto address = static_cast<std::uintptr_t>(value);
        return publish(reinterpret_cast<const void*>(address)); // NOLINT(performance-no-int-to-ptr)
    } else {
        return value; // a pointer, which is published, or no argument
    }
}

// What a value is for a tracer: an integer or a const void*. A type that cannot be an argument becomes a null pointer
// to `unreadable`, which `operands` reports.
template <class T>
USDTPP_DETAIL_INLINE auto operand(const T& value) noexcept {
    if constexpr (std::is_null_pointer_v<T>) {
        return static_cast<const void*>(nullptr);
    } else if constexpr (std::is_pointer_v<T> && std::is_function_v<std::remove_pointer_t<T>>) {
        return reinterpret_cast<std::uintptr_t>(value);
    } else if constexpr (std::is_pointer_v<T>) {
        return publish(const_cast<const void*>(static_cast<const volatile void*>(value)));
    } else if constexpr (is_readable_float<T>()) {
        typename integer<sizeof(T), false>::type bits;
        std::memcpy(&bits, &value, sizeof bits);
        return bits;
    } else if constexpr (is_readable_integer<T>()) {
        return static_cast<typename integer<sizeof(T), std::is_signed_v<T>>::type>(value);
    } else if constexpr (is_sized<T>) {
        return publish(value.data);
    } else if constexpr (std::is_same_v<T, size_of_previous>) {
        return std::uint64_t{}; // `operands` knows it
    } else if constexpr (is_address<T>) {
        using type = typename T::type;
        if constexpr (can_be_address(kind_of<decayed<type>>())) {
            return address_operand(operand(value.value));
        } else {
            return static_cast<const unreadable<type, reason::no_address>*>(nullptr);
        }
    } else if constexpr (is_unreadable<T>) {
        return static_cast<const T*>(nullptr);
    } else if constexpr (!has_result<T>) {
        return static_cast<const unreadable<T, reason::no_result>*>(nullptr);
    } else {
        using got = decltype(probe_argument<T>::get(value));
        using mapped = decltype(operand(probe_argument<T>::get(value)));
        if constexpr (std::is_class_v<got> && std::is_same_v<mapped, const void*> &&
                      !is_kind_of_address(own_kind<got>)) {
            return static_cast<const unreadable<T, reason::dangling>*>(nullptr);
        } else if constexpr (is_kind_of_address(own_kind<T>) && std::is_integral_v<mapped>) {
            return address_operand(operand(probe_argument<T>::get(value)));
        } else {
            return operand(probe_argument<T>::get(value));
        }
    }
}

// Classes are passed on by reference. What else there is (numbers, enumerations, pointers, arrays and functions as
// pointers) goes by value: so a bit-field, a packed member or a static const member without a definition does as well
// as a variable, and a volatile is read once.
template <class T>
using parameter = std::conditional_t<std::is_class_v<T> || std::is_union_v<T>, const T&, decayed<T>>;

template <class T>
using operand_type = decltype(operand(std::declval<parameter<T>>()));

// The compile errors. What the compiler says around them names this template's arguments: the argument's number and
// type.
template <int Number, class T, reason Reason>
struct argument_number {
    static_assert(Reason != reason::by_value,
                  "usdtpp: a class is no probe argument by value: pass a pointer to it, or one of its members, or "
                  "specialise usdtpp::probe_argument for it");
    static_assert(Reason != reason::member_pointer,
                  "usdtpp: a pointer to a member is no address: pass a pointer to that member of an object");
    static_assert(Reason != reason::too_wide,
                  "usdtpp: no tracer can read a value of this type, wider than 8 bytes: pass a pointer to it");
    static_assert(
        Reason != reason::no_number,
        "usdtpp: no tracer can read a value of this type, which is no integer, float or double: convert it to "
        "one of them, or pass a pointer to it");
    static_assert(Reason != reason::view,
                  "usdtpp: this type has no NUL at its end: pass USDTPP_SIZED(x), which makes two arguments of it, "
                  "its address and its length");
    static_assert(Reason != reason::no_view, "usdtpp: USDTPP_SIZED(x) is for what has data() and size()");
    static_assert(Reason != reason::no_address, "usdtpp: USDTPP_ADDRESS(x) is for an address: an integer or a pointer");
    static_assert(
        Reason != reason::no_result,
        "usdtpp: probe_argument<T>::get must return what is a probe argument without it: a number, a pointer");
    static_assert(Reason != reason::dangling,
                  "usdtpp: probe_argument<T>::get returns a temporary, which is gone when the probe fires: let it "
                  "return a number, or a pointer to something that lives longer");
};

template <int Number, class Operand>
struct readable_trait : std::true_type {};
template <int Number, class T, reason Reason>
struct readable_trait<Number, const unreadable<T, Reason>*>
    : std::bool_constant<(sizeof(argument_number<Number, T, Reason>) > 0)> {}; // instantiates it
template <int Number, class Operand>
inline constexpr bool is_readable = readable_trait<Number, Operand>::value;

// The operands of a probe with arguments of types T, as the members usdtpp_1, usdtpp_2 ... that the back-ends' macros
// name, and what the notes say of each before the `@`.
template <int Count, class... T>
struct operands {
    static_assert(Count == sizeof...(T),
                  "usdtpp: the preprocessor counts these arguments differently: write parentheses around one that has "
                  "a comma in it, and name the elements of a pack one by one; an overloaded function and a list in "
                  "braces are none unless they are converted to a type");
};
template <>
struct operands<0> : described_kinds<> {
    USDTPP_DETAIL_INLINE void store() noexcept {}
};
// One function stores all of them: at -O0 each call that is inlined has its arguments stored once more.
#define USDTPP_DETAIL_CLASS(i) class T##i
#define USDTPP_DETAIL_TYPE(i) T##i
#define USDTPP_DETAIL_PARAMETER(i) [[maybe_unused]] parameter<T##i> value_##i
#define USDTPP_DETAIL_MEMBER(i)                                                                                        \
    static_assert(is_readable<i, operand_type<T##i>>);                                                                 \
    enum : int { usdtpp_size_##i = size_and_sign<operand_type<T##i>> };                                                \
    USDTPP_DETAIL_SLOT operand_type<T##i> usdtpp_##i;
#define USDTPP_DETAIL_STORE(i)                                                                                         \
    if constexpr (std::is_same_v<T##i, size_of_previous>) {                                                            \
        usdtpp_##i = size;                                                                                             \
    } else {                                                                                                           \
        usdtpp_##i = operand(value_##i);                                                                               \
    }                                                                                                                  \
    if constexpr (is_sized<T##i>) {                                                                                    \
        size = value_##i.size;                                                                                         \
    }
#define USDTPP_DETAIL_OPERANDS(count)                                                                                  \
    template <USDTPP_DETAIL_LIST_##count(USDTPP_DETAIL_CLASS, USDTPP_DETAIL_CLASS)>                                    \
    struct operands<count, USDTPP_DETAIL_LIST_##count(USDTPP_DETAIL_TYPE, USDTPP_DETAIL_TYPE)>                         \
        : described_kinds<USDTPP_DETAIL_LIST_##count(USDTPP_DETAIL_TYPE, USDTPP_DETAIL_TYPE)> {                        \
        USDTPP_DETAIL_EACH_##count(USDTPP_DETAIL_MEMBER) USDTPP_DETAIL_INLINE                                          \
            void store(USDTPP_DETAIL_LIST_##count(USDTPP_DETAIL_PARAMETER, USDTPP_DETAIL_PARAMETER)) noexcept {        \
            [[maybe_unused]] std::uint64_t size;                                                                       \
            USDTPP_DETAIL_EACH_##count(USDTPP_DETAIL_STORE)                                                            \
        }                                                                                                              \
    }
USDTPP_DETAIL_OPERANDS(1);
USDTPP_DETAIL_OPERANDS(2);
USDTPP_DETAIL_OPERANDS(3);
USDTPP_DETAIL_OPERANDS(4);
USDTPP_DETAIL_OPERANDS(5);
USDTPP_DETAIL_OPERANDS(6);
USDTPP_DETAIL_OPERANDS(7);
USDTPP_DETAIL_OPERANDS(8);
USDTPP_DETAIL_OPERANDS(9);
USDTPP_DETAIL_OPERANDS(10);
USDTPP_DETAIL_OPERANDS(11);
USDTPP_DETAIL_OPERANDS(12);
#undef USDTPP_DETAIL_CLASS
#undef USDTPP_DETAIL_TYPE
#undef USDTPP_DETAIL_PARAMETER
#undef USDTPP_DETAIL_MEMBER
#undef USDTPP_DETAIL_STORE
#undef USDTPP_DETAIL_OPERANDS

// Never called; a local type among T... wants it defined all the same.
template <int Count, class... T>
operands<Count, T...>* types_of(const T&...) noexcept {
    return nullptr;
}

} // namespace usdtpp::detail

#endif
