// What C++ values become: the type of the operand, and its value.
#include <array>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <usdtpp/usdtpp.hpp>

#include "catch.hpp"

namespace {

enum class small : std::int8_t {};
enum plain { zero };
struct own {
    int value;
};
struct own_pointer {
    std::string text;
};
template <class T>
struct own_template {
    T value;
    const char* c_str() const {
        return "the library's own rule";
    }
};
struct with_c_str {
    const char* c_str() const noexcept {
        return "text";
    }
};
struct own_address {
    std::uint32_t value;
};
struct own_text {
    std::uintptr_t value;
};

} // namespace

template <>
struct usdtpp::probe_argument<own_address> {
    static constexpr auto kind = argument_kind::pointer;
    static std::uint32_t get(own_address from) noexcept {
        return from.value;
    }
};
template <>
struct usdtpp::probe_argument<own_text> {
    static constexpr auto kind = argument_kind::string;
    static std::uintptr_t get(const own_text& from) noexcept {
        return from.value;
    }
};
template <>
struct usdtpp::probe_argument<own> {
    static std::int16_t get(own value) noexcept {
        return static_cast<std::int16_t>(value.value);
    }
};
template <>
struct usdtpp::probe_argument<own_pointer> {
    static const std::string& get(const own_pointer& value) noexcept {
        return value.text;
    }
};
// More special than any rule of the library's, by the shape of its type too.
template <class T>
struct usdtpp::probe_argument<own_template<T>> {
    static T get(const own_template<T>& value) noexcept {
        return value.value;
    }
};
// A whole set of types, by a condition.
template <class T>
struct usdtpp::probe_argument<T, std::enable_if_t<std::is_same_v<typename T::value_type, own>>> {
    static unsigned get(const T& value) noexcept {
        return static_cast<unsigned>(value.size());
    }
};

namespace {

using usdtpp::detail::operand_type;
using usdtpp::detail::reason;
using usdtpp::detail::size_and_sign;
using usdtpp::detail::types_of;
using usdtpp::detail::unreadable;

// Of T as `types_of(const T&...)` sees it.
template <class T, class Operand>
constexpr bool becomes = std::is_same_v<operand_type<T>, Operand>;
template <class T, reason Reason>
constexpr bool is_no_argument = std::is_same_v<operand_type<T>, const unreadable<T, Reason>*>;

static_assert(becomes<bool, std::uint8_t>);
static_assert(becomes<signed char, std::int8_t> && becomes<unsigned char, std::uint8_t>);
static_assert(becomes<char, std::conditional_t<std::is_signed_v<char>, std::int8_t, std::uint8_t>>);
static_assert(becomes<char16_t, std::uint16_t> && becomes<char32_t, std::uint32_t>);
static_assert(becomes<short, std::int16_t> && becomes<unsigned short, std::uint16_t>);
static_assert(becomes<int, std::int32_t> && becomes<unsigned, std::uint32_t>);
static_assert(becomes<long, std::int64_t> && becomes<unsigned long, std::uint64_t>);
static_assert(becomes<long long, std::int64_t> && becomes<unsigned long long, std::uint64_t>);
static_assert(becomes<volatile int, std::int32_t>);
static_assert(becomes<float, std::uint32_t> && becomes<double, std::uint64_t>);
static_assert(becomes<small, std::int8_t> && becomes<plain, std::uint32_t> && becomes<std::byte, std::uint8_t>);
static_assert(becomes<std::nullptr_t, const void*> && becomes<void*, const void*> && becomes<int**, const void*>);
static_assert(becomes<const volatile char*, const void*> && becomes<char[9], const void*>);
static_assert(becomes<int(int), std::uintptr_t> && becomes<int (*)(int), std::uintptr_t>);
static_assert(becomes<std::string, const void*> && becomes<std::filesystem::path, const void*>);
static_assert(becomes<with_c_str, const void*>);
static_assert(becomes<std::unique_ptr<int>, const void*> && becomes<std::shared_ptr<const own>, const void*>);
static_assert(becomes<std::unique_ptr<int[]>, const void*>);
static_assert(becomes<std::chrono::seconds, std::int64_t> &&
              becomes<std::chrono::duration<float, std::micro>, std::int64_t>);
static_assert(becomes<std::chrono::system_clock::time_point, std::int64_t>);
static_assert(becomes<std::atomic<short>, std::int16_t> && becomes<std::atomic<small>, std::int8_t>);
static_assert(becomes<std::atomic<int*>, const void*> && becomes<std::atomic<double>, std::uint64_t>);
static_assert(becomes<std::error_code, std::int32_t> && becomes<std::error_condition, std::int32_t>);
static_assert(becomes<own, std::int16_t> && becomes<own_pointer, const void*>);
static_assert(becomes<own_template<small>, std::int8_t> && becomes<std::vector<own>, std::uint32_t>);
static_assert(becomes<std::shared_ptr<own>, const void*>);
static_assert(becomes<char* __restrict, const void*> && becomes<int* __restrict const, const void*>);
static_assert(becomes<own_address, const void*> && becomes<own_text, const void*>);

static_assert(is_no_argument<std::string_view, reason::view> && is_no_argument<std::vector<int>, reason::view>);
static_assert(is_no_argument<std::array<char, 4>, reason::view>);
static_assert(is_no_argument<long double, reason::too_wide> && is_no_argument<int own::*, reason::member_pointer>);
static_assert(is_no_argument<std::pair<int, int>, reason::by_value>);
static_assert(is_no_argument<std::reference_wrapper<int>, reason::by_value>);

static_assert(size_and_sign<std::int8_t> == -1 && size_and_sign<std::uint8_t> == 1);
static_assert(size_and_sign<std::int64_t> == -8 && size_and_sign<const void*> == 8);

// What detail/shapes.hpp takes for granted.
static_assert(static_cast<int>(std::memory_order_relaxed) == 0);

// The operands of a probe with these arguments.
template <class... T>
auto stored(const T&... values) {
    return std::remove_pointer_t<decltype(types_of<sizeof...(T)>(values...))>{{values}...};
}

} // namespace

