// Every kind of argument, and whatever text an argument can have, with what a description must say of it: behind each
// probe its name, and of each of its arguments the kind and the name. To be read; nobody runs it.
// clang-format off
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <usdtpp/usdtpp.hpp>

#define MYAPP_PROBE(...) USDTPP_PROBE(myapp, __VA_ARGS__)
#define LIMIT 10
#define BOTH a, b
#define PROVIDER emitted

enum class colour : short { red };
namespace geometry {
enum shape { square };
struct figure { enum class side { left }; };
}

struct order_id { unsigned raw; };
template <>
struct usdtpp::probe_argument<order_id> {
    static unsigned get(const order_id& id) noexcept { return id.raw; }
};
struct ticks { long count; };
template <>
struct usdtpp::probe_argument<ticks> {
    static constexpr auto kind = usdtpp::argument_kind::duration;
    static long get(const ticks& from) noexcept { return from.count; }
};
struct order_address { unsigned long raw; };
template <>
struct usdtpp::probe_argument<order_address> {
    static constexpr auto kind = usdtpp::argument_kind::pointer;
    static unsigned long get(const order_address& from) noexcept { return from.raw; }
};

struct request { int id; std::string path; const request* next; colour tint; };

// Both compilers, all optimisations: a probe for each instance.
template <class T>
[[gnu::noinline]] void in_template(T value, const request& from) {
    PROBE(emitted, in_template, value, from.path); // emitted:in_template ; signed value ; string from.path
    PROBE(emitted, template_percent, from.id % 7, static_cast<T>(3)); // emitted:template_percent ; signed from.id % 7 ; signed static_cast<T>(3)
    PROBE(emitted, template_type, from.tint, value); // emitted:template_type ; enum:colour from.tint ; signed value
}

[[gnu::noinline]] int twice(int x) { return 2 * x; }

// At -Os GCC makes one of the ends of both branches, and with it of their probes' text.
inline void shared(int x) {
    PROBE(emitted, shared_end, x); // emitted:shared_end ; signed x
}
[[gnu::noinline]] int branches(int a, int b) {
    if (a != 0) {
        shared(twice(b));
    } else {
        twice(1);
        shared(5);
    }
    return 3;
}

// As an argument it is destroyed behind the probe, in the same code.
struct watched {
    int value;
    [[gnu::always_inline]] ~watched() {
        PROBE(emitted, in_destructor, value); // emitted:in_destructor ; signed value
    }
};
[[gnu::noinline]] void destroyed(int a, colour tint) {
    PROBE(emitted, destroyed, watched{a}.value, tint); // emitted:destroyed ; signed watched{a}.value ; enum:colour tint
    PROBE(emitted, destroyed_plain, watched{a}.value); // emitted:destroyed_plain ; signed watched{a}.value
}

