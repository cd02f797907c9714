// The macros that need the preprocessor: counting arguments, and doing something for each of them.
#ifndef USDTPP_DETAIL_PREPROCESSOR_HPP
#define USDTPP_DETAIL_PREPROCESSOR_HPP

#define USDTPP_DETAIL_CAT(a, b) USDTPP_DETAIL_CAT_(a, b)
#define USDTPP_DETAIL_CAT_(a, b) a##b

// USDTPP_DETAIL_COUNT(provider, name, args...): the number of args, 0 to 12; 13 for 13 to 32; 00 where the name itself
// is missing (numbers, since any word may be a macro of the user's). ISO C++17 wants at least one argument for a `...`,
// hence the 0 at the end.
#define USDTPP_DETAIL_COUNT(...)                                                                                       \
    USDTPP_DETAIL_35TH(__VA_ARGS__, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13, 13,    \
                       12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 00, 0)
#define USDTPP_DETAIL_35TH(a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20,  \
                           a21, a22, a23, a24, a25, a26, a27, a28, a29, a30, a31, a32, a33, a34, a35, ...)             \
    a35

// USDTPP_DETAIL_UNPACK(then, text, provider, name, a, b) is then(text, provider, name, 2, (a, b), {a}, {b}). The text
// is what the user wrote: it must be made a string in the first macro, since in the next one macros among the arguments
// are expanded.
#define USDTPP_DETAIL_UNPACK(then, text, ...)                                                                          \
    USDTPP_DETAIL_CAT(USDTPP_DETAIL_UNPACK_, USDTPP_DETAIL_COUNT(__VA_ARGS__))(then, text, __VA_ARGS__)
// clang-format off
#define USDTPP_DETAIL_UNPACK_0(then, text, p, n) then(text, p, n, 0, (), )
#define USDTPP_DETAIL_UNPACK_1(then, text, p, n, a1) then(text, p, n, 1, (a1), {a1})
#define USDTPP_DETAIL_UNPACK_2(then, text, p, n, a1, a2) then(text, p, n, 2, (a1, a2), {a1}, {a2})
#define USDTPP_DETAIL_UNPACK_3(then, text, p, n, a1, a2, a3) then(text, p, n, 3, (a1, a2, a3), {a1}, {a2}, {a3})
#define USDTPP_DETAIL_UNPACK_4(then, text, p, n, a1, a2, a3, a4) then(text, p, n, 4, (a1, a2, a3, a4), {a1}, {a2}, {a3}, {a4})
#define USDTPP_DETAIL_UNPACK_5(then, text, p, n, a1, a2, a3, a4, a5) then(text, p, n, 5, (a1, a2, a3, a4, a5), {a1}, {a2}, {a3}, {a4}, {a5})
#define USDTPP_DETAIL_UNPACK_6(then, text, p, n, a1, a2, a3, a4, a5, a6) then(text, p, n, 6, (a1, a2, a3, a4, a5, a6), {a1}, {a2}, {a3}, {a4}, {a5}, {a6})
#define USDTPP_DETAIL_UNPACK_7(then, text, p, n, a1, a2, a3, a4, a5, a6, a7) then(text, p, n, 7, (a1, a2, a3, a4, a5, a6, a7), {a1}, {a2}, {a3}, {a4}, {a5}, {a6}, {a7})
#define USDTPP_DETAIL_UNPACK_8(then, text, p, n, a1, a2, a3, a4, a5, a6, a7, a8) then(text, p, n, 8, (a1, a2, a3, a4, a5, a6, a7, a8), {a1}, {a2}, {a3}, {a4}, {a5}, {a6}, {a7}, {a8})
#define USDTPP_DETAIL_UNPACK_9(then, text, p, n, a1, a2, a3, a4, a5, a6, a7, a8, a9) then(text, p, n, 9, (a1, a2, a3, a4, a5, a6, a7, a8, a9), {a1}, {a2}, {a3}, {a4}, {a5}, {a6}, {a7}, {a8}, {a9})
#define USDTPP_DETAIL_UNPACK_10(then, text, p, n, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10) then(text, p, n, 10, (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10), {a1}, {a2}, {a3}, {a4}, {a5}, {a6}, {a7}, {a8}, {a9}, {a10})
#define USDTPP_DETAIL_UNPACK_11(then, text, p, n, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11) then(text, p, n, 11, (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11), {a1}, {a2}, {a3}, {a4}, {a5}, {a6}, {a7}, {a8}, {a9}, {a10}, {a11})
#define USDTPP_DETAIL_UNPACK_12(then, text, p, n, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12) then(text, p, n, 12, (a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12), {a1}, {a2}, {a3}, {a4}, {a5}, {a6}, {a7}, {a8}, {a9}, {a10}, {a11}, {a12})
// clang-format on
#define USDTPP_DETAIL_UNPACK_13(...)                                                                                   \
    static_assert(false, "usdtpp: a probe takes 0 to 12 arguments, and this one has 13 or more")
