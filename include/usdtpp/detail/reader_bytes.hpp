// Bytes of a file, read in its own byte order and never beyond their end.
#ifndef USDTPP_DETAIL_READER_BYTES_HPP
#define USDTPP_DETAIL_READER_BYTES_HPP

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>

namespace usdtpp::detail::reader {

// What is wrong with a file; whoever knows its name makes a note_error of it.
struct damaged : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// How a file writes numbers.
struct number_format {
    bool big_endian = false;
    unsigned address_size = 8;
};

class bytes {
public:
    bytes() = default;
    bytes(const void* data, std::size_t size, number_format format) noexcept
        : data_(static_cast<const unsigned char*>(data)), left_(size), format_(format) {}

    std::size_t left() const noexcept {
        return left_;
    }
    number_format format() const noexcept {
        return format_;
    }
    std::string_view view() const noexcept {
        return left_ != 0 ? std::string_view(reinterpret_cast<const char*>(data_), left_) : std::string_view();
    }

    std::uint64_t number(unsigned size) {
        const auto* from = take(size);
        std::uint64_t value = 0;
        for (unsigned i = 0; i != size; ++i) {
            value = value << 8 | from[format_.big_endian ? i : size - 1 - i];
        }
        return value;
    }
    std::uint32_t word() {
        return static_cast<std::uint32_t>(number(4));
    }
    std::uint64_t address() {
        return number(format_.address_size);
    }

    // Up to a NUL, which must be there. It lives as long as the bytes do.
    std::string_view text() {
        const auto* end = left_ != 0 ? std::memchr(data_, 0, left_) : nullptr;
        if (end == nullptr) {
            throw damaged("a text in it does not end");
        }
        const auto size = static_cast<std::size_t>(static_cast<const unsigned char*>(end) - data_);
        const auto* from = take(size + 1);
        return std::string_view(reinterpret_cast<const char*>(from), size);
    }

    // The next so many of them.
    bytes piece(std::uint64_t size) {
        const auto* from = take(size);
        return bytes(from, static_cast<std::size_t>(size), format_);
    }
    void skip(std::uint64_t size) {
        take(size);
    }

private:
    const unsigned char* take(std::uint64_t size) {
        if (size > left_) {
            throw damaged("it is cut off");
        }
        const auto* from = data_;
        if (size != 0) {
            data_ += size;
            left_ -= static_cast<std::size_t>(size);
        }
        return from;
    }

    const unsigned char* data_ = nullptr;
    std::size_t left_ = 0;
    number_format format_;
};

} // namespace usdtpp::detail::reader

#endif
