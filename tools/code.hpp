// The code in an ELF file, by its addresses.
#ifndef USDTPP_TOOLS_CODE_HPP
#define USDTPP_TOOLS_CODE_HPP

#include <cstdint>
#include <string>
#include <vector>

namespace tool {

class code {
public:
    // Throws usdtpp::note_error.
    explicit code(const std::string& path);

    // Up to `count` bytes of what is executed at an address; none where that is no code.
    std::string at(std::uint64_t address, std::size_t count) const;

private:
    struct segment {
        std::uint64_t address = 0;
        std::string bytes;
    };
    std::vector<segment> segments_; // executable ones
};

} // namespace tool

#endif
