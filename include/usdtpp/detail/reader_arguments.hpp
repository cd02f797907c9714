// The text of a note's arguments, taken apart: "-4@%edi 8@-16(%rbp)".
#ifndef USDTPP_DETAIL_READER_ARGUMENTS_HPP
#define USDTPP_DETAIL_READER_ARGUMENTS_HPP

#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <usdtpp/detail/reader_operands.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp::detail::reader {

// "-4@%edi": minus for a sign, the size, f for floating point.
inline note_argument parse_argument(std::string_view text, int machine) {
    note_argument found;
    found.text = std::string(text);
    auto before = text.substr(0, text.find('@'));
    if (before.size() == text.size()) {
        return found;
    }
    const auto operand_text = text.substr(before.size() + 1);
    const bool negative = !before.empty() && before.front() == '-';
    before.remove_prefix(negative ? 1 : 0);
    const bool floating = !before.empty() && before.back() == 'f';
    before.remove_suffix(floating ? 1 : 0);
    const auto end = before.data() + before.size();
    const auto [after, error] = std::from_chars(before.data(), end, found.size);
    if (error != std::errc() || after != end) {
        found.size = 0;
        return found;
    }
    found.is_signed = negative;
    found.is_floating = floating;
    found.where = parse_operand(operand_text, machine);
    return found;
}

// Blanks stand between arguments, and in brackets: "4@[sp, 12] -4@x0". A piece without an @ belongs to the argument
// before it ("4@DWORD PTR [rsp]").
inline std::vector<note_argument> parse_arguments(std::string_view text, int machine) {
    std::vector<std::string_view> pieces;
    const auto add = [&](std::size_t begin, std::size_t end) {
        const auto piece = text.substr(begin, end - begin);
        if (piece.empty()) {
            return;
        }
        const auto has_size = [](std::string_view one) { return one.find('@') != one.npos; };
        if (!pieces.empty() && has_size(pieces.back()) && !has_size(piece)) {
            const auto* first = pieces.back().data();
            pieces.back() = std::string_view(first, static_cast<std::size_t>(text.data() + end - first));
        } else {
            pieces.push_back(piece);
        }
    };
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i != text.size(); ++i) {
        if (text[i] == '(' || text[i] == '[') {
            ++depth;
        } else if ((text[i] == ')' || text[i] == ']') && depth != 0) {
            --depth;
        } else if ((text[i] == ' ' || text[i] == '\t') && depth == 0) {
            add(begin, i);
            begin = i + 1;
        }
    }
    add(begin, text.size());
    std::vector<note_argument> arguments;
    arguments.reserve(pieces.size());
    for (const auto& piece : pieces) {
        arguments.push_back(parse_argument(piece, machine));
    }
    return arguments;
}

} // namespace usdtpp::detail::reader

#endif