#define USDTPP_DETAIL_UNPACK_00(...)                                                                                   \
    static_assert(false, "usdtpp: a probe needs a provider and a name, as in PROBE(provider, name)")

// clang-format off

// USDTPP_DETAIL_LIST_3(first, other) is first, other(2), other(3). Written out, since each probe has one, and the
// preprocessor takes its time over each macro in a macro.
#define USDTPP_DETAIL_LIST_0(first, other)
#define USDTPP_DETAIL_LIST_1(first, other) first
#define USDTPP_DETAIL_LIST_2(first, other) first, other(2)
#define USDTPP_DETAIL_LIST_3(first, other) first, other(2), other(3)
#define USDTPP_DETAIL_LIST_4(first, other) first, other(2), other(3), other(4)
#define USDTPP_DETAIL_LIST_5(first, other) first, other(2), other(3), other(4), other(5)
#define USDTPP_DETAIL_LIST_6(first, other) first, other(2), other(3), other(4), other(5), other(6)
#define USDTPP_DETAIL_LIST_7(first, other) first, other(2), other(3), other(4), other(5), other(6), other(7)
#define USDTPP_DETAIL_LIST_8(first, other) first, other(2), other(3), other(4), other(5), other(6), other(7), other(8)
#define USDTPP_DETAIL_LIST_9(first, other) first, other(2), other(3), other(4), other(5), other(6), other(7), other(8), other(9)
#define USDTPP_DETAIL_LIST_10(first, other) first, other(2), other(3), other(4), other(5), other(6), other(7), other(8), other(9), other(10)
#define USDTPP_DETAIL_LIST_11(first, other) first, other(2), other(3), other(4), other(5), other(6), other(7), other(8), other(9), other(10), other(11)
#define USDTPP_DETAIL_LIST_12(first, other) first, other(2), other(3), other(4), other(5), other(6), other(7), other(8), other(9), other(10), other(11), other(12)

// USDTPP_DETAIL_EACH_3(what) is what(1) what(2) what(3).
#define USDTPP_DETAIL_EACH_1(what) what(1)
#define USDTPP_DETAIL_EACH_2(what) USDTPP_DETAIL_EACH_1(what) what(2)
#define USDTPP_DETAIL_EACH_3(what) USDTPP_DETAIL_EACH_2(what) what(3)
#define USDTPP_DETAIL_EACH_4(what) USDTPP_DETAIL_EACH_3(what) what(4)
#define USDTPP_DETAIL_EACH_5(what) USDTPP_DETAIL_EACH_4(what) what(5)
#define USDTPP_DETAIL_EACH_6(what) USDTPP_DETAIL_EACH_5(what) what(6)
#define USDTPP_DETAIL_EACH_7(what) USDTPP_DETAIL_EACH_6(what) what(7)
#define USDTPP_DETAIL_EACH_8(what) USDTPP_DETAIL_EACH_7(what) what(8)
#define USDTPP_DETAIL_EACH_9(what) USDTPP_DETAIL_EACH_8(what) what(9)
#define USDTPP_DETAIL_EACH_10(what) USDTPP_DETAIL_EACH_9(what) what(10)
#define USDTPP_DETAIL_EACH_11(what) USDTPP_DETAIL_EACH_10(what) what(11)
#define USDTPP_DETAIL_EACH_12(what) USDTPP_DETAIL_EACH_11(what) what(12)

// clang-format on

#endif
