#include "disassembly.hpp"

#include <regex>
#include <sstream>
#include <stdexcept>

#include "support/process.hpp"

namespace support {
namespace {

bool is_nop(const std::string& text) {
    static const std::regex nop(R"(((cs|data16) )*nop[wl]?\b.*|xchg +%ax,%ax)");
    return std::regex_match(text, nop);
}

} // namespace

instructions disassemble(const std::string& binary) {
    const auto objdump = run({"objdump", "-dC", "--no-show-raw-insn", binary});
    if (objdump.status != 0) {
        throw std::runtime_error("objdump -d " + binary + ": " + objdump.errors);
    }
    static const std::regex label(R"(^[0-9a-f]+ <(.*)>:$)");
    static const std::regex line(R"(^ +([0-9a-f]+):\t(.*?) *$)");
    static const std::regex comment(R"( *#.*$)");                      // "# 4010 <counter>"
    static const std::regex target(R"( *<[^>]*>.*$)");                 // "1020 <f+0x10>"
    static const std::regex address(R"((0x)?[0-9a-f]+(\(%rip\)) *$)"); // rip-relative: the linker's business
    static const std::regex jump(R"(^(j[a-z]+|call) +[0-9a-f]+ *$)");
    instructions all;
    std::string function;
    std::istringstream lines(objdump.output);
    for (std::string text; std::getline(lines, text);) {
        std::smatch match;
        if (std::regex_match(text, match, label)) {
            function = match[1];
        } else if (std::regex_match(text, match, line)) {
            std::string words = match[2];
            const std::uint64_t at = std::stoull(match[1], nullptr, 16);
            words = std::regex_replace(words, comment, "");
            words = std::regex_replace(words, target, "");
            words = std::regex_replace(words, address, "X$2");
            words = std::regex_replace(words, jump, "$1 X");
            all.push_back({at, function, words});
        }
    }
    return all;
}

std::map<std::uint64_t, std::uint8_t> code_of(const std::string& binary) {
    const auto objdump = run({"objdump", "-s", "-j", ".text", binary});
    if (objdump.status != 0) {
        throw std::runtime_error("objdump -s " + binary + ": " + objdump.errors);
    }
    static const std::regex line(
        "^ ([0-9a-f]+) ([0-9a-f ]{35})  .*$"); // " 1040 488d05b1 0f000031 ff4883ec 08e8dc2f  H.......1.H..../"
    std::map<std::uint64_t, std::uint8_t> code;
    std::istringstream lines(objdump.output);
    for (std::string text; std::getline(lines, text);) {
        std::smatch match;
        if (!std::regex_match(text, match, line)) {
            continue;
        }
        std::uint64_t at = std::stoull(match[1], nullptr, 16);
        std::string digits;
        for (const char c : match[2].str()) {
            if (c == ' ') {
                continue;
            }
            digits += c;
            if (digits.size() == 2) {
                code[at++] = static_cast<std::uint8_t>(std::stoul(digits, nullptr, 16));
                digits.clear();
            }
        }
    }
    return code;
}

std::vector<std::string> body_of(const instructions& all, const std::string& function) {
    std::vector<std::string> body;
    for (const auto& one : all) {
        if (one.function == function && !is_nop(one.text)) {
            body.push_back(one.text);
        }
    }
    if (body.empty()) {
        throw std::runtime_error("no function " + function);
    }
    return body;
}

} // namespace support