TEST_CASE("numbers keep their value, floating point its bits") {
    const auto operands = stored(-1, true, 'c', 1.5, 1.5F, small{-3}, ~0UL);
    CHECK(operands.usdtpp_1.usdtpp_value == -1);
    CHECK(operands.usdtpp_2.usdtpp_value == 1);
    CHECK(operands.usdtpp_3.usdtpp_value == 'c');
    CHECK(operands.usdtpp_4.usdtpp_value == 0x3ff8000000000000);
    CHECK(operands.usdtpp_5.usdtpp_value == 0x3fc00000);
    CHECK(operands.usdtpp_6.usdtpp_value == -3);
    CHECK(operands.usdtpp_7.usdtpp_value == ~0UL);
}

TEST_CASE("bit-fields keep their value, those of an enumeration its sign") {
    struct {
        small tiny : 4;
        unsigned three : 3;
        bool flag : 1;
    } fields = {small{-3}, 5, true};
    const auto operands = stored(fields.tiny, fields.three, fields.flag);
    CHECK(operands.usdtpp_1.usdtpp_value == -3);
    CHECK(operands.usdtpp_2.usdtpp_value == 5);
    CHECK(operands.usdtpp_3.usdtpp_value == 1);
}

TEST_CASE("strings, pointers and arrays become the address of what they hold") {
    const std::string text = "text";
    const auto unique = std::make_unique<int>(1);
    const char array[] = "array";
    const own_pointer mine{"mine"};
    const auto operands = stored(text, unique, array, &text, nullptr, mine);
    CHECK(operands.usdtpp_1.usdtpp_value == text.c_str());
    CHECK(operands.usdtpp_2.usdtpp_value == unique.get());
    CHECK(operands.usdtpp_3.usdtpp_value == array);
    CHECK(operands.usdtpp_4.usdtpp_value == &text);
    CHECK(operands.usdtpp_5.usdtpp_value == nullptr);
    CHECK(operands.usdtpp_6.usdtpp_value == mine.text.c_str());
}

