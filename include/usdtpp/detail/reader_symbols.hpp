// Symbol tables.
#ifndef USDTPP_DETAIL_READER_SYMBOLS_HPP
#define USDTPP_DETAIL_READER_SYMBOLS_HPP

#include <cstdint>

#include <usdtpp/detail/reader_bytes.hpp>

namespace usdtpp::detail::reader {

struct symbol {
    std::uint32_t name = 0; // where it begins in the strings of its table
    std::uint64_t value = 0;
    std::uint64_t size = 0;
    unsigned type = 0;    // STT_FUNC ...
    unsigned binding = 0; // STB_GLOBAL ...
    std::uint64_t section = 0;
};

// Calls `use` with each symbol of a table, in its order.
template <class Use>
void for_each_symbol(bytes table, Use use) {
    const bool wide = table.format().address_size == 8;
    while (table.left() >= (wide ? 24U : 16U)) {
        symbol one;
        one.name = table.word();
        if (!wide) {
            one.value = table.address();
            one.size = table.address();
        }
        const auto info = static_cast<unsigned>(table.number(1));
        one.type = info & 15U;
        one.binding = info >> 4;
        table.skip(1);
        one.section = table.number(2);
        if (wide) {
            one.value = table.address();
            one.size = table.address();
        }
        use(one);
    }
}

} // namespace usdtpp::detail::reader

#endif
