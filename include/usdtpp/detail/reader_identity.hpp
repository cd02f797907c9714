// Whether a file is the one that a process has mapped. Neither the path nor the number of the inode tells: something
// may be mounted over the path, numbers repeat between file systems and between subvolumes of btrfs, and the device
// that /proc/PID/maps names is not always the one of stat(). So what is in memory is compared with the file.
#ifndef USDTPP_DETAIL_READER_IDENTITY_HPP
#define USDTPP_DETAIL_READER_IDENTITY_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <elf.h>
#include <gelf.h>
#include <unistd.h>

#include <usdtpp/detail/reader_bytes.hpp>
#include <usdtpp/detail/reader_file.hpp>
#include <usdtpp/detail/reader_maps.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp::detail::reader {

inline bool read_at(const open_file& from, std::uint64_t offset, char* into, std::size_t size) noexcept {
    while (size != 0) {
        const auto count = ::pread(from.descriptor(), into, size, static_cast<off_t>(offset));
        if (count <= 0) {
            return false;
        }
        into += count;
        offset += static_cast<std::uint64_t>(count);
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

// The memory of a process, which takes the privileges to trace it; a process may read its own in any case.
class process_memory {
public:
    // `process`: its directory, "/proc/4711".
    explicit process_memory(const std::string& process) noexcept
        : file_(process + "/mem"), is_own_(process == "/proc/self") {}

    // Of one mapping.
    bool read(const mapping& from, std::uint64_t address, char* into, std::size_t size) const noexcept {
        if (file_.is_regular()) {
            return read_at(file_, address, into, size);
        }
        if (is_own_ && from.readable) { // it has given up its privileges, and the file is no longer its own
            std::memcpy(into, reinterpret_cast<const char*>(address), size); // NOLINT(performance-no-int-to-ptr)
            return true;
        }
        return false;
    }

private:
    open_file file_;
    bool is_own_;
};

// The part of a program header that is used here.
struct segment {
    std::uint32_t type = 0;
    std::uint32_t flags = 0;
    std::uint64_t offset = 0;
    std::uint64_t address = 0;
    std::uint64_t size = 0; // in the file
};

// What makes a linked file another than that: BOLT keeps the build-id of what it rewrites, but not the headers.
struct elf_identity {
    std::string headers; // the program headers as they are
    std::string build_id;
    std::vector<segment> segments;

    friend bool operator==(const elf_identity& a, const elf_identity& b) noexcept {
        return a.headers == b.headers && a.build_id == b.build_id;
    }
};

// `read(offset, into, size)`: bytes of the file, or what is mapped of them. Nothing where they cannot be read, or are
// no ELF file.
template <class Read>
std::optional<elf_identity> identity_of(Read read) {
    constexpr std::size_t most = 1 << 16; // of headers, and of notes
    char first[sizeof(Elf64_Ehdr)];
    const auto is_wide = [&] { return first[EI_CLASS] == ELFCLASS64; };
    if (!read(0, first, sizeof(Elf32_Ehdr)) || std::memcmp(first, ELFMAG, SELFMAG) != 0 ||
        (is_wide() && !read(0, first, sizeof first))) {
        return std::nullopt;
    }
    number_format format;
    format.big_endian = first[EI_DATA] == ELFDATA2MSB;
    format.address_size = is_wide() ? 8 : 4;
    bytes header(first, sizeof first, format);
    header.skip(EI_NIDENT + 2 + 2 + 4 + format.address_size);
    const auto offset = header.address();
    header.skip(format.address_size + 4 + 2);
    const auto entry_size = static_cast<std::size_t>(header.number(2));
    const auto count = static_cast<std::size_t>(header.number(2));
    if (entry_size != (is_wide() ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) || count * entry_size > most) {
        return std::nullopt;
    }
    elf_identity found;
    found.headers.resize(count * entry_size);
    if (!read(offset, found.headers.data(), found.headers.size())) {
        return std::nullopt;
    }
    for (bytes rest(found.headers.data(), found.headers.size(), format); rest.left() != 0;) {
        segment one;
        one.type = rest.word();
        one.flags = is_wide() ? rest.word() : 0;
        one.offset = rest.address();
        one.address = rest.address();
        rest.skip(format.address_size);
        one.size = rest.address();
        rest.skip(format.address_size);
        one.flags = is_wide() ? one.flags : rest.word();
        rest.skip(is_wide() ? format.address_size : 4);
        found.segments.push_back(one);
    }
    for (const auto& one : found.segments) {
        std::string notes(one.type == PT_NOTE && one.size <= most ? static_cast<std::size_t>(one.size) : 0, '\0');
        if (notes.empty()) {
            continue;
        }
        if (!read(one.offset, notes.data(), notes.size())) {
            return std::nullopt;
        }
        try {
            for (bytes rest(notes.data(), notes.size(), format); found.build_id.empty() && rest.left() != 0;) {
                const auto padded = [](std::uint64_t size) { return (size + 3) / 4 * 4; };
                const auto name_size = rest.word();
                const auto description_size = rest.word();
                const auto type = rest.word();
                const auto name = rest.piece(padded(name_size)).view();
                const auto description = rest.piece(description_size).view();
                rest.skip(std::min<std::uint64_t>(padded(description_size) - description_size, rest.left()));
                if (type == NT_GNU_BUILD_ID && name == std::string_view("GNU", 4)) {
                    found.build_id = description;
                }
            }
        } catch (const damaged&) { // notes of eight bytes' alignment, which a build-id is not among
        }
    }
    return found;
}

inline std::optional<elf_identity> identity_of(const open_file& file) {
    return identity_of(
        [&](std::uint64_t offset, char* into, std::size_t size) { return read_at(file, offset, into, size); });
}

// Bytes of the file that is mapped at `at`, from what is mapped of it. `mappings`: of that file, in the
// order of their addresses.
class mapped_bytes {
public:
    mapped_bytes(const process_memory& memory, const std::vector<const mapping*>& mappings, const mapping& at) noexcept
        : memory_(memory), mappings_(mappings), at_(at) {}

    bool operator()(std::uint64_t offset, char* into, std::size_t size) const noexcept {
        const auto* from = find(offset, size);
        return from != nullptr && memory_.read(*from, from->begin + (offset - from->offset), into, size);
    }
    bool are_no_elf() const noexcept {
        char magic[SELFMAG];
        return (*this)(0, magic, sizeof magic) && std::memcmp(magic, ELFMAG, sizeof magic) != 0;
    }
    // The address of the first of them; 0 where that is not mapped.
    std::uint64_t begin() const noexcept {
        const auto* from = find(0, 1);
        return from != nullptr ? from->begin : 0;
    }

private:
    const mapping* find(std::uint64_t offset, std::size_t size) const noexcept {
        constexpr std::ptrdiff_t around = 32; // those of one object are neighbours, and there may be very many
        const auto here = std::lower_bound(mappings_.begin(), mappings_.end(), at_.begin,
                                           [](const auto* one, std::uint64_t at) { return one->begin < at; });
        const auto to = here + std::min(mappings_.end() - here, around);
        const mapping* best = nullptr;
        for (auto next = here - std::min(here - mappings_.begin(), around); next != to; ++next) {
            const auto& one = **next;
            const auto length = one.end - one.begin;
            const bool has_it =
                offset >= one.offset && offset - one.offset < length && length - (offset - one.offset) >= size;
            best = has_it && (best == nullptr || is_better(one, *best)) ? &one : best;
        }
        return best;
    }
    // What can be written may have been. The file may be mapped several times: of one object the mappings are about as
    // far from each other as in the file.
    bool is_better(const mapping& a, const mapping& b) const noexcept {
        const auto distance = [&](const mapping& one) {
            const auto expected = at_.begin - at_.offset + one.offset;
            return one.begin > expected ? one.begin - expected : expected - one.begin;
        };
        return a.writable != b.writable ? b.writable : distance(a) < distance(b);
    }

    const process_memory& memory_;
    const std::vector<const mapping*>& mappings_;
    const mapping& at_;
};

// Whether the code of a process is that of a file, as far as it can be read. Probes are no difference, nor are
// breakpoints.
class code_comparison {
public:
    code_comparison(const process_memory& memory, const open_file& file, const elf_probes& probes) noexcept
        : memory_(memory), file_(file), probes_(probes) {
        for (const auto& probe : probes.probes) {
            sites_.push_back(probe.location);
        }
        std::sort(sites_.begin(), sites_.end());
    }

    enum class result { same, differs, unknown };

    // `code`: the segments of the file's code. `bias`: where the file is in the memory of the process.
    result compare(const std::vector<mapping>& mappings, const std::vector<GElf_Phdr>& code, std::uint64_t bias) {
        auto found = result::unknown;
        for (const auto& segment : code) {
            for (const auto& one : mappings) {
                if (!one.executable) {
                    continue;
                }
                const auto from = std::max<std::uint64_t>(one.begin, segment.p_vaddr + bias);
                const auto to = std::min<std::uint64_t>(one.end, segment.p_vaddr + bias + segment.p_filesz);
                for (auto at = from; at < to; at += part) {
                    const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(part, to - at));
                    const auto its = compare_part(one, at, size, segment, bias);
                    if (its == result::differs) {
                        return its;
                    }
                    found = its == result::same ? its : found;
                }
            }
        }
        return found;
    }

private:
    static constexpr std::size_t part = 1 << 16;
    static constexpr std::string_view long_nop = {"\x66\x2e\x0f\x1f\x84\0\0\0\0\0", 10};
    static constexpr std::size_t most = 1 + long_nop.size();

    result compare_part(const mapping& from, std::uint64_t at, std::size_t size, const GElf_Phdr& segment,
                        std::uint64_t bias) {
        in_memory_.resize(size);
        in_file_.resize(size);
        const auto address = at - bias;
        if (!memory_.read(from, at, in_memory_.data(), size)) {
            return result::unknown;
        }
        if (!read_at(file_, segment.p_offset + (address - segment.p_vaddr), in_file_.data(), size)) {
            return result::differs; // it is too short
        }
        for (std::size_t i = 0; i != size; ++i) {
            if (in_memory_[i] != in_file_[i] && !is_breakpoint(i, address) && !is_of_site(address + i, segment)) {
                return result::differs;
            }
        }
        return result::same;
    }

    // A debugger's, or a tracer's from outside.
    bool is_breakpoint(std::size_t at, std::uint64_t address) const noexcept {
        if (probes_.machine == EM_X86_64 || probes_.machine == EM_386) {
            return in_memory_[at] == '\xcc';
        }
        const auto begin = at - (address + at) % 4 % (at + 1);
        std::uint32_t instruction = 0;
        if (probes_.machine == EM_AARCH64 && begin + 4 <= in_memory_.size()) {
            std::memcpy(&instruction, &in_memory_[static_cast<std::size_t>(begin)], 4);
        }
        return (instruction & 0xffe0001fU) == 0xd4200000U; // brk
    }

    // The nop of the last site up to that address, and the nop behind it, which tracers change as well.
    bool is_of_site(std::uint64_t address, const GElf_Phdr& in) const noexcept {
        const auto after = std::upper_bound(sites_.begin(), sites_.end(), address);
        if (after == sites_.begin() || *(after - 1) < in.p_vaddr) {
            return false;
        }
        const auto site = *(after - 1);
        const auto is_x86 = probes_.machine == EM_X86_64 || probes_.machine == EM_386;
        char code[most] = {};
        read_at(file_, in.p_offset + (site - in.p_vaddr), code, sizeof code); // as much as there is
        const auto nop_size = [&](std::size_t at) -> std::size_t {
            static constexpr std::string_view nops[] = {{"\x90", 1}, {"\x0f\x1f\x44\0\0", 5}, long_nop};
            for (const auto& nop : nops) {
                if (std::string_view(code, sizeof code).substr(at, nop.size()) == nop) {
                    return nop.size();
                }
            }
            return 0;
        };
        const auto first = is_x86 ? nop_size(0) : 4;
        return address - site < first + (is_x86 && first == 1 ? nop_size(1) : 0);
    }

    const process_memory& memory_;
    const open_file& file_;
    const elf_probes& probes_;
    std::vector<std::uint64_t> sites_;
    std::string in_memory_;
    std::string in_file_;
};

} // namespace usdtpp::detail::reader

#endif
