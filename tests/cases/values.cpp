// Every kind of argument, each with the value that a tracer must read. All of them fire for each line of input.
// An expectation stands on the line of its probe, as tests/support/cases.hpp says.
// clang-format off
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <usdtpp/usdtpp.hpp>

// A type of the user's own.
struct order_id {
    std::uint32_t raw;
};
template <>
struct usdtpp::probe_argument<order_id> {
    static std::uint32_t get(const order_id& id) noexcept {
        return id.raw;
    }
};

namespace {

enum plain_enum { plain_zero, plain_seven = 7 };
enum class small_enum : std::int8_t { minus_three = -3 };
enum class big_enum : std::uint64_t { top = 18446744073709551615U };

struct point {
    int x;
    int y;
};

struct bits {
    int narrow : 5;
    unsigned flag : 1;
};

struct __attribute__((packed)) packed_fields {
    char first;
    std::int32_t second;
};

struct old_style {
    static const int constant = 12; // no definition anywhere: naming it must not need one
};

// Its destructor spoils what it points to, so a probe that fires too late shows.
class spoiler {
public:
    spoiler() {
        std::strcpy(text, "alive");
    }
    spoiler(const spoiler&) = delete;
    spoiler& operator=(const spoiler&) = delete;
    ~spoiler() {
        std::strcpy(text, "dead");
    }
    const char* c_str() const {
        return text;
    }

private:
    static inline char text[8];
};

int global = -7;
std::uint64_t global_big = 18446744073709551615U;
static short file_static = -300;
thread_local int per_thread = 77;
int table[4] = {10, 20, 30, 40};
volatile int changing = 5;
int calls = 0;

[[gnu::noinline]] int next() {
    return ++calls;
}

// Opaque to the optimiser, so that values are in registers rather than constants.
template <class T>
[[gnu::noinline]] T opaque(T value) {
    asm volatile("" : "+m"(value));
    return value;
}

// What nothing ever writes to is a constant, whatever it is called.
void make_unknown() {
    global = opaque(global);
    global_big = opaque(global_big);
    file_static = opaque(file_static);
    per_thread = opaque(per_thread);
    for (int& entry : table) {
        entry = opaque(entry);
    }
}

[[gnu::noinline]] void integers(std::int8_t a, std::uint8_t b, std::int16_t c, std::uint16_t d, std::int32_t e,
                                std::uint32_t f, std::int64_t g, std::uint64_t h) {
    PROBE(values, none); // expect: none
    PROBE(values, signed_8, a); // expect: -1=-5
    PROBE(values, unsigned_8, b); // expect: 1=250
    PROBE(values, signed_16, c); // expect: -2=-300
    PROBE(values, unsigned_16, d); // expect: 2=65000
    PROBE(values, signed_32, e); // expect: -4=-70000
    PROBE(values, unsigned_32, f); // expect: 4=4000000000
    PROBE(values, signed_64, g); // expect: -8=-5000000000
    PROBE(values, unsigned_64, h); // expect: 8=18446744073709551615
    PROBE(values, mixed, a, b, c, d, e, f, g, h); // expect: -1=-5, 1=250, -2=-300, 2=65000, -4=-70000, 4=4000000000, -8=-5000000000, 8=18446744073709551615
}

void constants() {
    PROBE(values, constant, 42, -42, 4000000000U, std::uint8_t{255}, std::int64_t{-1}, ~std::uint64_t{0}); // expect: -4=42, -4=-42, 4=4000000000, 1=255, -8=-1, 8=18446744073709551615
    PROBE(values, characters, 'a', u'\u20ac', U'\U0001f600', L'w', static_cast<unsigned char>(200), true, false); // expect: c=97, 2=8364, 4=128512, w=119, 1=200, 1=1, 1=0
    PROBE(values, null_pointers, nullptr, static_cast<const char*>(nullptr), std::unique_ptr<int>()); // expect: p=0, p=0, p=0
    PROBE(values, enumerations, plain_seven, small_enum::minus_three, big_enum::top); // expect: 4=7, -1=-3, 8=18446744073709551615
    PROBE(values, old_constant, old_style::constant); // expect: -4=12
    PROBE(values, constant_bits, 1.5, 1.5F, -0.0); // expect: 8=4609434218613702656, 4=1069547520, 8=9223372036854775808
}

[[gnu::noinline]] void floating(float single, double twice) {
    PROBE(values, bits_of_floating, single, twice); // expect: 4=1069547520, 8=4609434218613702656
}

[[gnu::noinline]] void enumerations(plain_enum plain, small_enum small, big_enum big, bool yes) {
    PROBE(values, enumeration_variables, plain, small, big, yes); // expect: 4=7, -1=-3, 8=18446744073709551615, 1=1
}

[[gnu::noinline]] void memory(std::size_t index) {
    PROBE(values, of_global, global); // expect: -4=-7
    PROBE(values, of_big_global, global_big); // expect: 8=18446744073709551615
    PROBE(values, of_static, file_static); // expect: -2=-300
    PROBE(values, of_thread, per_thread); // expect: -4=77
    PROBE(values, of_array, table[index]); // expect: -4=30
    PROBE(values, of_volatile, changing); // expect: -4=5
    const bits fields = opaque(bits{-9, 1});
    PROBE(values, of_bit_fields, fields.narrow, fields.flag); // expect: -4=-9, 4=1
    const packed_fields packed = opaque(packed_fields{'p', -44});
    PROBE(values, of_packed_member, packed.second); // expect: -4=-44
    const int& reference = global;
    PROBE(values, of_reference, reference); // expect: -4=-7
    const auto [first, second] = std::pair(opaque(3), opaque('z'));
    PROBE(values, of_structured_binding, first, second); // expect: -4=3, c=122
}

// What the pointers lead to is written just before: it must be in memory when the probe fires, and stay what it is.
[[gnu::noinline]] void pointers(int value) {
    point local{value, value + 1};
    PROBE(values, to_local, &local, &local.y); // expect: p*=40, p*=41
    local.x = 0;
    int numbers[3] = {value, 2, 3};
    PROBE(values, to_array, numbers); // expect: p*=40
    char text[8];
    text[0] = static_cast<char>('a' + value - 40);
    text[1] = '\0';
    PROBE(values, to_text, text, text[0]); // expect: p="a", c=97
    volatile int unsteady = value;
    PROBE(values, to_volatile, &unsteady); // expect: p*=40
    int* const changed = numbers;
    PROBE(values, to_changed, changed, (numbers[0] = value + 7)); // expect: p*=47, -4=47
    PROBE(values, to_function, &next); // expect: p=?
    const void* untyped = &local.y;
    PROBE(values, to_void, untyped); // expect: p*=41
}

[[gnu::noinline]] void strings(const std::string& shorter, const std::string& longer, std::string_view view) {
    PROBE(values, literal, "a literal"); // expect: p="a literal"
    PROBE(values, string, shorter, longer); // expect: p="short", p="a string that is too long for a buffer of its own"
    PROBE(values, sized, USDTPP_SIZED(view), view.size()); // expect: p="view", 8=4, p=4
    PROBE(values, sized_temporary, 1, USDTPP_SIZED(std::string("a temporary, and a long one at that")), 2); // expect: -4=1, p="a temporary, and a long one at that", 8=35, -4=2
    PROBE(values, temporary, shorter + ", with more", (longer + "!").c_str()); // expect: p="short, with more", p="a string that is too long for a buffer of its own!"
    PROBE(values, before_destruction, spoiler(), spoiler().c_str()); // expect: p="alive", p="alive"
}

void library_types() {
    using namespace std::chrono_literals;
    const auto unique = std::make_unique<int>(51);
    const auto shared = std::make_shared<int>(52);
    PROBE(values, smart_pointers, unique, shared); // expect: p*=51, p*=52
    PROBE(values, durations, 3s, -2ms, std::chrono::duration<double>(0.25)); // expect: -8=3000000000, -8=-2000000, -8=250000000
    PROBE(values, time_points, std::chrono::system_clock::time_point(5us), std::chrono::steady_clock::time_point(7ns)); // expect: -8=5000, -8=7
    const std::atomic<int> number{-9};
    const std::atomic<bool> flag{true};
    const std::atomic<double> real{1.5};
    PROBE(values, atomics, number, flag, real); // expect: -4=-9, 1=1, 8=4609434218613702656
    PROBE(values, errors, std::make_error_code(std::errc::no_such_file_or_directory)); // expect: -4=2
    PROBE(values, own_type, order_id{opaque(3000000000U)}); // expect: 4=3000000000
}

template <class T, int Number>
[[gnu::noinline]] void in_template(T value) {
    PROBE(values, in_template, value, Number, sizeof(T)); // expect: -2=-11, -4=6, p=2
}

class widget {
public:
    explicit widget(int size) : size_(size) {
        PROBE(values, in_constructor, size_); // expect: -4=13
    }
    virtual ~widget() = default;
    virtual void method() const noexcept {
        PROBE(values, in_method, size_, this); // expect: -4=13, p=?
        const auto lambda = [this](int more) {
            PROBE(values, in_lambda, size_ + more); // expect: -4=14
        };
        lambda(1);
    }

private:
    int size_;
};

inline void in_inline(int value) {
    PROBE(values, in_inline, value); // expect: -4=99
}

[[gnu::noinline]] void many(int a, long b, short c, char d, unsigned e, double f, const char* g) {
    PROBE(values, twelve, a, b, c, d, e, f, g, a + 1, b + 1, c + 1, "12th", nullptr); // expect: -4=1, l=2, -2=3, c=52, 4=5, 8=4609434218613702656, p="seven", -4=2, l=3, -4=4, p="12th", p=0
    PROBE(values, twelve_in_memory, global, global_big, file_static, per_thread, table[0], table[1], table[2], table[3], changing, calls, g, f); // expect: -4=-7, 8=18446744073709551615, -2=-300, -4=77, -4=10, -4=20, -4=30, -4=40, -4=5, -4=0, p="seven", 8=4609434218613702656
}

void evaluation() {
    PROBE(values, evaluated, next()); // expect: -4=1
    PROBE_IF_ENABLED(values, evaluated_if_enabled, next()); // expect: -4=2
    PROBE(values, lambda_argument, [](int value) { return value * 2; }(opaque(21))); // expect: -4=42
    int sequence = opaque(8);
    PROBE(values, side_effect, sequence++); // expect: -4=8
    PROBE(values, after_side_effect, sequence); // expect: -4=9
}

} // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        calls = 0;
        make_unknown();
        integers(opaque<std::int8_t>(-5), opaque<std::uint8_t>(250), opaque<std::int16_t>(-300),
                 opaque<std::uint16_t>(65000), opaque(-70000), opaque(4000000000U), opaque<std::int64_t>(-5000000000),
                 opaque<std::uint64_t>(18446744073709551615U));
        constants();
        floating(opaque(1.5F), opaque(1.5));
        enumerations(opaque(plain_seven), opaque(small_enum::minus_three), opaque(big_enum::top), opaque(true));
        memory(opaque<std::size_t>(2));
        pointers(opaque(40));
        strings("short", "a string that is too long for a buffer of its own", "view");
        library_types();
        in_template<std::int16_t, 6>(opaque<std::int16_t>(-11));
        const widget thing(opaque(13));
        thing.method();
        in_inline(opaque(99));
        many(opaque(1), opaque(2L), opaque<short>(3), opaque('4'), opaque(5U), opaque(1.5), "seven");
        evaluation();
        std::cout << "fired, with " << calls << " calls" << std::endl;
    }
    return 0; // main() may be compiled under another name
}
