// The text of a description where it cannot be pasted into assembly: as numbers, computed by the compiler.
#ifndef USDTPP_DETAIL_SOURCE_TEXT_HPP
#define USDTPP_DETAIL_SOURCE_TEXT_HPP

#include <cstdint>
#include <type_traits>

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
inline constexpr unsigned text_words = 28;
inline constexpr unsigned text_room = 8 * text_words;

// The names of the enumerations among T, each with a NUL; those for which there is room.
template <class... T>
class type_names {
public:
    constexpr type_names() noexcept {
        (add<decayed<T>>(), ...);
    }
    constexpr char operator[](unsigned i) const noexcept {
        return text_[i];
    }
    constexpr unsigned size() const noexcept {
        return size_;
    }

private:
    // T is an enumeration, or becomes one.
    template <class U>
    constexpr void add() noexcept {
        if constexpr (own_kind<U> == argument_kind::enumeration) {
            add_name_in(signature<U>());
        } else if constexpr (kind_of<U>() == argument_kind::enumeration) {
            add<std::decay_t<decltype(probe_argument<U>::get(std::declval<const U&>()))>>();
        }
    }
    template <unsigned Size>
    constexpr void add_name_in(const char (&signature)[Size]) noexcept {
        unsigned begin = 0;
        while (signature[begin] != '=') {
            ++begin;
        }
        begin += 2;
        const unsigned end = Size - 2; // of "]"
        if (end < begin || size_ + (end - begin) >= text_room) {
            return;
        }
        for (; begin < end; ++begin) {
            text_[size_++] = signature[begin];
        }
        text_[size_++] = '\0';
    }

    char text_[text_room] = {};
    unsigned size_ = 0;
};
// At -O0 GCC takes each constant for data of the program, but remembers what a function returned.
template <class... T>
constexpr type_names<T...> names_of(const described_kinds<T...>*) noexcept {
    return {};
}

// The name of the file and the text, both with a NUL, and behind them the names of types. Of a long text the end is
// left out, and then what comes behind it, too.
template <class Kinds>
class source_text {
public:
    constexpr explicit source_text(const char* file_and_text) noexcept
        : text_(file_and_text), size_(static_cast<unsigned>(__builtin_strlen(file_and_text)) + 1) {
        size_ += static_cast<unsigned>(__builtin_strlen(text_ + size_)) + 1;
    }
    constexpr std::uint64_t word(unsigned number) const noexcept {
        const unsigned begin = 8 * number;
        if (begin + 8 <= size_ && (size_ <= text_room || number + 1 != text_words)) {
            const char* at = text_ + begin;
            return packed(at[0], at[1], at[2], at[3], at[4], at[5], at[6], at[7]);
        }
        if (size_ > text_room) {
            const char* at = text_ + begin;
            return packed(at[0], at[1], at[2], at[3], '.', '.', '.', '\0');
        }
        if (!Kinds::has_types && begin >= size_) {
            return 0;
        }
        const auto names = names_of(static_cast<Kinds*>(nullptr));
        unsigned names_size = names.size();
        while (size_ + names_size > text_room || (names_size != 0 && names[names_size - 1] != '\0')) {
            --names_size;
        }
        char bytes[8] = {};
        for (unsigned i = 0; i != 8; ++i) {
            const unsigned place = begin + i;
            if (place < size_) {
                bytes[i] = text_[place];
            } else if (place - size_ < names_size) {
                bytes[i] = names[place - size_];
            }
        }
        return packed(bytes[0], bytes[1], bytes[2], bytes[3], bytes[4], bytes[5], bytes[6], bytes[7]);
    }
    // Of 63 bits, so it is a number without a sign in assembly.
    constexpr std::uint64_t hash() const noexcept {
        std::uint64_t all = size_;
        for (unsigned number = 0; number != text_words; ++number) {
            all = (all ^ word(number)) * 0x9e3779b97f4a7c15;
            all ^= all >> 29;
        }
        return all >> 1;
    }

private:
    static constexpr std::uint64_t packed(char a, char b, char c, char d, char e, char f, char g, char h) noexcept {
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        return byte(h, 0) | byte(g, 8) | byte(f, 16) | byte(e, 24) | byte(d, 32) | byte(c, 40) | byte(b, 48) |
               byte(a, 56);
#else
        return byte(a, 0) | byte(b, 8) | byte(c, 16) | byte(d, 24) | byte(e, 32) | byte(f, 40) | byte(g, 48) |
               byte(h, 56);
#endif
    }
    static constexpr std::uint64_t byte(char value, int bits) noexcept {
        return std::uint64_t{static_cast<unsigned char>(value)} << bits;
    }

    const char* text_;
    unsigned size_;
};

// clang-format off

