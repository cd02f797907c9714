// ELF files made by hand, with what no linker writes. 64 bits, little-endian.
#ifndef USDTPP_TESTS_READER_IMAGE_HPP
#define USDTPP_TESTS_READER_IMAGE_HPP

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include <elf.h>

// Bytes of numbers, of strings with their NUL.
inline std::string number(std::uint64_t value, std::size_t size) {
    std::string bytes;
    for (std::size_t i = 0; i != size; ++i) {
        bytes += i < 8 ? static_cast<char>(value >> 8 * i) : '\0';
    }
    return bytes;
}

inline std::string terminated(const std::string& text) {
    return text + '\0';
}

inline std::string padded(std::string bytes, std::size_t alignment = 4) {
    bytes.resize((bytes.size() + alignment - 1) / alignment * alignment);
    return bytes;
}

inline std::string note(const std::string& owner, std::uint32_t type, const std::string& description,
                        std::size_t alignment = 4) {
    auto bytes = number(owner.size() + 1, 4) + number(description.size(), 4) + number(type, 4) + terminated(owner);
    return padded(padded(bytes, alignment) + description, alignment);
}

inline std::string stapsdt(std::uint64_t location, std::uint64_t base, const std::string& strings) {
    return note("stapsdt", 3, number(location, 8) + number(base, 8) + number(0, 8) + strings);
}

inline std::string symbol(std::uint32_t name, std::uint64_t address, std::uint64_t size) {
    return number(name, 4) + number(ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 1) + number(0, 1) + number(1, 2) +
           number(address, 8) + number(size, 8);
}

struct image_section {
    std::string name;
    std::uint32_t type = SHT_PROGBITS;
    std::string contents;
    std::uint32_t link = 0;
    std::uint64_t flags = 0;
    std::uint64_t address = 0;
    std::uint64_t alignment = 4;
    std::uint64_t size = 0; // another than that of its contents
};

// The sections are numbered from 1 on; that of their names comes last, with `names` before those.
inline std::string image_of(std::vector<image_section> sections, const std::string& names = "",
                            Elf64_Half machine = EM_X86_64) {
    std::string strings = terminated(names);
    sections.push_back({".shstrtab", SHT_STRTAB, "", 0, 0, 0, 1, 0});
    std::vector<Elf64_Shdr> headers(1);
    std::string contents;
    for (auto& one : sections) {
        Elf64_Shdr header{};
        header.sh_name = static_cast<Elf64_Word>(one.name.empty() ? 0 : strings.size());
        strings += one.name.empty() ? "" : terminated(one.name);
        one.contents = &one == &sections.back() ? strings : one.contents;
        contents = padded(contents, 8);
        header.sh_type = one.type;
        header.sh_flags = one.flags;
        header.sh_addr = one.address;
        header.sh_offset = sizeof(Elf64_Ehdr) + contents.size();
        header.sh_size = one.size != 0 ? one.size : one.contents.size();
        header.sh_link = one.link;
        header.sh_addralign = one.alignment;
        headers.push_back(header);
        contents += one.contents;
    }
    contents = padded(contents, 8);
    Elf64_Ehdr header{};
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    header.e_type = ET_DYN;
    header.e_machine = machine;
    header.e_version = EV_CURRENT;
    header.e_ehsize = sizeof header;
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shoff = sizeof header + contents.size();
    // More of them than fit there are counted in the first section header.
    const bool many = headers.size() >= SHN_LORESERVE;
    header.e_shnum = static_cast<Elf64_Half>(many ? 0 : headers.size());
    header.e_shstrndx = static_cast<Elf64_Half>(many ? SHN_XINDEX : headers.size() - 1);
    headers[0].sh_size = many ? headers.size() : 0;
    headers[0].sh_link = static_cast<Elf64_Word>(many ? headers.size() - 1 : 0);
    std::string image(reinterpret_cast<const char*>(&header), sizeof header);
    image += contents;
    image.append(reinterpret_cast<const char*>(headers.data()), headers.size() * sizeof(Elf64_Shdr));
    return image;
}

#endif
