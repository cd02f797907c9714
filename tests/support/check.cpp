#include "check.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "catch.hpp"
#include "disassembly.hpp"

namespace support {
namespace {

std::vector<note> notes_of_provider(const std::string& image, const std::string& provider) {
    auto notes = read_notes(image);
    notes.erase(std::remove_if(notes.begin(), notes.end(), [&](const note& one) { return one.provider != provider; }),
                notes.end());
    return notes;
}

// The instructions at an address, in hexadecimal, as far as they can be a nop.
std::string instruction_at(const std::map<std::uint64_t, std::uint8_t>& code, std::uint64_t address) {
    std::string digits;
    for (auto byte = code.find(address); byte != code.end() && digits.size() != 8; ++byte) {
        constexpr auto hexadecimal = "0123456789abcdef";
        digits += {hexadecimal[byte->second / 16], hexadecimal[byte->second % 16]};
    }
    return digits;
}

void check_addresses(const std::string& image, const std::vector<note>& notes, const std::string& processor) {
    const auto code = code_of(image);
    std::map<std::string, std::uint64_t> semaphores;
    std::map<std::uint64_t, std::string> owners;
    std::set<std::uint64_t> locations;
    for (const auto& note : notes) {
        INFO(note.name << " at " << note.location);
        const auto instruction = instruction_at(code, note.location);
        INFO(instruction);
        CHECK(is_nop(instruction, processor));
        CHECK(locations.insert(note.location).second);
        CHECK(note.base == notes.front().base);
        CHECK(note.base != 0);
        CHECK(note.semaphore != 0);
        CHECK(note.semaphore % 2 == 0);
        CHECK(semaphores.emplace(note.name, note.semaphore).first->second == note.semaphore);
        CHECK(owners.emplace(note.semaphore, note.name).first->second == note.name);
    }
}

std::string name_of(const std::string& line) {
    return line.substr(0, line.find(' '));
}

} // namespace

void check_notes(const std::string& image, const std::vector<expected_probe>& probes, bool readable,
                 const std::string& processor) {
    REQUIRE(!probes.empty());
    const auto provider = probes.front().provider;
    const auto notes = notes_of_provider(image, provider);
    check_addresses(image, notes, processor);
    for (const auto& note : notes) {
        for (const auto& argument : note.arguments) {
            INFO(note.name << ": " << argument);
            CHECK((!readable || is_readable_everywhere(argument, processor)));
        }
    }
    check_shapes(shapes_of(notes), probes);
}

void check_shapes(const std::map<std::string, std::set<std::vector<std::string>>>& shapes,
                  const std::vector<expected_probe>& probes) {
    CHECK(shapes.size() == probes.size());
    for (const auto& probe : probes) {
        INFO(probe.name);
        std::vector<std::string> sizes;
        for (const auto& argument : probe.arguments) {
            sizes.push_back(argument.size);
        }
        const auto found = shapes.find(probe.provider + ":" + probe.name);
        REQUIRE(found != shapes.end());
        CHECK(found->second == std::set<std::vector<std::string>>{sizes});
    }
}

std::vector<std::string> expected_lines(const std::vector<expected_probe>& probes, std::size_t arguments) {
    std::vector<std::string> lines;
    for (const auto& probe : probes) {
        lines.push_back(expected_line(probe, arguments));
    }
    return lines;
}

void check_lines(const std::vector<std::string>& seen, const std::vector<std::string>& expected) {
    std::map<std::string, std::string> by_name;
    for (const auto& line : seen) {
        CHECK(by_name.emplace(name_of(line), line).first->second == line);
    }
    std::set<std::string> names;
    for (const auto& line : expected) {
        names.insert(name_of(line));
        const auto found = by_name.find(name_of(line));
        CHECK((found != by_name.end() ? found->second : name_of(line) + ": not seen") == line);
    }
    CHECK(by_name.size() == names.size());
}

} // namespace support
