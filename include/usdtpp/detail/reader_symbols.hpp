// Addresses of symbols, for operands that name one.
#ifndef USDTPP_DETAIL_READER_SYMBOLS_HPP
#define USDTPP_DETAIL_READER_SYMBOLS_HPP

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include <usdtpp/detail/reader_elf.hpp>
#include <usdtpp/detail/reader_file.hpp>

namespace usdtpp::detail::reader {

// An address of the file. Nothing if it has no such symbol of data or code, or several.
inline std::optional<std::uint64_t> symbol_value(const std::string& path, const std::string& name) {
    std::set<std::uint64_t> values;
    try {
        const open_file from(path);
        auto file = open_elf(from);
        for (const auto& section : file.sections()) {
            if (section.header.sh_type != SHT_SYMTAB && section.header.sh_type != SHT_DYNSYM) {
                continue;
            }
            const auto names = file.contents(section.header.sh_link, SHT_STRTAB).view();
            auto symbols = file.contents(section);
            const bool wide = symbols.format().address_size == 8;
            while (symbols.left() >= (wide ? 24U : 16U)) {
                const auto at = symbols.word();
                std::uint64_t value = wide ? 0 : symbols.address();
                if (!wide) {
                    symbols.word(); // its size
                }
                const auto info = symbols.number(1);
                symbols.skip(1);
                const auto index = symbols.number(2);
                value = wide ? symbols.number(8) : value;
                symbols.skip(wide ? 8 : 0);
                if (index != SHN_UNDEF && (info & 15U) != STT_TLS && at < names.size() &&
                    names.compare(at, name.size() + 1, name.c_str(), name.size() + 1) == 0) {
                    values.insert(value);
                }
            }
        }
    } catch (const damaged&) {
        return std::nullopt;
    }
    return values.size() == 1 ? std::optional(*values.begin()) : std::nullopt;
}

} // namespace usdtpp::detail::reader

#endif
