// An ELF file and its notes. libelf tells the headers and hands out sections as they are; what is in them is decoded
// here, from bytes, since libelf would convert, align and decompress whatever a header asks for.
#ifndef USDTPP_DETAIL_READER_ELF_HPP
#define USDTPP_DETAIL_READER_ELF_HPP

#include <cstdint>
#include <memory>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include <gelf.h>
#include <libelf.h>

#include <usdtpp/detail/reader_bytes.hpp>

namespace usdtpp::detail::reader {

struct elf_end_it {
    void operator()(Elf* elf) const noexcept {
        elf_end(elf);
    }
};
using elf_handle = std::unique_ptr<Elf, elf_end_it>;

[[noreturn]] inline void libelf_failed() {
    const char* why = elf_errmsg(-1);
    throw damaged(why != nullptr ? why : "libelf cannot read it");
}

class elf_file {
public:
    // What elf_begin or elf_memory made of a file of so many bytes.
    elf_file(elf_handle elf, std::uint64_t size) : elf_(std::move(elf)), size_(size), unread_(size) {
        if (elf_ == nullptr) {
            libelf_failed();
        }
        if (elf_kind(elf_.get()) != ELF_K_ELF) {
            throw damaged("not an ELF file");
        }
        std::size_t sections = 0;
        if (gelf_getehdr(elf_.get(), &header_) == nullptr || elf_getshdrnum(elf_.get(), &sections) != 0) {
            libelf_failed();
        }
        if (header_.e_shoff != 0 && sections == 0) {
            throw damaged("its section headers are cut off");
        }
        format_.big_endian = header_.e_ident[EI_DATA] == ELFDATA2MSB;
        format_.address_size = header_.e_ident[EI_CLASS] == ELFCLASS32 ? 4 : 8;
        read_names();
    }

    const GElf_Ehdr& header() const noexcept {
        return header_;
    }
    number_format format() const noexcept {
        return format_;
    }
    std::uint64_t size() const noexcept {
        return size_;
    }

    struct section {
        Elf_Scn* handle = nullptr;
        GElf_Shdr header{};
        std::string_view name; // at most as long as the names that are looked for
    };

    std::vector<section> sections() const {
        std::vector<section> all;
        for (Elf_Scn* next = nullptr; (next = elf_nextscn(elf_.get(), next)) != nullptr;) {
            all.push_back(section_of(next));
        }
        return all;
    }

    // What section number `index` has; nothing if it is no such section.
    bytes contents(std::size_t index, GElf_Word type) {
        const auto found = index != 0 ? elf_getscn(elf_.get(), index) : nullptr;
        const auto one = found != nullptr ? section_of(found) : section();
        return one.header.sh_type == type ? contents(one) : bytes();
    }

    // Lives as long as this object. Sections do not overlap in a file, so together they are no longer than it is.
    bytes contents(const section& one) {
        const auto& header = one.header;
        if (header.sh_type == SHT_NOBITS || header.sh_size == 0) {
            return {};
        }
        if ((header.sh_flags & SHF_COMPRESSED) != 0) {
            throw damaged("it is compressed");
        }
        if (header.sh_offset > size_ || header.sh_size > size_ - header.sh_offset) {
            throw damaged("it is cut off");
        }
        if (read_.insert(elf_ndxscn(one.handle)).second) {
            if (header.sh_size > unread_) {
                throw damaged("sections overlap");
            }
            unread_ -= header.sh_size;
        }
        const auto* data = elf_rawdata(one.handle, nullptr);
        if (data == nullptr) {
            libelf_failed();
        }
        return bytes(data->d_buf, data->d_size, format_);
    }

    // The segments that are mapped with the right to execute them.
    std::vector<GElf_Phdr> code_segments() const {
        std::vector<GElf_Phdr> found;
        std::size_t count = 0;
        if (elf_getphdrnum(elf_.get(), &count) != 0) {
            libelf_failed();
        }
        for (std::size_t i = 0; i != count; ++i) {
            GElf_Phdr segment;
            if (gelf_getphdr(elf_.get(), static_cast<int>(i), &segment) == nullptr) {
                libelf_failed();
            }
            if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0) {
                found.push_back(segment);
            }
        }
        return found;
    }

private:
    void read_names() {
        std::size_t index = header_.e_shstrndx;
        if (index == SHN_XINDEX) { // elf_getshdrstrndx would look in a file for it, if there is none too
            const auto first = elf_getscn(elf_.get(), 0);
            index = first != nullptr ? section_of(first).header.sh_link : 0;
        }
        names_ = contents(index, SHT_STRTAB).view();
    }

    section section_of(Elf_Scn* handle) const {
        section one;
        one.handle = handle;
        if (gelf_getshdr(handle, &one.header) == nullptr) {
            libelf_failed();
        }
        // Not all of it: so many headers may have one long name that its length would count.
        constexpr std::size_t longest = 16;
        if (one.header.sh_name < names_.size()) {
            one.name = names_.substr(one.header.sh_name, longest);
            one.name = one.name.substr(0, one.name.find('\0'));
        }
        return one;
    }

    elf_handle elf_;
    std::uint64_t size_;
    std::uint64_t unread_; // so many bytes can be in the sections that were not read yet
    std::set<std::size_t> read_;
    GElf_Ehdr header_{};
    number_format format_;
    std::string_view names_;
};

} // namespace usdtpp::detail::reader

#endif