[[gnu::noinline]] void all(int a, unsigned b, char c, bool d, float e, double f, const char* text, const void* pointer, const request& from, std::string_view view, colour tint, geometry::shape shape) {
    const auto number = reinterpret_cast<unsigned long>(pointer);
    PROBE(emitted, none); // emitted:none
    PROBE(emitted, numbers, a, b, c, d, e, f, 1, 2U, 'x', true, 1.5F, 2.5); // emitted:numbers ; signed a ; unsigned b ; char c ; bool d ; float e ; double f ; signed 1 ; unsigned 2U ; char 'x' ; bool true ; float 1.5F ; double 2.5
    PROBE(emitted, small, static_cast<signed char>(a), static_cast<unsigned char>(a), static_cast<short>(a), L'w', u'u', U'U'); // emitted:small ; signed static_cast<signed char>(a) ; unsigned static_cast<unsigned char>(a) ; signed static_cast<short>(a) ; char L'w' ; char u'u' ; char U'U'
    PROBE(emitted, pointers, pointer, text, &from, nullptr, &a, all, from.next); // emitted:pointers ; pointer pointer ; string text ; pointer &from ; pointer nullptr ; pointer &a ; pointer all ; pointer from.next
    PROBE(emitted, strings, from.path, "literal", std::string("temporary"), std::make_unique<int>(1)); // emitted:strings ; string from.path ; string "literal" ; string std::string("temporary") ; pointer std::make_unique<int>(1)
    PROBE(emitted, sized, USDTPP_SIZED(view), USDTPP_SIZED(std::vector<int>(3)), a); // emitted:sized ; sized view ; unsigned ; pointer std::vector<int>(3) ; unsigned ; signed a
    PROBE(emitted, enumerations, tint, a, shape, geometry::figure::side::left); // emitted:enumerations ; enum:colour tint ; signed a ; enum:geometry::shape shape ; enum:geometry::figure::side geometry::figure::side::left
    PROBE(emitted, times, std::chrono::milliseconds(3), std::chrono::steady_clock::time_point(), ticks{4}); // emitted:times ; duration std::chrono::milliseconds(3) ; time std::chrono::steady_clock::time_point() ; duration ticks{4}
    PROBE(emitted, classes, order_id{1}, std::atomic<short>(3), std::make_error_code(std::errc::io_error), std::atomic<colour>(tint)); // emitted:classes ; unsigned order_id{1} ; signed std::atomic<short>(3) ; signed std::make_error_code(std::errc::io_error) ; enum:colour std::atomic<colour>(tint)
    PROBE(emitted, punctuation, a % 3, b | 1, a || d, int{a}, [&]{ return a %2; }(), (twice(a), d)); // emitted:punctuation ; signed a % 3 ; unsigned b | 1 ; bool a || d ; signed int{a} ; signed [&]{ return a %2; }() ; bool (twice(a), d)
    PROBE(emitted, only_percent, a % 3); // emitted:only_percent ; signed a % 3
    PROBE(emitted, only_brace, int{a}); // emitted:only_brace ; signed int{a}
    PROBE(emitted, quotes, "a, \"b\" \\ \n %d {x}", '"', '\'', "$1 ${:uid} %= \\%"); // emitted:quotes ; string "a, \"b\" \\ \n %d {x}" ; char '"' ; char '\'' ; string "$1 ${:uid} %= \\%"
    PROBE(emitted, dollars, "$1 ${:uid}; .error \"x\" # // /*"); // emitted:dollars ; string "$1 ${:uid}; .error \"x\" # // /*"
    PROBE(emitted, raw, R"-(a, "b" ))-", a); // emitted:raw ; string R"-(a, "b" ))-" ; signed a
    PROBE(emitted, macro, LIMIT, a + LIMIT); // emitted:macro ; signed LIMIT ; signed a + LIMIT
    PROBE(PROVIDER, macro_provider, a); // emitted:macro_provider ; signed a
    PROBE(emitted, one_for_two, BOTH); // emitted:one_for_two ; signed ; unsigned
    PROBE(emitted, addresses, USDTPP_ADDRESS(number), USDTPP_ADDRESS(text), USDTPP_NAMED(other, USDTPP_ADDRESS(number + 1)), USDTPP_ADDRESS(std::pair<unsigned long, int>(number, a).first), order_address{number}); // emitted:addresses ; pointer number ; pointer text ; pointer other ; pointer std::pair<unsigned long, int>(number, a).first ; pointer order_address{number}
    PROBE(emitted, named, USDTPP_NAMED(shard, a % 16), USDTPP_NAMED(tint, from.tint), USDTPP_NAMED(pair, std::pair<int, int>(a, a).first)); // emitted:named ; signed shard ; enum:colour tint ; signed pair
    PROBE(emitted, eight, 1, 2U, true, 'c', 5.5, 6.5F, text, pointer); // emitted:eight ; signed 1 ; unsigned 2U ; bool true ; char 'c' ; double 5.5 ; float 6.5F ; string text ; pointer pointer
    PROBE(emitted, twelve, 1, 2U, 3, 4U, 5, 6U, 7, 8U, tint, text, 'c', std::chrono::seconds(1)); // emitted:twelve ; signed 1 ; unsigned 2U ; signed 3 ; unsigned 4U ; signed 5 ; unsigned 6U ; signed 7 ; unsigned 8U ; enum:colour tint ; string text ; char 'c' ; duration std::chrono::seconds(1)
    MYAPP_PROBE(wrapped, a + LIMIT, USDTPP_SIZED(view), USDTPP_NAMED(shard, a % 16), USDTPP_ADDRESS(number)); // myapp:wrapped ; signed a + 10 ; sized view ; unsigned ; signed shard ; pointer number
    FOSDEM_PROBE(request_start, from.id, text); // fosdem:request_start ; signed from.id ; string text
    PROBE_IF_ENABLED(emitted, guarded, a, b); // emitted:guarded ; signed a ; unsigned b
    MYAPP_PROBE(long_text, from.path.substr(static_cast<std::string::size_type>(a) % 100, static_cast<std::string::size_type>(b) % 100).append("a text that is so long that a description has no room for all of it").append("and more"), tint); // myapp:long_text ; string from.path.substr(static_cast<std::string::size_type>(a) % 100, static_cast<std::string::size_type>(b) % 100).append("a text that is so long that a description has no room for all of it").app... ; enum:
    PROBE(emitted, long_plain_text, from.path.substr(static_cast<std::string::size_type>(a), static_cast<std::string::size_type>(b)).append("a text that is so long that a description of another kind has no room for all of it").append("and more and more and more and more and more and more and more and more and more")); // emitted:long_plain_text ; string from.path.substr(static_cast<std::string::size_type>(a), static_cast<std::string::size_type>(b)).append("a text that is so long that a description of another kind has no room for all of it").append("and more and more and more and more and more and more and more and more and more")
}

int main(int argc, char** argv) {
    const request from = {argc, argv[0], nullptr, colour::red};
    in_template(argc, from);
    in_template(static_cast<long>(argc), from);
    all(argc, 2, 'c', true, 1.5F, 2.5, argv[0], argv, from, "view", colour::red, geometry::square);
    destroyed(argc, colour::red);
    return branches(argc, argc - 1);
}
