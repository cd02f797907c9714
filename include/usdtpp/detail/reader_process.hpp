// What a process has loaded, and the probes in it.
#ifndef USDTPP_DETAIL_READER_PROCESS_HPP
#define USDTPP_DETAIL_READER_PROCESS_HPP

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <elf.h>
#include <sys/types.h>
#include <unistd.h>

#include <usdtpp/detail/reader_elf.hpp>
#include <usdtpp/detail/reader_file.hpp>
#include <usdtpp/detail/reader_notes.hpp>
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
    bool writable = false;
    bool executable = false;
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
    const auto rights = word();
    read.writable = rights.size() > 1 && rights[1] == 'w';
    read.executable = rights.size() > 2 && rights[2] == 'x';
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

struct mapped_file {
    open_file file;
    std::string path;
};

// What the paths of mappings begin with where the process is in a chroot, with a slash at the end.
inline std::string root_of(const std::string& process) {
    char root[4096];
    const auto size = ::readlink((process + "/root").c_str(), root, sizeof root);
    return std::string(root, size > 1 ? static_cast<std::size_t>(size) : 0) + "/";
}

// By its path in the process's own mount namespace, if it is still the same file. One that was deleted or replaced is
// found by the mapping, which takes CAP_SYS_ADMIN, or as the process's executable.
inline mapped_file open_mapped(const std::string& process, const std::string& root, const mapping& wanted) {
    const bool is_below = wanted.path.compare(0, root.size(), root) == 0;
    const std::string by_path = process + "/root" + wanted.path.substr(is_below ? root.size() - 1 : 0);
    const std::string by_mapping = process + "/map_files/" + wanted.range;
    int error = 0;
    for (const auto& path : {by_path, by_mapping, process + "/exe"}) {
        open_file file(path);
        if (file.error() == 0 && (path == by_mapping || file.status().st_ino == wanted.inode)) {
            return {std::move(file), path};
        }
        if (path == by_mapping) {
            error = file.error();
        }
    }
    throw note_error(wanted.path + ": " + error_text(error));
}

// Where code of the file is that is mapped there.
inline std::optional<std::uint64_t> bias_of(const mapping& at, const std::vector<GElf_Phdr>& code) {
    for (const auto& segment : code) {
        const auto length = at.end - at.begin;
        const bool before = segment.p_offset < at.offset && at.offset - segment.p_offset >= segment.p_filesz;
        const bool behind = segment.p_offset >= at.offset && segment.p_offset - at.offset >= length;
        if (!before && !behind) {
            return at.begin - at.offset + segment.p_offset - segment.p_vaddr;
        }
    }
    return std::nullopt;
}

// A file that a process has mapped, read once however often it is mapped.
struct seen_file {
    elf_probes probes; // none where it is no ELF file, or cannot be read
    std::vector<GElf_Phdr> code;
    std::set<std::uint64_t> biases; // where it was found already: each segment may be several mappings
};

inline seen_file read_mapped(const std::string& process, const std::string& root, const mapping& from) {
    seen_file seen;
    const auto mapped = open_mapped(process, root, from);
    char magic[SELFMAG] = {};
    if (!mapped.file.is_regular() || ::pread(mapped.file.descriptor(), magic, SELFMAG, 0) != SELFMAG ||
        std::memcmp(magic, ELFMAG, SELFMAG) != 0) {
        return seen; // what some compile at run time they map from a file
    }
    try {
        auto file = open_elf(mapped.file);
        seen.probes = read_elf(file);
        seen.probes.path = mapped.path;
        seen.code = file.code_segments();
    } catch (const damaged& what) {
        throw note_error(from.path + ": " + what.what());
    }
    return seen;
}

// `process`: its directory, "/proc/4711".
inline std::vector<loaded_object> read_process(const std::string& process, std::vector<note_error>* left_out) {
    std::map<std::tuple<std::string, std::uint64_t, std::string>, seen_file> files;
    std::vector<loaded_object> objects;
    const auto root = root_of(process);
    for (const auto& one : mappings_of(process)) {
        if (!one.executable || one.inode == 0) {
            continue;
        }
        const auto [file, is_new] = files.try_emplace({one.device, one.inode, one.path});
        auto& seen = file->second;
        try {
            if (is_new) {
                seen = read_mapped(process, root, one);
            }
        } catch (const note_error& what) {
            if (left_out == nullptr) {
                throw;
            }
            left_out->push_back(what);
        }
        const auto bias = bias_of(one, seen.code);
        if (!seen.probes.probes.empty() && bias && seen.biases.insert(*bias).second) {
            objects.push_back({seen.probes, *bias, one.path});
        }
    }
    return objects;
}

inline std::vector<loaded_object> read_process(pid_t pid, std::vector<note_error>* left_out) {
    return read_process("/proc/" + std::to_string(pid), left_out);
}

} // namespace usdtpp::detail::reader

#endif
