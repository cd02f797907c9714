// Descriptions: the second note beside a probe, in section .note.usdtpp, which says what the arguments were in C++ and
// where the probe is in the source. docs/note.md has the format.
#ifndef USDTPP_DETAIL_READER_DESCRIPTION_HPP
#define USDTPP_DETAIL_READER_DESCRIPTION_HPP

#include <cctype>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <usdtpp/detail/reader_bytes.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp::detail::reader {

struct description {
    std::uint64_t site = 0;
    std::uint64_t base = 0;
    unsigned line = 0;
    std::vector<argument_kind> kinds; // of each argument
    std::string file;
    std::string names;              // as written, separated by commas
    std::vector<std::string> types; // of each enumeration
};

inline constexpr std::uint32_t description_type = 1;

inline argument_kind kind_of(std::uint64_t number) noexcept {
    const bool known = number <= static_cast<std::uint64_t>(argument_kind::time_point);
    return known ? static_cast<argument_kind>(number) : argument_kind::unknown;
}

// Of the note's description, what is behind its header and owner.
inline description read_description(bytes from) {
    description read;
    read.site = from.address();
    read.base = from.address();
    read.line = from.word();
    const auto count = from.number(1);
    for (std::uint64_t i = 0; i != count; ++i) {
        read.kinds.push_back(kind_of(from.number(1)));
    }
    read.file = from.text();
    read.names = from.text();
    for (const auto kind : read.kinds) {
        if (kind == argument_kind::enumeration) {
            read.types.push_back(from.text());
        }
    }
    return read;
}

// The commas that the preprocessor saw between the arguments of a macro: parentheses and literals hide others;
// brackets, braces and < > do not.
class argument_names {
public:
    explicit argument_names(std::string_view text) : text_(text) {
        while (at_ != text_.size()) {
            step();
        }
        add(text_.size());
    }
    const std::vector<std::string>& names() const noexcept {
        return names_;
    }

private:
    bool is(std::size_t at, char c) const noexcept {
        return at < text_.size() && text_[at] == c;
    }
    bool is_word(std::size_t at) const noexcept {
        return at < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at])) != 0 || text_[at] == '_');
    }

    void step() {
        const char c = text_[at_];
        if (c == '"' || c == '\'') {
            literal(c);
        } else if (is_word(at_)) {
            word();
        } else {
            depth_ += c == '(' ? 1 : 0;
            depth_ -= c == ')' && depth_ != 0 ? 1 : 0;
            if (c == ',' && depth_ == 0) {
                add(at_);
                begin_ = at_ + 1;
            }
            ++at_;
        }
    }
    // To its end, or that of the text.
    void literal(char quote) {
        for (++at_; at_ != text_.size() && text_[at_] != quote; ++at_) {
            at_ += text_[at_] == '\\' && at_ + 1 != text_.size() ? 1U : 0U;
        }
        at_ += at_ != text_.size() ? 1U : 0U;
    }
    // A name or a number, of which a ' may be part (1'000); the prefix of a raw string comes with it.
    void word() {
        const auto begin = at_;
        const bool number = std::isdigit(static_cast<unsigned char>(text_[begin])) != 0;
        while (is_word(at_) || (number && is(at_, '\'') && is_word(at_ + 1))) {
            ++at_;
        }
        if (!number && text_[at_ - 1] == 'R' && at_ - begin <= 3 && is(at_, '"')) {
            const auto open = text_.find('(', at_);
            const auto delimiter = text_.substr(at_ + 1, open == text_.npos ? 0 : open - at_ - 1);
            const auto close = text_.find(")" + std::string(delimiter) + '"', at_);
            at_ = open == text_.npos || close == text_.npos ? text_.size() : close + delimiter.size() + 2;
        }
    }
    void add(std::size_t end) {
        auto piece = text_.substr(begin_, end - begin_);
        const auto first = piece.find_first_not_of(" \t\n");
        piece.remove_prefix(first == piece.npos ? piece.size() : first);
        piece = piece.substr(0, piece.find_last_not_of(" \t\n") + 1);
        names_.emplace_back(piece);
    }

    std::string_view text_;
    std::vector<std::string> names_;
    std::size_t at_ = 0;
    std::size_t begin_ = 0;
    int depth_ = 0;
};

// "x" of "USDTPP_SIZED(x)", where `written` is that macro's.
inline std::optional<std::string_view> inside(std::string_view macro, std::string_view written) noexcept {
    const auto open = written.find('(');
    const auto name = written.substr(0, open);
    if (open == written.npos || name.substr(0, name.find(' ')) != macro || written.back() != ')') {
        return std::nullopt;
    }
    return written.substr(open + 1, written.size() - open - 2);
}

// Where description and note do not agree on the number of arguments, these stay as the note has them. The text of the
// names may be cut off at its end, so the last of them may be missing.
inline void describe(probe_note& probe, const description& by) {
    probe.file = by.file;
    probe.line = by.line;
    if (by.kinds.size() != probe.arguments.size()) {
        return;
    }
    const argument_names written(by.names);
    auto name = written.names().begin();
    auto type = by.types.begin();
    bool is_length = false; // of the argument before
    for (std::size_t i = 0; i != by.kinds.size(); ++i) {
        auto& argument = probe.arguments[i];
        argument.kind = by.kinds[i];
        if (argument.kind == argument_kind::enumeration) {
            argument.type = *type++;
        }
        if (is_length || name == written.names().end()) {
            is_length = false;
            continue;
        }
        const auto sized = inside("USDTPP_SIZED", *name); // written once for two arguments, address and length
        argument.name = sized.value_or(*name);
        is_length = sized.has_value();
        ++name;
    }
}

} // namespace usdtpp::detail::reader

#endif
