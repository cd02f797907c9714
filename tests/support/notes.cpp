#include "notes.hpp"

#include <regex>
#include <sstream>
#include <stdexcept>

#include "support/process.hpp"

namespace support {
namespace {

// What a processor's notes are made of: the instruction at Location, in hexadecimal, and the operands that each tracer
// that knows the processor can read: a register, an immediate, or a displacement from a register.
struct note_form {
    std::string nop, operand; // regular expressions
};

const std::map<std::string, note_form> forms = {
    // Not %ah, which some tracers take for %al, nor %r8b, which gdb calls %r8l.
    {"x86-64", {"90", R"(%(?![abcd]h|r[0-9]+b)[a-z][a-z0-9]+|\$-?[0-9]+|-?[0-9]*\(%r[a-z0-9]+\))"}},
    {"i386", {"90", R"(-?[0-9]*\(%e[a-z]+\))"}},
    {"aarch64", {"1f2003d5", R"(x[0-9]+|-?[0-9]+|\[sp(, [0-9]+)?\])"}},
    {"riscv64", {"0100|13000000", R"(ra|[ast][0-9]+|-?[0-9]+)"}},
    {"armhf", {"00bf|00f020e3", R"(\[(r[0-9]+|sl|fp|ip|lr|sp)(, #-?[0-9]+)?\])"}},
    {"ppc64el", {"00000060", R"(i-?[0-9]+|[0-9]+)"}},
    {"s390x", {"47000000", R"(%r[0-9]+|-?[0-9]+)"}},
};

} // namespace

std::vector<note> read_notes(const std::string& binary) {
    const auto readelf = run({"readelf", "-n", binary});
    if (readelf.status != 0 || !readelf.errors.empty()) {
        throw std::runtime_error("readelf -n " + binary + ": " + readelf.errors);
    }
    static const std::regex field("^ +(Provider|Name|Location|Arguments): ?(.*)$");
    static const std::regex addresses("0x([0-9a-f]+), Base: 0x([0-9a-f]+), Semaphore: 0x([0-9a-f]+)");
    std::vector<note> notes;
    std::istringstream lines(readelf.output);
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (!std::regex_match(line, match, field)) {
            continue;
        }
        const std::string value = match[2];
        if (match[1] == "Provider") {
            notes.emplace_back().provider = value;
        } else if (match[1] == "Name") {
            notes.back().name = value;
        } else if (match[1] == "Arguments") {
            static const std::regex argument(R"(\S+@(\[[^\]]*\]|\S+))"); // there is a space in "4@[sp, 8]"
            for (std::sregex_iterator one(value.begin(), value.end(), argument), end; one != end; ++one) {
                notes.back().arguments.push_back(one->str());
            }
        } else if (std::smatch numbers; std::regex_search(value, numbers, addresses)) {
            notes.back().location = std::stoull(numbers[1], nullptr, 16);
            notes.back().base = std::stoull(numbers[2], nullptr, 16);
            notes.back().semaphore = std::stoull(numbers[3], nullptr, 16);
        } else {
            throw std::runtime_error("readelf -n " + binary + ": an unknown form: " + line);
        }
    }
    return notes;
}

std::multiset<std::uint64_t> read_described_sites(const std::string& binary) {
    // usdtpp 0x... Unknown note type: (0x00001001)
    //  description data: 28 11 00 00 00 00 00 00 ...
    static const std::regex header(R"( +usdtpp\s.*\(0x00001001\).*)");
    static const std::regex data(" +description data: (([0-9a-f]{2} ){8}).*");
    std::multiset<std::uint64_t> found;
    std::istringstream lines(run({"readelf", "-n", binary}).output);
    bool described = false;
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, header)) {
            described = true;
        } else if (described && std::regex_match(line, match, data)) {
            std::uint64_t site = 0;
            std::istringstream bytes(match[1]);
            for (int shift = 0; shift != 64; shift += 8) {
                unsigned byte = 0;
                bytes >> std::hex >> byte;
                site |= std::uint64_t{byte} << shift;
            }
            found.insert(site);
            described = false;
        }
    }
    return found;
}

std::string size_of(const std::string& argument) {
    return argument.substr(0, argument.find('@'));
}

std::vector<std::string> sizes_of(const note& one) {
    std::vector<std::string> sizes;
    for (const auto& argument : one.arguments) {
        sizes.push_back(size_of(argument));
    }
    return sizes;
}

std::map<std::string, std::set<std::vector<std::string>>> shapes_of(const std::vector<note>& notes) {
    std::map<std::string, std::set<std::vector<std::string>>> shapes;
    for (const auto& note : notes) {
        shapes[note.provider + ":" + note.name].insert(sizes_of(note));
    }
    return shapes;
}

bool is_nop(const std::string& instructions, const std::string& processor) {
    return std::regex_match(instructions, std::regex("(" + forms.at(processor).nop + ")[0-9a-f]*"));
}

bool is_readable_everywhere(const std::string& argument, const std::string& processor) {
    return std::regex_match(argument, std::regex("-?[1248]@(" + forms.at(processor).operand + ")"));
}

} // namespace support
