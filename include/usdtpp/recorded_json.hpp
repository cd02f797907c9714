// Events of a recorder as JSON.
#ifndef USDTPP_RECORDED_JSON_HPP
#define USDTPP_RECORDED_JSON_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include <usdtpp/detail/attach_text.hpp>
#include <usdtpp/recorded_event.hpp>

namespace usdtpp {
namespace detail::recording {

// In quotes. What is not UTF-8 becomes U+FFFD.
inline void append_json_text(std::string& to, std::string_view text) {
    to += '"';
    for (std::size_t i = 0; i != text.size();) {
        const auto length = attach::utf8_length(text.substr(i));
        const auto c = static_cast<unsigned char>(text[i]);
        if (length == 0) {
            to += "\\ufffd";
        } else if (c < 0x20 || c == 0x7f) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", c);
            to += escaped;
        } else {
            to += c == '"' || c == '\\' ? "\\" : "";
            to += text.substr(i, length);
        }
        i += length != 0 ? length : 1;
    }
    to += '"';
}

// Null where it cannot be read, or is a null pointer.
inline void append_json_value(std::string& to, const recorded_argument& argument) {
    const auto kind = argument.note().kind;
    const bool is_pointer =
        kind == argument_kind::pointer || kind == argument_kind::string || kind == argument_kind::sized_string;
    if (!argument.is_readable() || (is_pointer && argument.bits() == 0)) {
        to += "null";
    } else if (argument.is_text()) {
        append_json_text(to, argument.as<std::string_view>());
    } else if (is_pointer) {
        to += '"' + attach::hexadecimal_text(argument.bits()) + '"';
    } else if (kind == argument_kind::boolean) {
        to += argument.bits() != 0 ? "true" : "false";
    } else if (kind == argument_kind::single_precision || kind == argument_kind::double_precision ||
               argument.note().is_floating) {
        const auto value = argument.as<double>();
        const auto text = attach::number_text(value, 17);
        to += std::isfinite(value) ? text : '"' + text + '"'; // JSON has no infinity
    } else {
        to += argument.note().is_signed ? std::to_string(argument.as<std::int64_t>()) : std::to_string(argument.bits());
    }
}

// The arguments' names, in quotes. Of two that are the same in JSON the first has it. The other, like one that has no
// name, is called by its place, as in "arg1", with a "_" behind that for as long as another one was given that name.
inline std::vector<std::string> json_names(const recorded_event& event) {
    std::vector<std::string> names(event.size());
    for (std::size_t i = 0; i != names.size(); ++i) {
        if (const auto& name = event.note().arguments[i].name; !name.empty()) {
            append_json_text(names[i], name);
        }
    }
    for (auto name = names.begin(); name != names.end(); ++name) {
        if (name->empty() || std::find(names.begin(), name, *name) != name) {
            auto place = "arg" + std::to_string(name - names.begin());
            while (std::find(names.begin(), names.end(), '"' + place + '"') != names.end()) {
                place += '_';
            }
            *name = '"' + place + '"';
        }
    }
    return names;
}

// {"id": "req-1", "arg1": 5}
inline void append_json_arguments(std::string& to, const recorded_event& event, const std::vector<std::string>& names) {
    to += '{';
    for (std::size_t i = 0; i != event.size(); ++i) {
        to += (i != 0 ? ", " : "") + names[i] + ": ";
        append_json_value(to, event[i]);
    }
    to += '}';
}

} // namespace detail::recording

/// Writes the event as a line of JSON:
///
///     {"event": "fosdem:request_start", "time": 88231000123, "thread": 4711, "arguments": {"id": "req-1", "n": 5}}
///
/// Integers are as in C++, times in nanoseconds, pointers hexadecimal strings, null pointers null. An argument without
/// a name is "arg0", by its place, and so is one whose name another one has before it; "arg0_" where that is taken.
/// Texts that were cut are listed: "cut": ["arg0"]. The locale changes nothing.
inline std::ostream& write_json_line(std::ostream& to, const recorded_event& event) {
    namespace recording = detail::recording;
    std::string line = "{\"event\": ";
    recording::append_json_text(line, event.provider() + ":" + event.name());
    line += ", \"time\": " + std::to_string(event.time()) + ", \"thread\": " + std::to_string(event.thread());
    line += ", \"arguments\": ";
    const auto names = recording::json_names(event);
    recording::append_json_arguments(line, event, names);
    bool any_cut = false;
    for (std::size_t i = 0; i != event.size(); ++i) {
        if (event[i].is_cut()) {
            line += (any_cut ? ", " : ", \"cut\": [") + names[i];
            any_cut = true;
        }
    }
    line += any_cut ? "]}\n" : "}\n";
    return to << line;
}

} // namespace usdtpp

#endif
#endif
