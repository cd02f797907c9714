// Where an argument is: what stands behind the @ of "-4@%edi" is in the words of the processor's assembler, as the
// compiler wrote it.
#ifndef USDTPP_DETAIL_READER_OPERANDS_HPP
#define USDTPP_DETAIL_READER_OPERANDS_HPP

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <elf.h>

#include <usdtpp/detail/reader_scanner.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp::detail::reader {

using found_operand = std::optional<usdtpp::operand>;

inline found_operand constant(scanner in) {
    const auto value = in.number();
    if (!value || !in.at_end()) {
        return std::nullopt;
    }
    usdtpp::operand found;
    found.form = operand_form::constant;
    found.number = *value;
    return found;
}

inline found_operand in_register(std::string name) {
    if (name.empty()) {
        return std::nullopt;
    }
    usdtpp::operand found;
    found.form = operand_form::in_register;
    found.base = std::move(name);
    return found;
}

inline bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
    for (const auto& one : names) {
        if (name == one) {
            return true;
        }
    }
    return false;
}

// "x12", of letters "x", "w" ...: a word without a % may also be a symbol.
inline bool is_numbered_register(std::string_view name, std::initializer_list<std::string_view> letters) {
    const auto digits = name.find_first_of("0123456789");
    return digits != name.npos && is_one_of(name.substr(0, digits), letters) && name.size() <= digits + 2 &&
           name.find_first_not_of("0123456789", digits) == name.npos;
}

// A sum of numbers and at most one symbol: -16, counter, counter+4, 40+counter. Whether there is one.
inline bool take_address(scanner& in, usdtpp::operand& into) {
    bool found = false;
    for (;;) {
        if (const auto number = in.number()) {
            into.number = static_cast<std::int64_t>(static_cast<std::uint64_t>(into.number) +
                                                    static_cast<std::uint64_t>(*number));
        } else {
            auto ahead = in;
            const bool more = !found || ahead.take('+');
            auto symbol = more && into.symbol.empty() ? ahead.symbol() : "";
            if (symbol.empty()) {
                return found;
            }
            into.symbol = std::move(symbol);
            in = ahead;
        }
        found = true;
    }
}

// x86, in AT&T syntax: $-5, %edi, counter+4(%rip), -16(%rbp), 8(%rax,%rbx,8), (,%rax,4).
inline found_operand x86_operand(scanner in) {
    if (in.take('$')) {
        return constant(in);
    }
    if (in.take('%')) {
        auto name = in.word();
        return in.at_end() ? in_register(std::move(name)) : std::nullopt;
    }
    usdtpp::operand found;
    found.form = operand_form::in_memory;
    const bool addressed = take_address(in, found);
    if (in.take('(')) {
        if (in.take('%')) {
            found.base = in.word();
        }
        if (in.take(',')) {
            found.index = in.take('%') ? in.word() : "";
            if (found.index.empty()) {
                return std::nullopt;
            }
            if (in.take(',')) {
                found.scale = static_cast<int>(in.number().value_or(0));
            }
        }
        const bool scaled = found.scale == 1 || found.scale == 2 || found.scale == 4 || found.scale == 8;
        if (!in.take(')') || !scaled || (found.base.empty() && found.index.empty())) {
            return std::nullopt;
        }
    } else if (!addressed) {
        return std::nullopt;
    }
    return in.at_end() ? found_operand(std::move(found)) : std::nullopt;
}

// aarch64 and armhf: -5, #-5, x0, r0, [sp], [sp, 12], [r7, #-8], [x0, x1], [x0, x1, lsl 3].
inline found_operand arm_operand(scanner in, bool (*is_register)(std::string_view)) {
    if (!in.take('[')) {
        in.take('#');
        auto immediate = constant(in);
        if (immediate) {
            return immediate;
        }
        auto name = in.word();
        return in.at_end() && is_register(name) ? in_register(std::move(name)) : std::nullopt;
    }
    usdtpp::operand found;
    found.form = operand_form::in_memory;
    found.base = in.word();
    if (in.take(',')) {
        in.blanks();
        in.take('#');
        const auto displacement = in.number();
        found.number = displacement.value_or(0);
        if (!displacement) {
            found.index = in.word();
            if (!is_register(found.index)) {
                return std::nullopt;
            }
            if (in.take(',')) {
                in.blanks();
                const bool shifted = in.word() == "lsl";
                in.blanks();
                in.take('#');
                const auto shift = in.number().value_or(-1);
                if (!shifted || shift < 0 || shift > 4) {
                    return std::nullopt;
                }
                found.scale = 1 << shift;
            }
        }
    }
    const bool understood = is_register(found.base) && in.take(']') && in.at_end();
    return understood ? found_operand(std::move(found)) : std::nullopt;
}

