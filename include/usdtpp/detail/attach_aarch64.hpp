// Attaching on aarch64: by breakpoints, for which the processor takes a nop to be replaced at any time (Arm ARM,
// B2.2.5).
#ifndef USDTPP_DETAIL_ATTACH_AARCH64_HPP
#define USDTPP_DETAIL_ATTACH_AARCH64_HPP
#if defined(__aarch64__)

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>

#include <asm/sigcontext.h>
#include <sys/auxv.h>
#include <ucontext.h>

#include <usdtpp/detail/attach_sanitizers.hpp>

#define USDTPP_DETAIL_FIRING USDTPP_DETAIL_HIDDEN USDTPP_DETAIL_UNINSTRUMENTED

namespace usdtpp::detail::attach {

constexpr std::uint8_t no_register = 255;

struct registers {
    std::uint64_t general[33]; // x0 ... x30, sp, zero
    std::uint64_t witness = 0; // see is_intact()
};

struct register_name {
    std::uint8_t number;
    std::uint8_t shift;
    bool is_vector;
};

USDTPP_DETAIL_HIDDEN inline std::optional<register_name> named_register(std::string_view name) noexcept {
    if (name == "sp" || name == "wsp") {
        return register_name{31, 0, false};
    }
    if (name == "xzr" || name == "wzr") {
        return register_name{32, 0, false};
    }
    static constexpr std::string_view general = "xw";
    static constexpr std::string_view vector = "vqdshb";
    const bool is_vector = !name.empty() && vector.find(name.front()) != vector.npos;
    if (name.size() < 2 || name.size() > 3 || (!is_vector && general.find(name.front()) == general.npos)) {
        return std::nullopt;
    }
    unsigned number = 0;
    for (const char c : name.substr(1)) {
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    return number < (is_vector ? 32U : 31U)
               ? std::optional(register_name{static_cast<std::uint8_t>(number), 0, is_vector})
               : std::nullopt;
}

USDTPP_DETAIL_HIDDEN inline bool is_instruction_pointer(std::string_view) noexcept {
    return false;
}

// In the vector registers of a signal's context.
USDTPP_DETAIL_FIRING constexpr std::size_t vector_offset(std::uint8_t number) noexcept {
    return std::size_t{16} * number;
}

using code_byte = unsigned char;
constexpr code_byte breakpoint[] = {0x00, 0x00, 0x20, 0xd4}; // brk #0
constexpr int breakpoint_signal = SIGTRAP;
constexpr char breakpoint_signal_name[] = "SIGTRAP";
constexpr code_byte tracers_breakpoint[] = {0xa0, 0x00, 0x20, 0xd4}; // the kernel's: brk #5
constexpr code_byte nop[] = {0x1f, 0x20, 0x03, 0xd5};

// No site is jumped from here.
USDTPP_DETAIL_FIRING inline bool is_of_a_jump(const registers&, const registers*) noexcept {
    return false;
}

// What pages of code are protected by beyond reading, writing and executing: PROT_BTI ("bt" among the flags).
USDTPP_DETAIL_HIDDEN inline int protection_of_processor(std::uint64_t page) {
    constexpr unsigned long has_bti = 1UL << 17; // HWCAP2_BTI
    constexpr int bti = 0x10;
    if ((::getauxval(AT_HWCAP2) & has_bti) == 0) {
        return 0;
    }
    std::ifstream maps("/proc/self/smaps");
    bool is_there = false;
    for (std::string line; std::getline(maps, line);) {
        const auto dash = line.find('-');
        if (dash != line.npos && dash < line.find(' ')) { // "aaaae0000000-aaaae0001000 r-xp ..."
            is_there = std::strtoull(line.c_str(), nullptr, 16) <= page &&
                       page < std::strtoull(line.c_str() + dash + 1, nullptr, 16);
        } else if (is_there && line.find("VmFlags:") == 0) {
            return line.find(" bt") != line.npos ? bti : 0;
        }
    }
    return 0;
}

// A signal's context.
USDTPP_DETAIL_HIDDEN inline std::uint64_t trap_address(const ucontext_t& at) noexcept {
    return at.uc_mcontext.pc;
}
USDTPP_DETAIL_HIDDEN inline void continue_at(ucontext_t& at, std::uint64_t address) noexcept {
    at.uc_mcontext.pc = address;
}
USDTPP_DETAIL_HIDDEN inline registers registers_of(const ucontext_t& at) noexcept {
    registers all = {};
    for (std::size_t i = 0; i != 31; ++i) {
        all.general[i] = at.uc_mcontext.regs[i];
    }
    all.general[31] = at.uc_mcontext.sp;
    return all;
}
USDTPP_DETAIL_HIDDEN inline const void* vectors_of(const ucontext_t& at) noexcept {
    const auto* record = reinterpret_cast<const _aarch64_ctx*>(at.uc_mcontext.__reserved);
    while (record->magic != 0 && record->magic != FPSIMD_MAGIC) {
        record = reinterpret_cast<const _aarch64_ctx*>(reinterpret_cast<const char*>(record) + record->size);
    }
    return record->magic != 0 ? reinterpret_cast<const fpsimd_context*>(record)->vregs : nullptr;
}

} // namespace usdtpp::detail::attach

#endif
#endif
