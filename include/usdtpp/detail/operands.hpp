// From the arguments of a probe to the operands of its asm statement.
//
//     auto* types = true ? nullptr : types_of<2>(x, y); // an arguments<2, X, Y>*
//     std::remove_pointer_t<decltype(types)>{{x}, {y}}  // has usdtpp_1.usdtpp_value and usdtpp_2.usdtpp_value
//
// The arguments of a probe are an aggregate, and so is each of them: what they become is computed by initialisers of
// members. So no function is called but `get` of classes. A function of ours would have to be inlined, in every build,
// and GCC refuses that in a function with target attributes, or calls it in one that is not optimised.
#ifndef USDTPP_DETAIL_OPERANDS_HPP
#define USDTPP_DETAIL_OPERANDS_HPP

#include <cstdint>
#include <type_traits>

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
template <class T>
using integer_of = typename integer<sizeof(T), std::is_signed_v<T>>::type;

// What a note has before the `@`: the size in bytes, negative if signed.
template <class Operand>
inline constexpr int size_and_sign = std::is_signed_v<Operand> ? -int{sizeof(Operand)} : int{sizeof(Operand)};

// Arguments of class type are referred to. What else there is (numbers, enumerations, pointers, arrays and functions as
// pointers) goes by value: so a bit-field, a packed member or a static const member without a definition does as well
// as a variable, and a volatile is read once.
template <class T>
using parameter = std::conditional_t<is_class<T>, const T&, decayed<T>>;

// What a value is for a tracer, in `usdtpp_value`: an integer or a const void*. A type that cannot be an argument
// becomes a null pointer to `unreadable`, which `arguments` reports. T is decayed.
#define USDTPP_DETAIL_SIZE enum : int { usdtpp_size = size_and_sign<decltype(usdtpp_value)> };
template <class T, class Enable = void>
struct converted;
template <class T>
using operand_type = decltype(converted<decayed<T>>::usdtpp_value);

template <class T>
struct converted<T, std::enable_if_t<is_readable_integer<T>()>> {
    integer_of<T> usdtpp_value;
    USDTPP_DETAIL_SIZE
};

template <class T>
struct converted<T, std::enable_if_t<is_readable_float<T>()>> {
    using bits = typename integer<sizeof(T), false>::type;
    T value;
#if defined(USDTPP_DETAIL_HAS_BIT_CAST)
    bits usdtpp_value = __builtin_bit_cast(bits, value);
#else
    using bits_in_place USDTPP_DETAIL_MAY_ALIAS = bits;
    bits usdtpp_value = reinterpret_cast<const bits_in_place&>(value);
#endif
    USDTPP_DETAIL_SIZE
};

template <class T>
inline constexpr bool is_function_pointer = std::is_pointer_v<T>&& std::is_function_v<std::remove_pointer_t<T>>;
template <class T>
struct converted<T, std::enable_if_t<is_function_pointer<T>>> {
    T value;
    std::uintptr_t usdtpp_value = reinterpret_cast<std::uintptr_t>(value);
    USDTPP_DETAIL_SIZE
};

template <class T>
inline constexpr bool is_data_pointer = std::is_null_pointer_v<T> || (std::is_pointer_v<T> && !is_function_pointer<T>);
template <class T>
struct converted<T, std::enable_if_t<is_data_pointer<T> && std::is_convertible_v<T, const void*>>> {
    const void* usdtpp_value;
    USDTPP_DETAIL_SIZE
};
template <class T>
struct converted<T, std::enable_if_t<is_data_pointer<T> && !std::is_convertible_v<T, const void*>>> {
    const volatile void* value;
    const void* usdtpp_value = const_cast<const void*>(value);
    USDTPP_DETAIL_SIZE
};

// An enumeration that is what its value is, and not what a user's probe_argument makes of it.
template <class T>
constexpr bool is_plain_enumeration() noexcept {
    if constexpr (std::is_enum_v<T>) {
        return std::is_base_of_v<general_argument, probe_argument<T>>;
    }
    return false;
}
template <class T>
struct converted<T, std::enable_if_t<is_plain_enumeration<T>()>> {
    using number = integer_of<std::underlying_type_t<T>>;
    T value;
    number usdtpp_value = static_cast<number>(value);
    USDTPP_DETAIL_SIZE
};

template <class View>
struct converted<sized<View>, std::enable_if_t<is_view<View>>> {
    sized<View> value;
    const void* usdtpp_value = (static_cast<void>(value.size = static_cast<std::uint64_t>(value.view.size())),
                                const_cast<const void*>(static_cast<const volatile void*>(value.view.data())));
    USDTPP_DETAIL_SIZE
};

template <class View>
struct converted<sized<View>, std::enable_if_t<!is_view<View>>> {
    sized<View> value;
    const unreadable<View, reason::no_view>* usdtpp_value = nullptr;
    USDTPP_DETAIL_SIZE
};

