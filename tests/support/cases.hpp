// Expectations that stand beside the probes in the sources under tests/cases:
//
//     PROBE(values, mixed, -5, "text", &local);    // expect: -4=-5, p="text", p*=41
//
// For each argument its size and sign, and its value: a number, a string that it points to, or (*=) the int that it
// points to. Instead of a size there is p for that of a pointer (and of std::size_t), l of long, c of char, w of
// wchar_t, which are not the same on each processor. `// expect: none` is a probe without arguments.
#ifndef USDTPP_TESTS_SUPPORT_CASES_HPP
#define USDTPP_TESTS_SUPPORT_CASES_HPP

#include <string>
#include <vector>

namespace support {

struct expected_argument {
    enum class kind { number, string, pointed_to, any };
    std::string size; // "-4"
    kind is = kind::number;
    std::string value; // as tracers print it: 7, text
};

struct expected_probe {
    std::string provider;
    std::string name;
    int line = 0; // in its file
    std::vector<expected_argument> arguments;
};

// What notes say of types whose size or sign is the processor's choice.
struct type_sizes {
    std::string of_pointer = "8", of_long = "-8", of_char = "-1", of_wchar = "-4"; // x86-64
};

// The probes of a source file (a path in this project), in its order. Throws std::runtime_error where a line with a
// probe says nothing about it, or something that is not understood.
std::vector<expected_probe> read_cases(const std::string& source, const type_sizes& sizes = {});

// "name -5 text 41": what a tracer that sees so many arguments of a probe is made to print.
std::string expected_line(const expected_probe& probe, std::size_t arguments = 12);

} // namespace support

#endif