inline bool is_aarch64_register(std::string_view name) {
    return is_numbered_register(name, {"x", "w", "v", "b", "h", "s", "d", "q"}) ||
           is_one_of(name, {"sp", "wsp", "xzr", "wzr", "lr", "fp"});
}

inline bool is_arm_register(std::string_view name) {
    return is_numbered_register(name, {"r", "s", "d", "q"}) ||
           is_one_of(name, {"sb", "sl", "fp", "ip", "sp", "lr", "pc"});
}

inline bool is_riscv_register(std::string_view name) {
    return is_numbered_register(name, {"x", "a", "s", "t", "f", "fa", "fs", "ft"}) ||
           is_one_of(name, {"zero", "ra", "sp", "gp", "tp", "fp"});
}

inline found_operand displaced(std::int64_t displacement, std::string base, std::string index = {}) {
    usdtpp::operand found;
    found.form = operand_form::in_memory;
    found.number = displacement;
    found.base = std::move(base);
    found.index = std::move(index);
    return found;
}

// riscv64: -5, a0, -20(s0).
inline found_operand riscv_operand(scanner in) {
    if (auto immediate = constant(in)) {
        return immediate;
    }
    const auto displacement = in.number();
    const bool memory = in.take('(');
    auto name = in.word();
    if (!is_riscv_register(name) || (displacement && !memory) || (memory && !in.take(')')) || !in.at_end()) {
        return std::nullopt;
    }
    return memory ? displaced(displacement.value_or(0), std::move(name)) : in_register(std::move(name));
}

// s390x: -5, %r2, 160(%r15), 8(%r1,%r15), where the index comes first.
inline found_operand s390_operand(scanner in) {
    if (in.take('%')) {
        auto name = in.word();
        return in.at_end() ? in_register(std::move(name)) : std::nullopt;
    }
    if (auto immediate = constant(in)) {
        return immediate;
    }
    const auto displacement = in.number();
    if (!in.take('(') || !in.take('%')) {
        return std::nullopt;
    }
    auto base = in.word();
    std::string index;
    if (in.take(',') && in.take('%')) {
        index = std::move(base);
        base = in.word();
    }
    const bool understood = !base.empty() && in.take(')') && in.at_end();
    return understood ? displaced(displacement.value_or(0), std::move(base), std::move(index)) : std::nullopt;
}

// ppc64el: i-5, 3, -8(1), 5,4 for the sum of both: a register is a bare number, which some write as %r3 or r3. As the
// base of an address, 0 is no register but nothing.
inline found_operand ppc_operand(scanner in) {
    auto immediate = in;
    if (immediate.take('i')) {
        return constant(immediate);
    }
    const auto register_name = [](scanner& from) -> std::string {
        from.take('%');
        if (auto name = from.word(); !name.empty()) {
            return is_numbered_register(name, {"r", "f", "vs", "v"}) ? name : "";
        }
        const auto number = from.number().value_or(-1);
        return number >= 0 && number < 32 ? std::to_string(number) : "";
    };
    auto alone = in;
    auto name = register_name(alone);
    if (alone.at_end()) {
        return in_register(std::move(name));
    }
    if (!name.empty() && name != "0" && alone.take(',')) {
        auto index = register_name(alone);
        const bool understood = !index.empty() && alone.at_end();
        return understood ? displaced(0, std::move(name), std::move(index)) : std::nullopt;
    }
    const auto displacement = in.number();
    if (!in.take('(')) {
        return std::nullopt;
    }
    auto base = register_name(in);
    const bool understood = !base.empty() && base != "0" && in.take(')') && in.at_end();
    return understood ? displaced(displacement.value_or(0), std::move(base)) : std::nullopt;
}

inline usdtpp::operand parse_operand(std::string_view text, int machine) {
    const auto understood = [&]() -> found_operand {
        const scanner in(text);
        switch (machine) {
        case EM_386:
        case EM_X86_64:
            return x86_operand(in);
        case EM_AARCH64:
            return arm_operand(in, is_aarch64_register);
        case EM_ARM:
            return arm_operand(in, is_arm_register);
        case EM_RISCV:
            return riscv_operand(in);
        case EM_S390:
            return s390_operand(in);
        case EM_PPC:
        case EM_PPC64:
            return ppc_operand(in);
        default:
            return std::nullopt;
        }
    }();
    return understood.value_or(usdtpp::operand());
}

} // namespace usdtpp::detail::reader

#endif
