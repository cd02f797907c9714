// Events of a recorder as JSON.
#ifndef USDTPP_RECORDED_JSON_HPP
#define USDTPP_RECORDED_JSON_HPP

#include <cinttypes>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>

#include <usdtpp/recorded_event.hpp>

namespace usdtpp {
namespace detail::recording {

// How many bytes the character at the front takes; 0 if it is not UTF-8.
inline std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
    const auto first = byte(0);
    if (first < 0x80) {
        return 1;
    }
    const std::size_t length = first >= 0xc2 && first < 0xe0 ? 2 : (first & 0xf0U) == 0xe0 ? 3 : 4;
    const auto second = byte(1);
    const bool is_one = first >= 0xc2 && first < 0xf5 && !(first == 0xe0 && second < 0xa0) &&
                        !(first == 0xed && second >= 0xa0) && !(first == 0xf0 && second < 0x90) &&
                        !(first == 0xf4 && second >= 0x90);
    for (std::size_t i = 1; i != length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80) {
            return 0;
        }
    }
    return is_one ? length : 0;
}

// In quotes. What is not UTF-8 becomes U+FFFD.
inline void append_json_text(std::string& to, std::string_view text) {
    to += '"';
    for (std::size_t i = 0; i != text.size();) {
        const auto length = utf8_length(text.substr(i));
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
        char text[24];
        std::snprintf(text, sizeof text, "\"0x%" PRIx64 "\"", argument.bits());
        to += text;
    } else if (kind == argument_kind::boolean) {
        to += argument.bits() != 0 ? "true" : "false";
    } else if (kind == argument_kind::single_precision || kind == argument_kind::double_precision ||
               argument.note().is_floating) {
        const auto value = argument.as<double>();
        char text[40];
        std::snprintf(text, sizeof text, std::isfinite(value) ? "%.17g" : "\"%f\"", value); // JSON has no infinity
        to += text;
    } else {
        to += argument.note().is_signed ? std::to_string(argument.as<std::int64_t>()) : std::to_string(argument.bits());
    }
}

// The name of an argument; or its number, as in "arg1", where it has none, or a second of that name.
inline std::string json_name(const recorded_event& event, std::size_t index) {
    const auto& arguments = event.note().arguments;
    const auto& name = arguments[index].name;
    bool named = !name.empty();
    for (std::size_t earlier = 0; earlier != index; ++earlier) {
        named = named && arguments[earlier].name != name;
    }
    return named ? name : "arg" + std::to_string(index);
}

// {"id": "req-1", "arg1": 5}
inline void append_json_arguments(std::string& to, const recorded_event& event) {
    to += '{';
    for (std::size_t i = 0; i != event.size(); ++i) {
        to += i != 0 ? ", " : "";
        append_json_text(to, json_name(event, i));
        to += ": ";
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
/// a name is "arg0", by its place. Texts that were cut are listed: "cut": ["arg0"].
inline std::ostream& write_json_line(std::ostream& to, const recorded_event& event) {
    namespace recording = detail::recording;
    std::string line = "{\"event\": ";
    recording::append_json_text(line, event.provider() + ":" + event.name());
    line += ", \"time\": " + std::to_string(event.time()) + ", \"thread\": " + std::to_string(event.thread());
    line += ", \"arguments\": ";
    recording::append_json_arguments(line, event);
    bool any_cut = false;
    for (std::size_t i = 0; i != event.size(); ++i) {
        if (event[i].is_cut()) {
            line += any_cut ? ", " : ", \"cut\": [";
            any_cut = true;
            recording::append_json_text(line, recording::json_name(event, i));
        }
    }
    line += any_cut ? "]}\n" : "}\n";
    return to << line;
}

} // namespace usdtpp

#endif
