// Arguments in bpftrace's language: what makes a printf of them, or the key of a map.
#ifndef USDTPP_TOOLS_DECODE_HPP
#define USDTPP_TOOLS_DECODE_HPP

#include <string>
#include <vector>

#include "target.hpp"

namespace tool {

// How many arguments bpftrace reads: 0.17 and 0.23 know arg0 to arg5 on x86-64, and no more elsewhere.
inline constexpr std::size_t most_arguments = 6;

// A piece of a printf.
struct printed {
    std::string format;
    std::string values; // each after ", "
};

printed operator+(const printed& first, const printed& second);

// Any text as part of a format, which prints it.
printed literally(const std::string& text);

// The arguments of a probe that a script for all of its sites can print.
struct decoded_argument {
    std::string name;          // for JSON the whole, otherwise as it is listed
    printed value;             // for JSON a value of that
    bool is_generated = false; // the name: by the place, as in arg1
};
struct decoded_arguments {
    std::vector<decoded_argument> all;
    bool sites_differ = false; // then some are named as bpftrace does, or in hexadecimal
};
decoded_arguments decoded(const probe& of, bool as_json);

// Gives each a name that no other has, and that is not one of `taken`. Of two that are the same in JSON the first keeps
// it; the other gets one by its place, and those give way to others: arg1_ instead of arg1.
void name_apart(std::vector<decoded_argument>& all, const std::vector<std::string>& taken);

// The argument of this name as the key of a map. Throws std::runtime_error where not all sites have it in one place.
struct key {
    std::string value = "tid";
    bool is_text = false;
};
key key_named(const probe& of, const std::string& name);

} // namespace tool

#endif
