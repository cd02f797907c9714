// The body of a function with probes of every kind of argument. targets.cpp includes it for each attribute: FUNCTION is
// the function's head, in which `number` is 5 and `text` is "text".
// An expectation stands on the line of its probe:
// clang-format off
FUNCTION(int number, const std::string& text) {
    enum class local { three = 3 };
    const std::string_view part(text.data() + 1, 2);
    const char* const address = text.c_str();
    PROBE(targets, none); // expect: none
    PROBE(targets, integers, number, static_cast<signed char>(-number), text.size(), number == 5); // expect: -4=5, -1=-5, 8=4, 1=1
    PROBE(targets, constants, 7, local::three, nullptr); // expect: -4=7, -4=3, 8=0
    PROBE(targets, strings, text, address, "literal"); // expect: 8="text", 8="text", 8="literal"
    PROBE(targets, views, USDTPP_SIZED(part), number); // expect: 8="ext", 8=2, -4=5
    PROBE(targets, addresses, USDTPP_ADDRESS(reinterpret_cast<std::uintptr_t>(address)), &number); // expect: 8="text", 8*=5
    PROBE(targets, classes, identifier{static_cast<std::uint64_t>(number)}, std::chrono::microseconds(number)); // expect: 8=1005, -8=5000
    PROBE(targets, by_numbers, number % 3, &"a|{b}"[number - 5]); // expect: -4=2, 8="a|{b}"
    PROBE(targets, named, USDTPP_NAMED(next, number + 1)); // expect: -4=6
    PROBE(targets, twelve, number, 2, 3, number, 5, 6, 7, number, 9, 10, 11, number); // expect: -4=5, -4=2, -4=3, -4=5, -4=5, -4=6, -4=7, -4=5, -4=9, -4=10, -4=11, -4=5
    if (PROBE_ENABLED(targets, asked)) {
        PROBE(targets, asked, number); // expect: -4=5
    }
    PROBE_IF_ENABLED(targets, lazy, text + "!"); // expect: 8="text!"
    USDTPP_FENCE();
    return number;
}
#undef FUNCTION
