// Arguments of a probe that has fired: from the operands of its note to values, out of the registers that were saved.
#ifndef USDTPP_DETAIL_ATTACH_OPERANDS_HPP
#define USDTPP_DETAIL_ATTACH_OPERANDS_HPP

#include <cstdint>
#include <optional>
#include <string_view>

#include <usdtpp/detail/attach_machine.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp::detail::attach {

enum class value_form : std::uint8_t { unreadable, constant, general, vector, memory };

// An operand without text: what reading it takes, and nothing that could fail.
struct value_operand {
    value_form form = value_form::unreadable;
    std::uint8_t size = 8; // 1, 2, 4 or 8 bytes
    bool is_signed = false;
    bool is_whole = false;  // all of a general register
    std::uint8_t shift = 0; // %ah is 8 bits up in %rax
    std::uint8_t base = no_register;
    std::uint8_t index = no_register;
    std::uint8_t scale = 1;
    argument_kind kind = argument_kind::unknown;
    std::uint64_t number = 0; // a constant, or what is added to base and index
};

// `address_of`: of a symbol in the process, if it is known.
template <class AddressOf>
USDTPP_DETAIL_HIDDEN value_operand value_operand_of(const note_argument& argument, AddressOf address_of) {
    value_operand found;
    const auto& where = argument.where;
    found.size = static_cast<std::uint8_t>(argument.size);
    found.is_signed = argument.is_signed;
    found.kind = argument.kind;
    found.number = static_cast<std::uint64_t>(where.number);
    found.scale = static_cast<std::uint8_t>(where.scale);
    const bool sized = found.size == 1 || found.size == 2 || found.size == 4 || found.size == 8;
    const auto base = named_register(where.base);
    const auto index = named_register(where.index);
    const bool from_code = is_instruction_pointer(where.base); // with a symbol it adds nothing
    const bool bases = where.base.empty() || from_code || (base && !base->is_vector && base->shift == 0);
    const bool indexes = where.index.empty() || (index && !index->is_vector && index->shift == 0);
    if (!sized) {
        return found;
    }
    if (where.form == operand_form::constant) {
        found.form = value_form::constant;
    } else if (where.form == operand_form::in_register && base) {
        found.form = base->is_vector ? value_form::vector : value_form::general;
        found.base = base->number;
        found.shift = base->shift;
        found.is_whole = !base->is_vector && found.size == 8;
    } else if (where.form == operand_form::in_memory && bases && indexes && from_code <= !where.symbol.empty()) {
        const auto symbol = !where.symbol.empty() ? address_of(where.symbol) : std::optional<std::uint64_t>(0);
        if (symbol) {
            found.form = value_form::memory;
            found.number += *symbol;
            found.base = base && !from_code ? base->number : no_register;
            found.index = index ? index->number : no_register;
        }
    }
    return found;
}

// The value, extended to 64 bits by its sign. Nothing if it is not readable.
USDTPP_DETAIL_FIRING inline bool read_value(const value_operand& operand, const registers& from, const void* vectors,
                                            std::uint64_t& value) noexcept {
    value = operand.number;
    switch (operand.form) {
    case value_form::unreadable:
        return false;
    case value_form::constant:
        break;
    case value_form::general:
        value = from.general[operand.base] >> operand.shift;
        break;
    case value_form::vector:
        if (vectors == nullptr) {
            return false;
        }
        __builtin_memcpy(&value, static_cast<const unsigned char*>(vectors) + vector_offset(operand.base), 8);
        break;
    case value_form::memory: {
        value += operand.base != no_register ? from.general[operand.base] : 0;
        value += operand.index != no_register ? from.general[operand.index] * operand.scale : 0;
        const auto* address = reinterpret_cast<const unsigned char*>(value); // NOLINT(performance-no-int-to-ptr)
        value = 0;
        switch (operand.size) { // little endian, as both processors are
        case 1:
            __builtin_memcpy(&value, address, 1);
            break;
        case 2:
            __builtin_memcpy(&value, address, 2);
            break;
        case 4:
            __builtin_memcpy(&value, address, 4);
            break;
        default:
            __builtin_memcpy(&value, address, 8);
        }
    }
    }
    const unsigned unused = 64 - 8U * operand.size;
    value <<= unused;
    value =
        operand.is_signed ? static_cast<std::uint64_t>(static_cast<std::int64_t>(value) >> unused) : value >> unused;
    return true;
}

} // namespace usdtpp::detail::attach

#endif