template <class T>
struct converted<T, std::enable_if_t<is_unreadable<T>>> {
    T value;
    const T* usdtpp_value = nullptr;
    USDTPP_DETAIL_SIZE
};

// A value of type Result from what another one is converted to: it is the same, or an address from an integer, or a way
// to say why there is none.
template <class Converted, class Result, bool IsAddress = std::is_pointer_v<Result>>
struct by_way_of {
    Converted other;
    Result usdtpp_value = other.usdtpp_value;
};
template <class Converted, class Result>
struct by_way_of<Converted, Result, true> {
    Converted other;
    Result usdtpp_value = reinterpret_cast<Result>(std::uintptr_t(other.usdtpp_value));
};

// What an operand becomes where it is said to be an address.
template <class Operand>
using as_address = std::conditional_t<std::is_integral_v<Operand>, const void*, Operand>;

template <class T>
struct converted<address<T>> {
    using operand = std::conditional_t<can_be_address(kind_of<decayed<T>>()), as_address<operand_type<T>>,
                                       const unreadable<T, reason::no_address>*>;
    address<T> value;
    by_way_of<converted<decayed<T>>, operand> made = {{value.value}};
    operand usdtpp_value = made.usdtpp_value;
    USDTPP_DETAIL_SIZE
};

template <class T>
constexpr bool has_no_result() noexcept {
    if constexpr (std::is_pointer_v<T> || std::is_null_pointer_v<T> || is_readable_integer<T>() ||
                  is_readable_float<T>()) {
        return false;
    } else {
        return !has_result<T>;
    }
}
template <class T>
struct converted<T, std::enable_if_t<has_no_result<T>()>> {
    parameter<T> value;
    const unreadable<T, reason::no_result>* usdtpp_value = nullptr;
    USDTPP_DETAIL_SIZE
};

// All other types: by their probe_argument.
template <class T, class Enable>
struct converted {
    using got = decltype(probe_argument<T>::get(std::declval<parameter<T>>()));
    using got_operand = operand_type<got>;
    static constexpr bool is_dangling =
        std::is_class_v<got> && std::is_same_v<got_operand, const void*> && !is_kind_of_address(own_kind<got>);
    using operand =
        std::conditional_t<is_dangling, const unreadable<T, reason::dangling>*,
                           std::conditional_t<is_kind_of_address(own_kind<T>), as_address<got_operand>, got_operand>>;
    parameter<T> value;
    by_way_of<converted<decayed<got>>, operand> made = {{probe_argument<T>::get(value)}};
    operand usdtpp_value = made.usdtpp_value;
    USDTPP_DETAIL_SIZE
};

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
template <int Number>
constexpr bool are_readable() noexcept {
    return true;
}
template <int Number, class T, class... More>
constexpr bool are_readable() noexcept {
    return readable_trait<Number, operand_type<T>>::value && are_readable<Number + 1, More...>();
}

// What pointers lead to must be in memory when the probe fires, and GCC must not think it dead. So the asm statement
// has an operand that is memory if there are pointers, and a constant if not: `usdtpp_all`. Its constraint ("g") allows
// both; a class that is not trivial is always in memory. It is so large, and so little is known of where it begins,
// that it may be any memory: also to a caller of the function, which GCC tells what the function reads. Nothing is
// loaded again after it, as after a "memory" clobber.
#if defined(USDTPP_DETAIL_ONE_STATEMENT)
struct memory {
    memory();
    memory(const memory&);
    ~memory();
    char bytes[static_cast<decltype(sizeof 0)>(-1) / 4];
};
struct some_memory {
    memory usdtpp_all;
};
struct no_memory {
    enum { usdtpp_all = 0 };
};
template <class T>
inline constexpr bool is_pointer = std::is_same_v<operand_type<T>, const void*>;
template <class... T>
using memory_of = std::conditional_t<(is_pointer<T> || ...), some_memory, no_memory>;
#endif

// The arguments of a probe, of types T, as the members usdtpp_1, usdtpp_2 ... that the back-ends' macros name, and what
// the notes say of each before the `@`. Where operands are in memory, usdtpp_slot_1 ... are they.
template <int Count, class... T>
struct arguments {
    static_assert(Count == sizeof...(T),
                  "usdtpp: the preprocessor counts these arguments differently: write parentheses around one that has "
                  "a comma in it, and name the elements of a pack one by one");
};
// What a description has of them: operand 0 of the probe's statement.
#define USDTPP_DETAIL_DESCRIBED_KINDS(...)                                                                             \
    using kinds = described_kinds<__VA_ARGS__>;                                                                        \
    enum : std::uint64_t { usdtpp_facts = USDTPP_DETAIL_FACTS(kinds::usdtpp_kinds) };                                  \
    enum : bool { usdtpp_has_types = kinds::has_types };
