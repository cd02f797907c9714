// A text, taken piece by piece from its beginning.
#ifndef USDTPP_DETAIL_READER_SCANNER_HPP
#define USDTPP_DETAIL_READER_SCANNER_HPP

#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace usdtpp::detail::reader {

// What is left of a text to be read. The functions take what they name from its beginning, where it is there.
class scanner {
public:
    explicit scanner(std::string_view text) noexcept : rest_(text) {}

    bool at_end() const noexcept {
        return rest_.empty();
    }
    bool take(char wanted) noexcept {
        const bool found = !rest_.empty() && rest_.front() == wanted;
        rest_.remove_prefix(found ? 1 : 0);
        return found;
    }
    void blanks() noexcept {
        while (take(' ') || take('\t')) {
        }
    }

    // Decimal, or hexadecimal after 0x. Modulo 2^64: 18446744073709551615 is -1.
    std::optional<std::int64_t> number() noexcept {
        auto digits = rest_;
        const bool negative = !digits.empty() && digits.front() == '-';
        if (negative || (!digits.empty() && digits.front() == '+')) {
            digits.remove_prefix(1);
        }
        const bool hexadecimal = digits.substr(0, 2) == "0x";
        digits.remove_prefix(hexadecimal ? 2 : 0);
        std::uint64_t value = 0;
        const auto end = digits.data() + digits.size();
        const auto [after, error] = std::from_chars(digits.data(), end, value, hexadecimal ? 16 : 10);
        constexpr auto lowest = std::uint64_t{1} << 63;
        if (error != std::errc() || (negative && value > lowest)) {
            return std::nullopt;
        }
        rest_ = std::string_view(after, static_cast<std::size_t>(end - after));
        return static_cast<std::int64_t>(negative ? 0 - value : value);
    }

    // "rax", "lsl", "counter": a symbol too, if `more` are the characters that only symbols have.
    std::string word(std::string_view more = {}) {
        const auto fits = [&](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0 || more.find(c) != more.npos;
        };
        std::size_t size = 0;
        if (!rest_.empty() && std::isdigit(static_cast<unsigned char>(rest_.front())) == 0) {
            while (size != rest_.size() && fits(rest_[size])) {
                ++size;
            }
        }
        const std::string taken(rest_.substr(0, size));
        rest_.remove_prefix(size);
        return taken;
    }
    std::string symbol() {
        return word("_.$");
    }

private:
    std::string_view rest_;
};

} // namespace usdtpp::detail::reader

#endif
