// The stapsdt notes of a binary, as `readelf -n` tells them.
#ifndef USDTPP_TESTS_SUPPORT_NOTES_HPP
#define USDTPP_TESTS_SUPPORT_NOTES_HPP

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace support {

struct note {
    std::string provider;
    std::string name;
    std::uint64_t location = 0;
    std::uint64_t base = 0;
    std::uint64_t semaphore = 0;
    std::vector<std::string> arguments; // "-4@%edi"
};

// Throws std::runtime_error where readelf fails or complains.
std::vector<note> read_notes(const std::string& binary);

// The sites that descriptions are about, in an x86-64 binary.
std::multiset<std::uint64_t> read_described_sites(const std::string& binary);

// "-4" of "-4@%edi".
std::string size_of(const std::string& argument);

// {"-4", "8"}: of all its arguments.
std::vector<std::string> sizes_of(const note& one);

// "provider:name" -> the sizes of its arguments, for each of its sites.
std::map<std::string, std::set<std::vector<std::string>>> shapes_of(const std::vector<note>& notes);

// Whether instructions, in hexadecimal in the order of their bytes, begin with the nop of a probe.
bool is_nop(const std::string& instructions, const std::string& processor = "x86-64");

// Whether every tracer that knows the processor can read the operand of "-4@%edi".
bool is_readable_everywhere(const std::string& argument, const std::string& processor = "x86-64");

} // namespace support

#endif