#if defined(USDTPP_DETAIL_LONG_NOP)
#define USDTPP_DETAIL_HAS_LONG_NOP 0x10000000000000
#else
#define USDTPP_DETAIL_HAS_LONG_NOP 0x0
#endif
#if defined(USDTPP_NO_DESCRIPTIONS)
#define USDTPP_DETAIL_FACTS(kinds) USDTPP_DETAIL_HAS_LONG_NOP
#else
#define USDTPP_DETAIL_FACTS(kinds) kinds | USDTPP_DETAIL_HAS_LONG_NOP
#endif
template <>
struct arguments<0> {
    USDTPP_DETAIL_DESCRIBED_KINDS()
};
#define USDTPP_DETAIL_CLASS(i) class T##i
#define USDTPP_DETAIL_TYPE(i) T##i
#define USDTPP_DETAIL_MEMBER(i) converted<T##i> usdtpp_##i;
#if defined(USDTPP_DETAIL_IN_MEMORY)
#define USDTPP_DETAIL_SLOT(i) alignas(8) operand_type<T##i> usdtpp_slot_##i = usdtpp_##i.usdtpp_value;
#else
#define USDTPP_DETAIL_SLOT(i)
#endif
#if defined(USDTPP_DETAIL_ONE_STATEMENT)
#define USDTPP_DETAIL_MEMORY(...) using usdtpp_memory = const volatile memory_of<__VA_ARGS__>;
#else
#define USDTPP_DETAIL_MEMORY(...)
#endif
#define USDTPP_DETAIL_ARGUMENTS(count)                                                                                 \
    template <USDTPP_DETAIL_LIST_##count(USDTPP_DETAIL_CLASS(1), USDTPP_DETAIL_CLASS)>                                 \
    struct arguments<count, USDTPP_DETAIL_LIST_##count(USDTPP_DETAIL_TYPE(1), USDTPP_DETAIL_TYPE)> {                   \
        static_assert(are_readable<1, USDTPP_DETAIL_LIST_##count(USDTPP_DETAIL_TYPE(1), USDTPP_DETAIL_TYPE)>());       \
        USDTPP_DETAIL_DESCRIBED_KINDS(USDTPP_DETAIL_LIST_##count(USDTPP_DETAIL_TYPE(1), USDTPP_DETAIL_TYPE))           \
        USDTPP_DETAIL_EACH_##count(USDTPP_DETAIL_MEMBER) USDTPP_DETAIL_EACH_##count(USDTPP_DETAIL_SLOT)                \
            USDTPP_DETAIL_MEMORY(USDTPP_DETAIL_LIST_##count(USDTPP_DETAIL_TYPE(1), USDTPP_DETAIL_TYPE))                \
    }
USDTPP_DETAIL_ARGUMENTS(1);
USDTPP_DETAIL_ARGUMENTS(2);
USDTPP_DETAIL_ARGUMENTS(3);
USDTPP_DETAIL_ARGUMENTS(4);
USDTPP_DETAIL_ARGUMENTS(5);
USDTPP_DETAIL_ARGUMENTS(6);
USDTPP_DETAIL_ARGUMENTS(7);
USDTPP_DETAIL_ARGUMENTS(8);
USDTPP_DETAIL_ARGUMENTS(9);
USDTPP_DETAIL_ARGUMENTS(10);
USDTPP_DETAIL_ARGUMENTS(11);
USDTPP_DETAIL_ARGUMENTS(12);
#undef USDTPP_DETAIL_SIZE
#undef USDTPP_DETAIL_CLASS
#undef USDTPP_DETAIL_TYPE
#undef USDTPP_DETAIL_MEMBER
#undef USDTPP_DETAIL_SLOT
#undef USDTPP_DETAIL_MEMORY
#undef USDTPP_DETAIL_ARGUMENTS

// The types of a probe's arguments. Never called; a local type among them wants it defined all the same. Compilers show
// the lines of these functions, with what is behind them, where none fits.
//
// GCC takes a reference to a variable that is in a register by the user's word for an error. So there they go by value
// where no user's class is among them.
#if defined(__clang__)
template <int Count, class... T>
arguments<Count, decayed<T>...>*
types_of(const T&...) noexcept { // an overloaded function, a list in braces: say of which type
    return nullptr;
}
#else
template <class T>
inline constexpr bool is_referred_to = is_class<T> && !is_address<T> && !is_sized<T>;
template <bool Holds>
struct where {};
template <>
struct where<true> {
    template <int Count, class... T>
    using types = arguments<Count, decayed<T>...>*;
};
template <int Count, class... T>
typename where<!(is_referred_to<T> || ...)>::template types<Count, T...>
types_of(T...) noexcept { // an overloaded function, a list in braces: say of which type
    return nullptr;
}
template <int Count, class... T>
typename where<(is_referred_to<T> || ...)>::template types<Count, T...>
types_of(const T&...) noexcept { // an overloaded function, a list in braces: say of which type
    return nullptr;
}
#endif

} // namespace usdtpp::detail

#endif
