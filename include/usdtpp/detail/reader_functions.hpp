// The functions of a file by their addresses, from its symbol tables.
#ifndef USDTPP_DETAIL_READER_FUNCTIONS_HPP
#define USDTPP_DETAIL_READER_FUNCTIONS_HPP

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include <cxxabi.h>
#include <elf.h>

#include <usdtpp/detail/reader_bytes.hpp>
#include <usdtpp/detail/reader_symbols.hpp>

namespace usdtpp::detail::reader {

// The most characters that a mangled name can stand for. Its parts may refer to earlier ones (S_, S1_, T_), so that a
// name of two hundred characters stands for one of a hundred million. With so many references, the worst that can be
// made of them is three at a time to what the last three made; a pack (Dp) may repeat its pattern for each character
// there is.
inline double longest_demangled(std::string_view name) noexcept {
    constexpr double cube_root_of_3 = 1.4423;
    auto length = static_cast<double>(name.size());
    bool is_reference = false;
    char last = '\0';
    for (const char c : name) {
        if (c == '_') {
            length *= is_reference ? cube_root_of_3 : 1;
            is_reference = false;
        } else {
            const bool may_go_on = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
            is_reference = c == 'S' || c == 'T' || (is_reference && may_go_on);
        }
        length *= last == 'D' && c == 'p' ? static_cast<double>(name.size()) : 1;
        last = c;
    }
    return length;
}

// Of the names in Debian's libraries one in a thousand is refused.
inline bool can_be_demangled(std::string_view name) noexcept {
    constexpr std::size_t deepest = 4096; // each character may be one more call of a function of the demangler's
    return name.substr(0, 2) == "_Z" && name.size() <= deepest && longest_demangled(name) < 16e6;
}

inline std::string demangled(const std::string& name) {
    if (!can_be_demangled(name)) {
        return name;
    }
    int status = 0;
    const std::unique_ptr<char, void (*)(void*)> text(abi::__cxa_demangle(name.c_str(), nullptr, nullptr, &status),
                                                      std::free);
    return status == 0 && text != nullptr ? text.get() : name;
}

class function_table {
public:
    // Of a file of so many bytes: names are not repeated beyond what that warrants.
    function_table(int machine, std::uint64_t size) noexcept : machine_(machine), budget_(16 * size + (1U << 20)) {}

    // A symbol table and the strings of its names, both of which must outlive this.
    void add(const bytes& symbols, std::string_view names) {
        const auto table = static_cast<std::uint32_t>(names_.size());
        names_.push_back(names);
        for_each_symbol(symbols, [&](const symbol& from) {
            if ((from.type == STT_FUNC || from.type == STT_GNU_IFUNC) && from.section != SHN_UNDEF) {
                function one;
                one.begin =
                    from.value & (machine_ == EM_ARM ? ~std::uint64_t{1} : ~std::uint64_t{0}); // which says Thumb
                one.size = from.size;
                one.name = from.name;
                one.table = table;
                one.binding = static_cast<unsigned char>(from.binding);
                one.place = functions_.size();
                functions_.push_back(one);
            }
        });
    }

    // When all tables are there. Of functions that begin at one address the longest is kept, and of several of those
    // the one that other files see, or else the first.
    void sort() {
        const auto rank = [](const function& one) {
            return one.binding == STB_GLOBAL ? 0 : one.binding == STB_WEAK ? 1 : 2;
        };
        const auto order = [&](const function& one) {
            return std::make_tuple(one.begin, ~one.size, rank(one), one.place);
        };
        std::sort(functions_.begin(), functions_.end(),
                  [&](const function& a, const function& b) { return order(a) < order(b); });
        const auto same = [](const function& a, const function& b) { return a.begin == b.begin; };
        functions_.erase(std::unique(functions_.begin(), functions_.end(), same), functions_.end());
    }

    // The name of the function around an address, demangled; empty where there is none. Where the table says no size
    // (assembly), a function goes on to the next one.
    std::string at(std::uint64_t address) {
        const auto after =
            std::upper_bound(functions_.begin(), functions_.end(), address,
                             [](std::uint64_t wanted, const function& one) { return wanted < one.begin; });
        if (after == functions_.begin() || budget_ == 0) {
            return "";
        }
        const auto& found = *(after - 1);
        if (found.size != 0 && address - found.begin >= found.size) {
            return "";
        }
        if (found.begin != last_begin_ || !has_last_) {
            const auto name = name_of(found);
            last_ = demangled(name);
            last_begin_ = found.begin;
            has_last_ = true;
            if (last_ == name && can_be_demangled(name)) { // in vain, but it may have taken as long
                spend(static_cast<std::uint64_t>(longest_demangled(name)));
            }
        }
        spend(last_.size());
        return budget_ != 0 ? last_ : "";
    }

private:
    struct function {
        std::uint64_t begin = 0;
        std::uint64_t size = 0;
        std::uint32_t name = 0; // where it begins in names_[table]
        std::uint32_t table = 0;
        unsigned char binding = 0;
        std::size_t place = 0; // in its table and those before
    };

    void spend(std::uint64_t characters) noexcept {
        budget_ -= std::min(characters, budget_);
    }

    // Without "@@VERSION". One that does not end, or not soon enough for any compiler, is none.
    std::string name_of(const function& one) const {
        constexpr std::size_t longest = 1 << 16;
        const auto all = names_[one.table];
        const auto rest = all.substr(std::min<std::size_t>(one.name, all.size()), longest);
        const auto end = rest.find('\0');
        return end != rest.npos ? std::string(rest.substr(0, std::min(end, rest.find('@')))) : "";
    }

    int machine_;
    std::uint64_t budget_;
    std::vector<std::string_view> names_;
    std::vector<function> functions_;
    std::string last_; // the neighbours of a probe are often in the same function
    std::uint64_t last_begin_ = 0;
    bool has_last_ = false;
};

} // namespace usdtpp::detail::reader

#endif
