#include "code.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <memory>

#include <gelf.h>

#include <usdtpp/notes.hpp>

namespace tool {

code::code(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string all(std::istreambuf_iterator<char>(file), {});
    elf_version(EV_CURRENT);
    const std::unique_ptr<Elf, int (*)(Elf*)> elf(elf_memory(all.data(), all.size()), elf_end);
    std::size_t count = 0;
    if (elf == nullptr || elf_getphdrnum(elf.get(), &count) != 0) {
        throw usdtpp::note_error(path + ": its program headers cannot be read");
    }
    for (std::size_t i = 0; i != count; ++i) {
        GElf_Phdr header;
        if (gelf_getphdr(elf.get(), static_cast<int>(i), &header) == nullptr) {
            throw usdtpp::note_error(path + ": its program headers cannot be read");
        }
        if (header.p_type == PT_LOAD && (header.p_flags & PF_X) != 0 && header.p_offset <= all.size()) {
            segments_.push_back({header.p_vaddr, all.substr(header.p_offset, header.p_filesz)});
        }
    }
}

std::string code::at(std::uint64_t address, std::size_t count) const {
    for (const auto& one : segments_) {
        if (address >= one.address && address - one.address < one.bytes.size()) {
            return one.bytes.substr(address - one.address, count);
        }
    }
    return "";
}

} // namespace tool
