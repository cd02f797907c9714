#include "decode.hpp"

#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace tool {
namespace {

using usdtpp::argument_kind;
using arguments = std::vector<usdtpp::note_argument>;

std::string variable(std::size_t i) {
    return "arg" + std::to_string(i);
}

// All of it, and any bytes. In bpftrace 0.23, str() with a length would leave the last one out.
std::string sized(std::size_t i) {
    return "buf(" + variable(i) + ", " + variable(i + 1) + ")";
}

// A float as %a prints it, exactly: sign, "0x1" or "0x0", the bits of the fraction, the exponent. Instead of "0x1"
// there is "inf" or "nan". They are characters, since a string has 64 of the 512 bytes that a program of BPF has.
printed floating(const std::string& value, int fraction, int exponent, int digits) {
    const auto shifted = [&](int bits, int width) {
        return "(" + value + " >> " + std::to_string(bits) + " & " + std::to_string((1 << width) - 1) + ")";
    };
    const int bias = (1 << (exponent - 1)) - 1;
    const auto raised = shifted(fraction, exponent);
    const auto bits = "(" + value + " & " + std::to_string((1ULL << fraction) - 1) + ")";
    const auto one_of = [&](const std::string& number, char inf, char nan) {
        return ", " + raised + " != " + std::to_string((1 << exponent) - 1) + " ? " + number + " : " + bits +
               " == 0 ? " + std::to_string(inf) + " : " + std::to_string(nan);
    };
    return {"%c%c%c%c.%0" + std::to_string(digits) + "lxp%d",
            ", 43 + 2 * " + shifted(fraction + exponent, 1) + one_of("48", 'i', 'n') + one_of("120", 'n', 'a') +
                one_of("48 + (" + raised + " != 0)", 'f', 'n') + ", " + bits + " << " +
                std::to_string(4 * digits - fraction) + ", " + raised + " == 0 ? " + std::to_string(1 - bias) + " : " +
                raised + " - " + std::to_string(bias)};
}

printed value_of(const arguments& all, std::size_t i) {
    const auto& argument = all[i];
    const auto value = variable(i);
    switch (argument.kind) {
    case argument_kind::string:
        return {"\\\"%s\\\"", ", str(" + value + ")"};
    case argument_kind::sized_string:
        return i + 1 < std::min(all.size(), most_arguments) ? printed{"\\\"%r\\\"", ", " + sized(i)}
                                                            : printed{"0x%lx", ", " + value};
    case argument_kind::character:
        // A NUL would end the line for whoever reads it, a newline would begin another.
        return argument.size == 1 ? printed{"%d '%c'", ", " + value + ", " + value + " >= 32 && " + value +
                                                           " < 127 ? " + value + " : 46"}
                                  : printed{"U+%04lX", ", " + value + " & 0xffffffff"};
    case argument_kind::pointer:
        return {"0x%lx", ", " + value};
    case argument_kind::single_precision:
        return floating(value, 23, 8, 6);
    case argument_kind::double_precision:
        return floating(value, 52, 11, 13);
    case argument_kind::duration:
    case argument_kind::time_point:
        return {"%ld ns", ", " + value};
    default:
        return {argument.is_signed ? "%ld" : "%lu", ", " + value};
    }
}

// JSON has numbers in decimal, and strings.
printed json_value_of(const arguments& all, std::size_t i) {
    auto value = value_of(all, i);
    const auto kind = all[i].kind;
    if (kind == argument_kind::duration || kind == argument_kind::time_point ||
        (kind == argument_kind::character && all[i].size == 1)) {
        return {"%ld", ", " + variable(i)};
    }
    if (value.format != "%ld" && value.format != "%lu" && value.format.front() != '\\') {
        value.format = "\\\"" + value.format + "\\\"";
    }
    return value;
}

} // namespace

printed operator+(const printed& first, const printed& second) {
    return {first.format + second.format, first.values + second.values};
}

printed literally(const std::string& text) {
    printed all;
    for (const char c : text) {
        if (c == '%') { // bpftrace 0.17 takes the %d of %%d for one more value
            all.format += "%c";
            all.values += ", 37";
        } else {
            all.format += c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
        }
    }
    return all;
}

void name_apart(std::vector<decoded_argument>& all, const std::vector<std::string>& taken) {
    // What a name becomes in JSON: bytes that are not UTF-8 are all the same there.
    const auto key = [](const std::string& name) {
        return nlohmann::json(name).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    };
    std::vector<std::string> keys(taken.size());
    std::transform(taken.begin(), taken.end(), keys.begin(), key);
    const auto is_free = [&](const std::string& name) {
        return std::find(keys.begin(), keys.end(), key(name)) == keys.end();
    };
    for (auto& one : all) {
        one.is_generated = one.is_generated || !is_free(one.name);
        if (!one.is_generated) {
            keys.push_back(key(one.name));
        }
    }
    for (std::size_t i = 0; i != all.size(); ++i) {
        if (all[i].is_generated) {
            for (all[i].name = variable(i); !is_free(all[i].name);) {
                all[i].name += '_';
            }
        }
    }
}

decoded_arguments decoded(const probe& of, bool as_json) {
    const auto name = as_json ? name_of : shown_name;
    const auto value = as_json ? json_value_of : value_of;
    const auto& first = of.sites.front().arguments;
    decoded_arguments found;
    std::size_t count = most_arguments;
    for (const auto& site : of.sites) {
        count = std::min(count, site.arguments.size());
        found.sites_differ = found.sites_differ || site.arguments.size() != first.size();
    }
    for (std::size_t i = 0; i != count; ++i) {
        decoded_argument one = {name(first[i], i), value(first, i), first[i].name.empty()};
        for (const auto& site : of.sites) {
            if (name(first[i], i) != name(site.arguments[i], i)) {
                one.name = variable(i);
                one.is_generated = true;
                found.sites_differ = true;
            }
            if (value(first, i).format != value(site.arguments, i).format) {
                one.value = {as_json ? "\\\"0x%lx\\\"" : "0x%lx", ", " + variable(i)};
                found.sites_differ = true;
            }
        }
        found.all.push_back(one);
    }
    return found;
}

key key_named(const probe& of, const std::string& name) {
    const auto in = [&](const arguments& all) {
        for (std::size_t i = 0; i != std::min(all.size(), most_arguments); ++i) {
            if (name_of(all[i], i) == name) {
                const auto kind = all[i].kind;
                return kind == argument_kind::string         ? key{"str(" + variable(i) + ")", true}
                       : kind == argument_kind::sized_string ? key{sized(i), true}
                                                             : key{variable(i), false};
            }
        }
        throw std::runtime_error(of.name + " has no argument " + name + " that bpftrace reads" +
                                 (of.sites.size() == 1 ? "" : " in each of its sites") + ": see usdtpp list");
    };
    const auto found = in(of.sites.front().arguments);
    for (const auto& site : of.sites) {
        if (in(site.arguments).value != found.value) {
            throw std::runtime_error(of.name + ": its sites have argument " + name +
                                     " in different places: see usdtpp list");
        }
    }
    return found;
}

} // namespace tool