#if __cpp_nontype_template_args >= 201911L && !defined(__cpp_modules)
template <unsigned Size>
struct literal_text {
    char characters[Size];
};
template <unsigned Size>
literal_text(const char (&)[Size]) -> literal_text<Size>;
template <literal_text Text>
struct literal {
    const char* written = Text.characters;
};
#endif

// The words of that text, and a number that stands for all of it.
template <class Source, class Kinds>
struct text_of {
    enum : std::uint64_t {
#if !defined(__clang__)
        usdtpp_hash = source_text<Kinds>(Source{}.written).hash(),
#endif
        usdtpp_word_0 = source_text<Kinds>(Source{}.written).word(0),
        usdtpp_word_1 = source_text<Kinds>(Source{}.written).word(1),
        usdtpp_word_2 = source_text<Kinds>(Source{}.written).word(2),
        usdtpp_word_3 = source_text<Kinds>(Source{}.written).word(3),
        usdtpp_word_4 = source_text<Kinds>(Source{}.written).word(4),
        usdtpp_word_5 = source_text<Kinds>(Source{}.written).word(5),
        usdtpp_word_6 = source_text<Kinds>(Source{}.written).word(6),
        usdtpp_word_7 = source_text<Kinds>(Source{}.written).word(7),
        usdtpp_word_8 = source_text<Kinds>(Source{}.written).word(8),
        usdtpp_word_9 = source_text<Kinds>(Source{}.written).word(9),
        usdtpp_word_10 = source_text<Kinds>(Source{}.written).word(10),
        usdtpp_word_11 = source_text<Kinds>(Source{}.written).word(11),
        usdtpp_word_12 = source_text<Kinds>(Source{}.written).word(12),
        usdtpp_word_13 = source_text<Kinds>(Source{}.written).word(13),
        usdtpp_word_14 = source_text<Kinds>(Source{}.written).word(14),
        usdtpp_word_15 = source_text<Kinds>(Source{}.written).word(15),
        usdtpp_word_16 = source_text<Kinds>(Source{}.written).word(16),
        usdtpp_word_17 = source_text<Kinds>(Source{}.written).word(17),
        usdtpp_word_18 = source_text<Kinds>(Source{}.written).word(18),
        usdtpp_word_19 = source_text<Kinds>(Source{}.written).word(19),
        usdtpp_word_20 = source_text<Kinds>(Source{}.written).word(20),
        usdtpp_word_21 = source_text<Kinds>(Source{}.written).word(21),
        usdtpp_word_22 = source_text<Kinds>(Source{}.written).word(22),
        usdtpp_word_23 = source_text<Kinds>(Source{}.written).word(23),
        usdtpp_word_24 = source_text<Kinds>(Source{}.written).word(24),
        usdtpp_word_25 = source_text<Kinds>(Source{}.written).word(25),
        usdtpp_word_26 = source_text<Kinds>(Source{}.written).word(26),
        usdtpp_word_27 = source_text<Kinds>(Source{}.written).word(27),
    };
    [[gnu::no_instrument_function]] static void make() noexcept;
};
// Where the text is pasted, there are no words of it.
struct no_text {
    enum : std::uint64_t {
        usdtpp_hash = 0,
        usdtpp_word_0 = 0, usdtpp_word_1 = 0, usdtpp_word_2 = 0, usdtpp_word_3 = 0, usdtpp_word_4 = 0, usdtpp_word_5 = 0, usdtpp_word_6 = 0, usdtpp_word_7 = 0, usdtpp_word_8 = 0, usdtpp_word_9 = 0, usdtpp_word_10 = 0, usdtpp_word_11 = 0, usdtpp_word_12 = 0, usdtpp_word_13 = 0, usdtpp_word_14 = 0, usdtpp_word_15 = 0, usdtpp_word_16 = 0, usdtpp_word_17 = 0, usdtpp_word_18 = 0, usdtpp_word_19 = 0, usdtpp_word_20 = 0, usdtpp_word_21 = 0, usdtpp_word_22 = 0, usdtpp_word_23 = 0, usdtpp_word_24 = 0, usdtpp_word_25 = 0, usdtpp_word_26 = 0, usdtpp_word_27 = 0,
    };
    [[gnu::no_instrument_function]] static void make() noexcept {}
};

// clang-format on

// How the text of a probe comes into its statement. The words of it are what the function returns, which is never
// called; an alias would do, but with one g++ 12 forgets functions of modules.
template <bool IsPasted, class Kinds>
struct text_way {
    static constexpr bool is_pasted = IsPasted;
    static no_text words_of(const void* source) noexcept;
};
template <class Kinds>
struct text_way<false, Kinds> {
    static constexpr bool is_pasted = false;
    template <class Source>
    static text_of<Source, Kinds> words_of(Source*) noexcept;
};

} // namespace usdtpp::detail

#endif
