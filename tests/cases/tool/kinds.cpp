// Every kind of argument, and names that are no identifiers. All probes fire for each line of input. Above each probe
// stands what `usdtpp list` says of its arguments: at its title, or where sites of one name differ at each site. Behind
// it stands what a script of `usdtpp bpftrace` prints of them, each time that it fires. A ; separates sites, and
// events. Where an event ends in ..., the version of bpftrace decides what more is printed.
// clang-format off
#include <chrono>
#include <cstdint>
#include <iostream>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <usdtpp/usdtpp.hpp>

enum plain { zero, seven = 7 };
namespace geometry {
enum class side : std::int8_t { left = -3 };
enum class far_away : std::uint64_t { top = 18446744073709551615U };
}

namespace {

// Opaque to the optimiser, so that values are in registers rather than constants.
template <class T>
[[gnu::noinline]] T opaque(T value) {
    asm volatile("" : "+m"(value));
    return value;
}

template <class T>
using limits = std::numeric_limits<T>;
constexpr float fnan = limits<float>::quiet_NaN(), finf = limits<float>::infinity();
constexpr double nan = limits<double>::quiet_NaN(), inf = limits<double>::infinity();

[[gnu::noinline]] void signed_integers(std::int8_t a, std::int16_t b, std::int32_t c, std::int64_t d) {
    // (a: int8, b: int16, c: int32, d: int64)
    PROBE(kinds, signed_integers, a, b, c, d); // a=-5 b=-300 c=-70000 d=-9223372036854775808
}

[[gnu::noinline]] void unsigned_integers(std::uint8_t a, std::uint16_t b, std::uint32_t c, std::uint64_t d, bool yes, bool no) {
    // (a: uint8, b: uint16, c: uint32, d: uint64, yes: bool, no: bool)
    PROBE(kinds, unsigned_integers, a, b, c, d, yes, no); // a=250 b=65000 c=4000000000 d=18446744073709551615 yes=1 no=0
}

[[gnu::noinline]] void characters(char a, char nul, char newline, char beyond, unsigned char byte) {
    // (a: char, nul: char, newline: char, beyond: char, byte: uint8)
    PROBE(kinds, characters, a, nul, newline, beyond, byte); // a=97 'a' nul=0 '.' newline=10 '.' beyond=-56 '.' byte=200
    // ('"': char, '\\': char, '%': char, '\'': char)
    PROBE(kinds, constant_characters, '"', '\\', '%', '\''); // '"'=34 '"' '\\'=92 '\' '%'=37 '%' '\''=39 '''
}

[[gnu::noinline]] void wide_characters(wchar_t w, char16_t u, char32_t U, wchar_t top) {
    // (w: char32, u: char16, U: char32, top: char32)
    PROBE(kinds, wide_characters, w, u, U, top); // w=U+0077 u=U+20AC U=U+1F600 top=U+FFFFFFFF
}

[[gnu::noinline]] void pointers(const void* pointer, const int* null) {
    // (pointer: pointer, null: pointer, nullptr: pointer)
    PROBE(kinds, pointers, pointer, null, nullptr); // pointer=0x1000 null=0x0 nullptr=0x0
}

[[gnu::noinline]] void strings(const std::string& text, const char* null, const char* empty, const std::string& longer) {
    // (text: string, null: string, empty: string, "six": string, text.c_str(): string, longer: string)
    PROBE(kinds, strings, text, null, empty, "six", text.c_str(), longer); // text="a text" null="" empty="" "six"="six" text.c_str()="a text" longer="three times twenty characters and three more, this is their end...
    // (text: string, text: string, text: string, text: string, text: string, longer: string)
    PROBE(kinds, six_strings, text, text, text, text, text, longer); // text="a text" text="a text" text="a text" text="a text" text="a text" longer="three times twenty characters and three more, this is their end...
}

[[gnu::noinline]] void sized_strings(std::string_view whole, std::string_view nul, const std::vector<int>& numbers) {
    const auto part = whole.substr(2, 4);
    // (part: string with length, arg1: uint64, whole.substr(0, 0): string with length, arg3: uint64, part.size(): uint64)
    PROBE(kinds, sized_strings, USDTPP_SIZED(part), USDTPP_SIZED(whole.substr(0, 0)), part.size()); // part="view" arg1=4 whole.substr(0, 0)="" arg3=0 part.size()=4
    // (nul: string with length, arg1: uint64, whole: string with length, arg3: uint64, whole: string with length, arg5: uint64)
    PROBE(kinds, three_sized_strings, USDTPP_SIZED(nul), USDTPP_SIZED(whole), USDTPP_SIZED(whole)); // nul="a\x00%d\x0a\xe9" arg1=6 whole="a view of more than its middle, with more than what bpftrace 0.1...
    // (1: int32, 2: int32, 3: int32, 4: int32, 5: int32, part: string with length, arg6: uint64)
    PROBE(kinds, length_out_of_reach, 1, 2, 3, 4, 5, USDTPP_SIZED(part)); // 1=1 2=2 3=3 4=4 5=5 part=0x...
    // (numbers.empty(): bool, std::vector<int>(): pointer, arg2: uint64)
    PROBE(kinds, sized_numbers, numbers.empty(), USDTPP_SIZED(std::vector<int>())); // numbers.empty()=0 std::vector<int>()=0x0 arg2=0
}

[[gnu::noinline]] void floats(float a, float b, float c, float d, float e, float f) {
    // (a: float, b: float, c: float, d: float, e: float, f: float)
    PROBE(kinds, floats, a, b, c, d, e, f); // a=+0x1.800000p0 b=-0x1.99999ap-4 c=-0x0.000000p-126 d=+inf.000000p128 e=+nan.800000p128 f=+0x0.000002p-126
}

[[gnu::noinline]] void doubles(double a, double b, double c, double d, double e, double f) {
    // (a: double, b: double, c: double, d: double, e: double, f: double)
    PROBE(kinds, doubles, a, b, c, d, e, f); // a=+0x0.0000000000000p-1022 b=-0x0.0000000000000p-1022 c=+0x1.8000000000000p0 d=-0x1.999999999999ap-4 e=+0x0.0000000000001p-1022 f=+0x1.fffffffffffffp1023
    // (nan: double, inf: double, -inf: double, -nan: double)
    PROBE(kinds, no_numbers, nan, inf, -inf, -nan); // nan=+nan.8000000000000p1024 inf=+inf.0000000000000p1024 -inf=-inf.0000000000000p1024 -nan=-nan.8000000000000p1024
}

[[gnu::noinline]] void enumerations(plain a, geometry::side b, geometry::far_away c) {
    // (a: enum plain, b: enum geometry::side, c: enum geometry::far_away, zero: enum plain)
    PROBE(kinds, enumerations, a, b, c, zero); // a=7 b=-3 c=18446744073709551615 zero=0
}

[[gnu::noinline]] void times(std::chrono::milliseconds a, std::chrono::duration<double> b, std::chrono::system_clock::time_point c) {
    // (a: duration ns, b: duration ns, c: time ns, c - a: time ns)
    PROBE(kinds, times, a, b, c, c - a); // a=3000000 ns b=-250000000 ns c=-7000 ns c - a=-3007000 ns
}

[[gnu::noinline]] void names(int a, const char* text) {
    // (shard: int32, a % 7: int32, a %d 8: int32)
    PROBE(kinds, percent, USDTPP_NAMED(shard, a + 1), a % 7, USDTPP_NAMED(a %d 8, a)); // shard=10 a % 7=2 a %d 8=9
    // (a%4: int32, a %2: int32, "%s %d%%": string, int{a}: int32, '{': char, "}": string)
    PROBE(kinds, more_percent, a%4, a %2, "%s %d%%", int{a}, '{', "}"); // a%4=1 a %2=1 "%s %d%%"="%s %d%%" int{a}=9 '{'=123 '{' "}"="}"
    // ("\"\\n\\": string, "//": string, "/*": string, "$1 @x": string)
    PROBE(kinds, quotes, "\"\\n\\", "//", "/*", "$1 @x"); // "\"\\n\\"=""\n\" "//"="//" "/*"="/*" "$1 @x"="$1 @x"
    // (R"-("%d" \)-": string, "ä": string)
    PROBE(kinds, raw, R"-("%d" \)-", "ä"); // R"-("%d" \)-"=""%d" \" "ä"="ä"
    // (static_cast<unsigned long long>(a) + ...: uint64, (text[0] == 'x' ? "a b c d e f" : "g...: string, 'a' + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 12345: int32)
    PROBE(kinds, long_names, static_cast<unsigned long long>(a) + 1000, (text[0] == 'x' ? "a b c d e f" : "gäxyz"), 'a' + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 12345); // static_cast<unsigned long long>(a) + ...=1009 (text[0] == 'x' ? "a b c d e f" : "g...="gäxyz" 'a' + 2 + 3 + 4 + 5 + 6 + 7 + 8 + 12345=12477
    // (a: int32, 2: int32, 3: int32, 4: int32, 5: int32, 6: int32, 7: int32, 8: int32, 9: int32, 10: int32, 11: int32, text: string)
    PROBE(kinds, twelve, a, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, text); // a=9 2=2 3=3 4=4 5=5 6=6
    // ()
    PROBE(kinds, none); //
}

// Sites of one name that differ.
template <class T>
[[gnu::noinline]] void in_template(T value, const char* text) {
    // differ: (value: int32, text: string) ; (value: double, text: string)
    PROBE(kinds, in_template, value, text); // value=0x7 text="same" ; value=0x3ff8000000000000 text="same"
}
[[gnu::noinline]] void differing(std::int8_t a, std::int64_t b, unsigned c) {
    // differ: (a: int8, same: int64)
    PROBE(kinds, size, a, USDTPP_NAMED(same, b)); // arg0=-5 same=-9223372036854775808
    // differ: (b: int64, same: int8)
    PROBE(kinds, size, b, USDTPP_NAMED(same, a)); // arg0=-9223372036854775808 same=-5
    // differ: (same: uint32)
    PROBE(kinds, sign, USDTPP_NAMED(same, c)); // same=0xee6b2800
    // differ: (same: int8)
    PROBE(kinds, sign, USDTPP_NAMED(same, a)); // same=0xfffffffffffffffb
    // differ: (a: int8, b: int64)
    PROBE(kinds, number, a, b); // a=-5
    // differ: (a: int8)
    PROBE(kinds, number, a); // a=-5
    // differ: (id: int8, b: int64)
    PROBE(kinds, place, USDTPP_NAMED(id, a), b); // arg0=-5 arg1=-9223372036854775808
    // differ: (b: int64, id: int8)
    PROBE(kinds, place, b, USDTPP_NAMED(id, a)); // arg0=-9223372036854775808 arg1=-5
    // (text: uint32)
    PROBE(kinds, text_that_is_a_number, USDTPP_NAMED(text, c)); // text=4000000000
}

// Of one request, under names that no identifiers are, and of a string without NUL.
struct request {
    int number;
};
[[gnu::noinline]] void request_begin(const request& from, std::string_view path) {
    // (from.number % 100: int32, path: string with length, arg2: uint64)
    PROBE(kinds, request_begin, from.number % 100, USDTPP_SIZED(path)); // from.number % 100=7 path="/load" arg2=5 ; from.number % 100=8 path="/loaf" arg2=5
}
[[gnu::noinline]] void request_end(const request& from, std::string_view path) {
    // (path: string with length, arg1: uint64, from.number % 100: int32)
    PROBE(kinds, request_end, USDTPP_SIZED(path), from.number % 100); // path="/load" arg1=5 from.number % 100=7 ; path="/loaf" arg1=5 from.number % 100=8
}

} // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        signed_integers(opaque<std::int8_t>(-5), opaque<std::int16_t>(-300), opaque(-70000), opaque(limits<std::int64_t>::min()));
        unsigned_integers(opaque<std::uint8_t>(250), opaque<std::uint16_t>(65000), opaque(4000000000U), opaque(limits<std::uint64_t>::max()), opaque(true), opaque(false));
        characters(opaque('a'), opaque('\0'), opaque('\n'), opaque('\xc8'), opaque<unsigned char>(200));
        wide_characters(opaque(L'w'), opaque(u'\u20ac'), opaque(U'\U0001f600'), opaque(static_cast<wchar_t>(-1)));
        pointers(opaque(reinterpret_cast<const void*>(0x1000)), opaque<const int*>(nullptr));
        strings("a text", opaque<const char*>(nullptr), "", "three times twenty characters and three more, this is their end, and this beyond");
        sized_strings("a view of more than its middle, with more than what bpftrace 0.17 reads", std::string_view("a\0%d\n\xe9", 6), {1, 2});
        floats(opaque(1.5F), opaque(-0.1F), opaque(-0.0F), opaque(finf), opaque(fnan), opaque(limits<float>::denorm_min()));
        doubles(opaque(0.0), opaque(-0.0), opaque(1.5), opaque(-0.1), opaque(limits<double>::denorm_min()), opaque(limits<double>::max()));
        enumerations(opaque(seven), opaque(geometry::side::left), opaque(geometry::far_away::top));
        times(opaque(std::chrono::milliseconds(3)), std::chrono::duration<double>(opaque(-0.25)), std::chrono::system_clock::time_point(std::chrono::microseconds(-7)));
        names(opaque(9), "text");
        in_template(opaque(7), "same");
        in_template(opaque(1.5), "same");
        differing(opaque<std::int8_t>(-5), opaque(limits<std::int64_t>::min()), opaque(4000000000U));
        // The second begins before the first ends.
        const request first = {opaque(107)}, second = {opaque(208)};
        const std::string_view buffer = "/load/loaf";
        const std::string copy(buffer); // elsewhere
        request_begin(first, buffer.substr(0, 5));
        request_begin(second, buffer.substr(5, 5));
        request_end(first, std::string_view(copy).substr(0, 5));
        request_end(second, std::string_view(copy).substr(5, 5));
        std::cout << "fired" << std::endl;
    }
    return 0;
}
