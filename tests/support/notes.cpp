#include "notes.hpp"

#include <regex>
#include <sstream>
#include <stdexcept>

#include "support/process.hpp"

namespace support {

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
            std::istringstream words(value);
            for (std::string word; words >> word;) {
                notes.back().arguments.push_back(word);
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

bool is_readable_everywhere(const std::string& argument) {
    // Not %ah, which some tracers take for %al, nor %r8b, which gdb calls %r8l.
    static const std::regex x86(R"(-?[1248]@(%(?![abcd]h|r[0-9]+b)[a-z][a-z0-9]+|\$-?[0-9]+|-?[0-9]*\(%r[a-z0-9]+\)))");
    static const std::regex aarch64(R"(-?[1248]@(x[0-9]+|-?[0-9]+|\[sp(, [0-9]+)?\]))");
    return std::regex_match(argument, x86) || std::regex_match(argument, aarch64);
}

} // namespace support
