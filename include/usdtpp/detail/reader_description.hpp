// Descriptions: a note beside that of a probe, in section .note.usdtpp, which says what the arguments were in C++ and
// where the probe is in the source. docs/note.md has the format.
#ifndef USDTPP_DETAIL_READER_DESCRIPTION_HPP
#define USDTPP_DETAIL_READER_DESCRIPTION_HPP

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <usdtpp/detail/reader_bytes.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp::detail::reader {

// The texts live as long as the bytes that they were read from.
struct description {
    static constexpr std::uint32_t note_type = 0x1001;
    static constexpr std::uint32_t note_type_without_text = 0x1002;
    std::uint64_t site = 0;
    std::uint64_t kinds = 0; // four bits each
    std::size_t count = 0;   // of arguments
    bool has_long_nop = false;
    unsigned line = 0;
    std::string_view file;
    std::string_view arguments; // of the macro: provider, name and those of the probe, separated by commas
    bytes types;                // a text for each enumeration
    bool is_used = false;
    std::size_t taken = 0; // how many of the same site are used: of the first of them

    argument_kind kind(std::size_t argument) const noexcept {
        const auto number = kinds >> 4 * argument & 15;
        const bool known = number <= static_cast<std::uint64_t>(argument_kind::time_point);
        return known ? static_cast<argument_kind>(number) : argument_kind::unknown;
    }
    // It says of the site that a long nop stands there, and nothing of the probe.
    bool is_mark() const noexcept {
        return count == 0 && line == 0 && file.empty() && arguments.empty();
    }
};

// Texts of descriptions have a note of their own where GCC writes them as numbers.
class description_texts {
public:
    static constexpr std::uint32_t note_type = 0x2002;
    // Each probe gets a copy, and a small note may have it do so.
    static constexpr std::size_t most = 256;

    // What is behind the header and owner of such a note.
    void add(bytes from) {
        const auto number = from.number(8);
        if (from.left() > most) {
            throw damaged("a text of descriptions in it is longer than " + std::to_string(most) + " bytes");
        }
        all_.emplace_back(number, from);
    }
    void sort() {
        std::stable_sort(all_.begin(), all_.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    }
    bytes of(std::uint64_t number) const {
        const auto found = std::lower_bound(all_.begin(), all_.end(), number,
                                            [](const auto& one, std::uint64_t wanted) { return one.first < wanted; });
        if (found == all_.end() || found->first != number) {
            throw damaged("a description in it has its text nowhere");
        }
        return found->second;
    }

private:
    std::vector<std::pair<std::uint64_t, bytes>> all_;
};

inline void read_texts(description& into, bytes from) {
    into.file = from.text();
    into.arguments = from.text();
    into.types = from;
    while (from.left() != 0 && from.view().front() != '\0') { // what follows the last of them is padding
        from.text();
    }
    if (from.view().find_first_not_of('\0') != std::string_view::npos) {
        throw damaged("a description in it is followed by something else");
    }
    if (into.file.empty() && !into.is_mark()) {
        throw damaged("a description in it names no file");
    }
}

// Of a note, what is behind its header and owner. With `texts` it has the number of one of them in place of a text.
inline description read_description(bytes from, const description_texts* texts = nullptr) {
    description read;
    read.site = from.address();
    read.kinds = from.number(8);
    read.count = static_cast<std::size_t>(read.kinds >> 48 & 15);
    read.has_long_nop = (read.kinds >> 52 & 1) != 0;
    read.line = from.word();
    read_texts(read, texts == nullptr ? from : texts->of(from.number(8)));
    return read;
}

// The commas that the preprocessor saw between the arguments of a macro: parentheses and literals hide others;
// brackets, braces and < > do not.
class argument_names {
public:
    explicit argument_names(std::string_view text) : text_(text) {
        constexpr std::size_t most = 32; // more than any probe has; the rest counts as one
        while (at_ != text_.size() && names_.size() != most) {
            step();
        }
        add(text_.size());
    }
    const std::vector<std::string_view>& names() const noexcept {
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
    std::vector<std::string_view> names_;
    std::size_t at_ = 0;
    std::size_t begin_ = 0;
    int depth_ = 0;
};

// What stands between `prefix` and `suffix`, if they are there.
inline std::optional<std::string_view> between(std::string_view prefix, std::string_view written,
                                               std::string_view suffix) noexcept {
    const auto size = prefix.size() + suffix.size();
    const bool matches = written.size() >= size && written.compare(0, prefix.size(), prefix) == 0 &&
                         written.compare(written.size() - suffix.size(), suffix.size(), suffix) == 0;
    return matches ? std::optional(written.substr(prefix.size(), written.size() - size)) : std::nullopt;
}

// The names of a probe's arguments: what was written, what is in USDTPP_ADDRESS, or the name that USDTPP_NAMED gives.
// USDTPP_SIZED makes two arguments, address and length, and names the first. All may be there as the macro that was
// written, or as what it stands for, if a macro of the user's came in between.
inline std::vector<std::string> names_of(const description& of) {
    std::vector<std::string> names;
    const argument_names written(of.arguments);
    names.reserve(of.count);
    for (std::size_t i = 2; i < written.names().size(); ++i) {
        const auto& one = written.names()[i];
        if (const auto sized = between("USDTPP_SIZED(", one, ")")) {
            names.emplace_back(*sized);
            names.emplace_back();
        } else if (const auto expanded = between("(::usdtpp::detail::sized{(", one, "), usdtpp_size})")) {
            names.emplace_back(*expanded);
        } else if (const auto older = between("::usdtpp::detail::sized(", one, ")")) { // of version 0.1
            names.emplace_back(*older);
        } else if (one == "usdtpp_size" || one == "::usdtpp::detail::size_of_previous {}") {
            names.emplace_back();
        } else if (const auto address = between("USDTPP_ADDRESS(", one, ")")) {
            names.emplace_back(*address);
        } else if (const auto expanded_address = between("(::usdtpp::detail::address{", one, "})")) {
            names.emplace_back(*expanded_address);
        } else if (const auto named = between("USDTPP_NAMED(", one, ")")) {
            names.emplace_back(argument_names(*named).names().front());
        } else if (const auto expanded_name = between("(static_cast<void>(sizeof(\"", one, ")")) {
            names.emplace_back(expanded_name->substr(0, expanded_name->find('"')));
        } else {
            names.emplace_back(one);
        }
    }
    return names;
}

// Where the notes do not agree on the number of arguments, these stay as the probe's note has them.
inline void describe(probe_note& probe, const description& by) {
    if (by.is_mark()) {
        return;
    }
    probe.file = by.file;
    probe.line = by.line;
    if (by.count != probe.arguments.size()) {
        return;
    }
    auto types = by.types;
    for (std::size_t i = 0; i != by.count; ++i) {
        probe.arguments[i].kind = by.kind(i);
        if (by.kind(i) == argument_kind::enumeration && types.left() != 0) {
            probe.arguments[i].type = types.text();
        }
    }
    // A long text may be cut off at its end. Otherwise, if the number is another, a macro stands for several arguments.
    auto names = names_of(by);
    if (names.size() == probe.arguments.size() ||
        (names.size() < probe.arguments.size() && between("", by.arguments, "..."))) {
        for (std::size_t i = 0; i != names.size(); ++i) {
            probe.arguments[i].name = std::move(names[i]);
        }
    }
}

} // namespace usdtpp::detail::reader

#endif
