// The instructions of a binary, as `objdump -d` tells them.
#ifndef USDTPP_TESTS_SUPPORT_DISASSEMBLY_HPP
#define USDTPP_TESTS_SUPPORT_DISASSEMBLY_HPP

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace support {

struct instruction {
    std::uint64_t address = 0;
    std::string function; // demangled, with its parameters; a cold part of it too
    std::string text;     // "mov    %edi,%eax", without addresses that the linker decides
};

using instructions = std::vector<instruction>;

// All of an object file or binary, in the order of addresses. Throws std::runtime_error where objdump fails.
instructions disassemble(const std::string& binary);

// The bytes of section .text, by their addresses: unlike a disassembly they are right where data stands between
// functions.
std::map<std::uint64_t, std::uint8_t> code_of(const std::string& binary);

// What one function does, its nops left out: two functions that differ only in nops compare equal. Throws
// std::runtime_error where there is no such function.
std::vector<std::string> body_of(const instructions& all, const std::string& function);

} // namespace support

#endif
