// Text for those who read it by program: numbers as they are in the C locale, whatever locale is set, and UTF-8.
#ifndef USDTPP_DETAIL_ATTACH_TEXT_HPP
#define USDTPP_DETAIL_ATTACH_TEXT_HPP

#include <cinttypes>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include <usdtpp/detail/attach_sanitizers.hpp>

namespace usdtpp::detail::attach {

// With so many significant digits: by 17 of them each double is told from all others.
USDTPP_DETAIL_HIDDEN inline std::string number_text(double value, int digits) {
    char printed[48];
    std::snprintf(printed, sizeof printed, "%.*g", digits, value);
    std::string text;
    for (const char* c = printed; *c != '\0'; ++c) {
        // What is left is the locale's decimal point, of one byte or several.
        if (std::strchr("0123456789+-einfa", *c) != nullptr) {
            text += *c;
        } else if (text.empty() || text.back() != '.') {
            text += '.';
        }
    }
    return text;
}

USDTPP_DETAIL_HIDDEN inline std::string hexadecimal_text(std::uint64_t value) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%" PRIx64, value);
    return text;
}

// How many bytes the character at the front takes; 0 if it is not UTF-8.
USDTPP_DETAIL_HIDDEN inline std::size_t utf8_length(std::string_view text) noexcept {
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

// Of UTF-8 that was cut anywhere, how much ends with a whole character. All of what is not UTF-8.
USDTPP_DETAIL_HIDDEN inline std::size_t whole_characters(std::string_view text) {
    std::size_t whole = 0;
    while (whole != text.size()) {
        const auto length = utf8_length(text.substr(whole));
        if (length != 0) {
            whole += length;
            continue;
        }
        // Is it the beginning of a character, which some bytes would complete? Each has a completion by one of these.
        const std::string begin(text.substr(whole));
        const bool is_begin = begin.size() < 4 && (utf8_length(begin + "\x80\x80\x80") > begin.size() ||
                                                   utf8_length(begin + "\xa0\x80\x80") > begin.size());
        return is_begin ? whole : text.size();
    }
    return whole;
}

} // namespace usdtpp::detail::attach

#endif
