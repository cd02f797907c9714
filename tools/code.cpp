#include "code.hpp"

#include <fstream>
#include <iterator>

#include <usdtpp/notes.hpp>

namespace tool {

code::code(const std::string& path) {
    namespace reader = usdtpp::detail::reader;
    std::ifstream file(path, std::ios::binary);
    const std::string all(std::istreambuf_iterator<char>(file), {});
    try {
        const reader::open_file from(path);
        const auto elf = reader::open_elf(from);
        for (const auto& one : elf.code_segments()) {
            if (one.p_offset <= all.size()) {
                segments_.push_back({one.p_vaddr, all.substr(one.p_offset, one.p_filesz)});
            }
        }
    } catch (const reader::damaged& what) {
        throw usdtpp::note_error(path + ": " + what.what());
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