TEST_CASE("durations and time points become nanoseconds, as duration_cast has them") {
    using namespace std::chrono;
    const auto check = [](const auto& duration) {
        CHECK(stored(duration).usdtpp_1.usdtpp_value == duration_cast<nanoseconds>(duration).count());
    };
    check(nanoseconds(-7));
    check(microseconds(5));
    check(hours(-3));
    check(std::chrono::duration<std::int64_t, std::ratio<1, 30>>(91));
    check(std::chrono::duration<std::int64_t, std::pico>(-1999));
    check(std::chrono::duration<std::int64_t, std::ratio<86400 * 7>>(2));
    check(std::chrono::duration<double>(-0.25));
    check(std::chrono::duration<float, std::milli>(1.5F));
    check(std::chrono::duration<unsigned char>(250));
    CHECK(stored(system_clock::time_point(seconds(2))).usdtpp_1.usdtpp_value == 2'000'000'000);
    // Beyond 292 years it wraps, rather than being undefined.
    CHECK(stored(hours::max()).usdtpp_1.usdtpp_value ==
          static_cast<std::int64_t>(static_cast<std::uint64_t>(hours::max().count()) * 3'600'000'000'000U));
}

TEST_CASE("atomics, error codes and a user's own types become their value") {
    const std::atomic<int> number{-4};
    const auto operands = stored(number, std::make_error_code(std::errc::invalid_argument), own{-9},
                                 own_template<long>{11}, std::vector<own>(3));
    CHECK(operands.usdtpp_1.usdtpp_value == -4);
    CHECK(operands.usdtpp_2.usdtpp_value == static_cast<int>(std::errc::invalid_argument));
    CHECK(operands.usdtpp_3.usdtpp_value == -9);
    CHECK(operands.usdtpp_4.usdtpp_value == 11);
    CHECK(operands.usdtpp_5.usdtpp_value == 3);
}

TEST_CASE("USDTPP_ADDRESS makes a pointer of an integer, and leaves what is one") {
    const std::string text = "text";
    const auto unique = std::make_unique<int>(1);
    const auto number = reinterpret_cast<std::uintptr_t>(unique.get());
    volatile std::uintptr_t changing = number;
    enum class place : std::uintptr_t {};
    const auto operands = stored(USDTPP_ADDRESS(number), USDTPP_ADDRESS(text), USDTPP_ADDRESS(unique),
                                 USDTPP_ADDRESS(static_cast<std::intptr_t>(number)), USDTPP_ADDRESS(changing),
                                 USDTPP_ADDRESS(place{number}), USDTPP_ADDRESS(nullptr), own_address{7});
    CHECK(operands.usdtpp_1.usdtpp_value == unique.get());
    CHECK(operands.usdtpp_2.usdtpp_value == text.c_str());
    CHECK(operands.usdtpp_3.usdtpp_value == unique.get());
    CHECK(operands.usdtpp_4.usdtpp_value == unique.get());
    CHECK(operands.usdtpp_5.usdtpp_value == unique.get());
    CHECK(operands.usdtpp_6.usdtpp_value == unique.get());
    CHECK(operands.usdtpp_7.usdtpp_value == nullptr);
    CHECK(reinterpret_cast<std::uintptr_t>(operands.usdtpp_8.usdtpp_value) == 7);
    static_assert(std::is_same_v<decltype(operands.usdtpp_1.usdtpp_value), const void*>);
}

TEST_CASE("USDTPP_SIZED is an address and a length, wherever it stands") {
    const std::string_view view = "view";
    const std::vector<int> numbers{1, 2, 3};
    std::uint64_t usdtpp_size = 0; // as in a probe
    const auto operands = stored(7, USDTPP_SIZED(view), USDTPP_SIZED(numbers), 8);
    CHECK(operands.usdtpp_1.usdtpp_value == 7);
    CHECK(operands.usdtpp_2.usdtpp_value == view.data());
    CHECK(operands.usdtpp_3.usdtpp_value == 4);
    CHECK(operands.usdtpp_4.usdtpp_value == numbers.data());
    CHECK(operands.usdtpp_5.usdtpp_value == 3);
    CHECK(operands.usdtpp_6.usdtpp_value == 8);
}
