// The text of a description where it cannot be pasted into assembly: as numbers, computed by the compiler.
#ifndef USDTPP_DETAIL_SOURCE_TEXT_HPP
#define USDTPP_DETAIL_SOURCE_TEXT_HPP

#include <cstdint>

#include <usdtpp/detail/kinds.hpp>

namespace usdtpp::detail {

#if defined(__GNUC__) && !defined(__clang__)
// GCC computes strcspn at once, and takes its time over each turn of a loop.
constexpr bool has_none_of(const char* text, const char* characters) noexcept {
    return text[__builtin_strcspn(text, characters)] == '\0';
}
#endif

// As compilers write it: "... [with T = geometry::shape]" or "... [T = geometry::shape]".
template <class T>
constexpr auto& signature() noexcept {
    return __PRETTY_FUNCTION__;
}

// As many bytes as an asm statement can have operands for (GCC: 30, two of which are not text).
class source_text {
public:
    static constexpr unsigned words = 28;

    // A name and a text, both with a NUL. Of the text the end is left out if need be, and then what comes behind it,
    // too.
    constexpr explicit source_text(const char* name_and_text) noexcept {
        for (int ends = 0; ends != 2; ++name_and_text) {
            ends += *name_and_text == '\0' ? 1 : 0;
            add(*name_and_text);
        }
        if (text_[size_ - 1] != 0) {
            text_[room - 4] = text_[room - 3] = text_[room - 2] = '.';
            text_[room - 1] = 0;
        }
    }
    // Of an enumeration, or of what becomes one.
    template <class T>
    constexpr void add_type() noexcept {
        if constexpr (own_kind<T> == argument_kind::enumeration) {
            add_name_in(signature<T>());
        } else if constexpr (kind_of<T>() == argument_kind::enumeration) {
            add_type<std::decay_t<decltype(probe_argument<T>::get(std::declval<const T&>()))>>();
        }
    }
    constexpr std::uint64_t word(unsigned number) const noexcept {
        std::uint64_t all = 0;
        for (unsigned i = 0; i != 8; ++i) {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
            all = all << 8 | text_[8 * number + i];
#else
            all |= std::uint64_t{text_[8 * number + i]} << 8 * i;
#endif
        }
        return all;
    }

private:
    static constexpr unsigned room = 8 * words;

    template <unsigned Size>
    constexpr void add_name_in(const char (&signature)[Size]) noexcept {
        unsigned begin = 0;
        while (signature[begin] != '=') {
            ++begin;
        }
        const unsigned end = Size - 2; // of "]"
        for (begin += 2; begin < end && size_ + (end - begin) < room; ++begin) {
            add(signature[begin]);
        }
        add('\0');
    }
    constexpr void add(char c) noexcept {
        if (size_ != room) {
            text_[size_++] = static_cast<unsigned char>(c);
        }
    }

    unsigned char text_[room] = {};
    unsigned size_ = 0;
};

template <class Source, class... T>
constexpr source_text text_with_types(const described_kinds<T...>*) noexcept {
    source_text all(Source{}.written);
    (all.add_type<std::decay_t<const T>>(), ...);
    return all;
}
// At -O0 GCC takes each constant for data of the program, but remembers what a function returned; clang does neither.
#if defined(__clang__)
template <class Source, class Operands>
inline constexpr source_text text_of = text_with_types<Source>(static_cast<Operands*>(nullptr));
template <class Source, class Operands, unsigned Number>
constexpr std::uint64_t word_of() noexcept {
    return text_of<Source, Operands>.word(Number);
}
#else
template <class Source, class Operands>
constexpr source_text text_of() noexcept {
    return text_with_types<Source>(static_cast<Operands*>(nullptr));
}
template <class Source, class Operands, unsigned Number>
constexpr std::uint64_t word_of() noexcept {
    return text_of<Source, Operands>().word(Number);
}
#endif

} // namespace usdtpp::detail

#endif
