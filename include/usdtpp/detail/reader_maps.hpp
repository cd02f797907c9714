// What a process has mapped where: /proc/PID/maps.
#ifndef USDTPP_DETAIL_READER_MAPS_HPP
#define USDTPP_DETAIL_READER_MAPS_HPP

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include <usdtpp/detail/reader_file.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp::detail::reader {

// A line of /proc/PID/maps.
struct mapping {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t offset = 0;
    std::uint64_t inode = 0; // 0: no file
    std::string range;       // "7f3a40000000-7f3a40021000"
    std::string device;      // "fe:01"
    std::string path;
    bool readable = false;
    bool writable = false;
    bool executable = false;

    bool has(std::uint64_t address) const noexcept {
        return begin <= address && address < end;
    }
    // Memory that huge-page tools move code to: of no file, or of a file without a place.
    bool is_anonymous() const noexcept {
        const auto begins = [&](std::string_view with) { return path.compare(0, with.size(), with) == 0; };
        return inode == 0 || begins("/anon_hugepage") || begins("/memfd:") || begins("/dev/zero");
    }
};

// "7f3a40000000-7f3a40021000 r-xp 00026000 fe:01 1234    /usr/lib/libc.so.6"
inline mapping parse_mapping(std::string_view line) {
    const auto word = [&] {
        const auto taken = line.substr(0, line.find(' '));
        line.remove_prefix(std::min(taken.size() + 1, line.size()));
        return taken;
    };
    const auto number = [](std::string_view digits, int base) {
        std::uint64_t value = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
        return value;
    };
    mapping read;
    read.range = word();
    const auto dash = std::min(read.range.find('-'), read.range.size());
    read.begin = number(std::string_view(read.range).substr(0, dash), 16);
    read.end = number(std::string_view(read.range).substr(std::min(dash + 1, read.range.size())), 16);
    const auto privileges = word();
    read.readable = !privileges.empty() && privileges[0] == 'r';
    read.writable = privileges.size() > 1 && privileges[1] == 'w';
    read.executable = privileges.size() > 2 && privileges[2] == 'x';
    read.offset = number(word(), 16);
    read.device = word();
    read.inode = number(word(), 10);
    read.path = line.substr(std::min(line.find_first_not_of(' '), line.size()));
    // The only character that the kernel escapes.
    for (std::size_t at = 0; (at = read.path.find("\\012", at)) != std::string::npos; ++at) {
        read.path.replace(at, 4, "\n");
    }
    return read;
}

inline std::string read_all(const std::string& path) {
    const open_file from(path);
    auto error = from.error();
    std::string text;
    while (error == 0) {
        char buffer[4096]; // handlers may attach, on the small stack of a signal
        const auto count = ::read(from.descriptor(), buffer, sizeof buffer);
        if (count > 0) {
            text.append(buffer, static_cast<std::size_t>(count));
        } else if (count == 0) {
            return text;
        } else if (errno != EINTR) {
            error = errno;
        }
    }
    throw note_error(path + ": " + error_text(error));
}

// In the order of their addresses.
inline std::vector<mapping> mappings_of(const std::string& process) {
    const auto text = read_all(process + "/maps");
    std::vector<mapping> found;
    for (std::size_t begin = 0; begin < text.size();) {
        const auto end = std::min(text.find('\n', begin), text.size());
        found.push_back(parse_mapping(std::string_view(text).substr(begin, end - begin)));
        begin = end + 1;
    }
    return found;
}

// The mapping that has an address, of those in the order of their addresses; null where none has.
inline const mapping* mapping_at(const std::vector<mapping>& mappings, std::uint64_t address) noexcept {
    const auto found = std::upper_bound(mappings.begin(), mappings.end(), address,
                                        [](auto wanted, const mapping& one) { return wanted < one.end; });
    return found != mappings.end() && found->has(address) ? &*found : nullptr;
}

} // namespace usdtpp::detail::reader

#endif
