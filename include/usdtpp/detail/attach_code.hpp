// Reading code, changing it, and making some: memory that is not read and written like other memory.
#ifndef USDTPP_DETAIL_ATTACH_CODE_HPP
#define USDTPP_DETAIL_ATTACH_CODE_HPP

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <usdtpp/detail/attach_machine.hpp>
#include <usdtpp/detail/reader_file.hpp>
#include <usdtpp/detail/reader_process.hpp>

namespace usdtpp::detail::attach {

USDTPP_DETAIL_HIDDEN inline const code_byte* code_at(std::uint64_t address) noexcept {
    return reinterpret_cast<const code_byte*>(address); // NOLINT(performance-no-int-to-ptr)
}
// Not by memcmp, which sanitizers watch: to them code is no memory.
template <std::size_t Size>
USDTPP_DETAIL_HIDDEN USDTPP_DETAIL_UNSANITIZED bool is_same(const volatile code_byte* one,
                                                            const code_byte (&other)[Size]) noexcept {
    std::size_t i = 0;
    while (i != Size && one[i] == other[i]) {
        ++i;
    }
    return i == Size;
}
template <std::size_t Size>
USDTPP_DETAIL_HIDDEN bool is_at(const code_byte (&code)[Size], std::uint64_t address) noexcept {
    return is_same(code_at(address), code);
}

// The protection of pages, as mprotect() takes it, and as it was before it was changed.
class USDTPP_DETAIL_HIDDEN protections {
public:
    // Of a page. That of most code where /proc does not say it.
    int at(std::uint64_t page) {
        if (!is_read_) {
            is_read_ = true;
            try {
                mappings_ = reader::mappings_of("/proc/self");
            } catch (const note_error&) {
            }
        }
        const auto found = std::upper_bound(mappings_.begin(), mappings_.end(), page,
                                            [](auto address, const auto& one) { return address < one.end; });
        if (found == mappings_.end() || page < found->begin) {
            return PROT_READ | PROT_EXEC;
        }
        return (found->readable ? PROT_READ : 0) | (found->writable ? PROT_WRITE : 0) |
               (found->executable ? PROT_EXEC : 0) | protection_of_processor(page);
    }

private:
    std::vector<reader::mapping> mappings_;
    bool is_read_ = false;
};

// Writes to the code of the process: by itself, with pages that it makes writable as long as it lives, or through
// /proc/self/mem where that is forbidden. What pages may be used for, beyond that, stays.
class USDTPP_DETAIL_HIDDEN code_writer {
public:
    code_writer() = default;
    code_writer(const code_writer&) = delete;
    code_writer& operator=(const code_writer&) = delete;
    ~code_writer() {
        for (const auto& [page, protection] : writable_) {
            ::mprotect(pointer(page), page_size_, protection);
        }
    }

    // Whether threads that run this code see either both of what was there or both of what is written, at any moment,
    // of two bytes at `address`: they are stored and fetched together in one aligned quadword. AMD promises that (APM
    // volume 2, 7.6.1), and all processors keep it: Windows patches running code by two bytes.
    static bool are_fetched_together(std::uint64_t address) noexcept {
        constexpr std::uint64_t fetched = 8;
        return address % fetched != fetched - 1;
    }
    // Whether pages can be, from now on.
    bool make_writable(std::uint64_t address, std::size_t size) {
        for (auto page = address & ~(page_size_ - 1); page < address + size; page += page_size_) {
            if (writable_.count(page) == 0) {
                const auto protection = protections_.at(page);
                const bool is_writable = (protection & PROT_WRITE) != 0;
                if (!is_writable && ::mprotect(pointer(page), page_size_, protection | PROT_WRITE) != 0) {
                    protect_error_ = errno;
                    return false;
                }
                writable_.emplace(page, protection);
            }
        }
        return true;
    }
    // Whether it was written. A single byte is written at once.
    bool write(std::uint64_t address, const void* bytes, std::size_t size) {
        if (make_writable(address, size)) {
            store(address, static_cast<const unsigned char*>(bytes), size);
            return true;
        }
        if (::pwrite(memory_.descriptor(), bytes, size, static_cast<off_t>(address)) == static_cast<ssize_t>(size)) {
            return true;
        }
        error_ = "its code cannot be changed: mprotect: " + reader::error_text(protect_error_) +
                 "; /proc/self/mem: " + reader::error_text(memory_.error() != 0 ? memory_.error() : errno);
        return false;
    }
    // Why it was not.
    const std::string& error() const noexcept {
        return error_;
    }

private:
    using both_bytes [[gnu::aligned(1), gnu::may_alias]] = std::uint16_t; // stored by one instruction

    // To sanitizers this is no memory.
    USDTPP_DETAIL_UNSANITIZED static void store(std::uint64_t address, const unsigned char* bytes, std::size_t size) {
        if (size == sizeof(both_bytes)) {
            const unsigned both = bytes[0] | unsigned{bytes[1]} << 8;
            *static_cast<volatile both_bytes*>(pointer(address)) = static_cast<std::uint16_t>(both);
            return;
        }
        for (std::size_t i = 0; i != size; ++i) {
            static_cast<volatile unsigned char*>(pointer(address))[i] = bytes[i];
        }
    }
    static void* pointer(std::uint64_t address) noexcept {
        return reinterpret_cast<void*>(address); // NOLINT(performance-no-int-to-ptr)
    }

    std::uint64_t page_size_ = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::map<std::uint64_t, int> writable_; // and how they were protected
    protections protections_;
    reader::open_file memory_{"/proc/self/mem", O_RDWR};
    int protect_error_ = 0;
    std::string error_;
};

// Has pages of memory, which nothing else is in, be this code. Where code cannot be made of what was writable, as
// systemd's MemoryDenyWriteExecute and PR_SET_MDWE have it, it comes by /proc/self/mem into what has been code from the
// start.
USDTPP_DETAIL_HIDDEN inline bool make_code(void* memory, const code_byte* code, std::size_t size) {
    constexpr int kind = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    std::memcpy(memory, code, size);
    if (::mprotect(memory, size, PROT_READ | PROT_EXEC) == 0) {
        return true;
    }
    if (::mmap(memory, size, PROT_READ | PROT_EXEC, kind, -1, 0) != memory) {
        return false;
    }
    if (code_writer().write(reinterpret_cast<std::uint64_t>(memory), code, size)) {
        return true;
    }
    ::mmap(memory, size, PROT_READ | PROT_WRITE, kind, -1, 0); // for another attempt
    return false;
}

// Memory of that size within reach of an instruction at `address`; null if there is none. Below it, if possible: above
// an executable there may be the heap, which must be able to grow. So what is above is taken from far away.
USDTPP_DETAIL_HIDDEN inline void* map_near(std::uint64_t address, std::size_t size) noexcept {
    constexpr std::uint64_t step = std::uint64_t{1} << 20;
    constexpr std::uint64_t steps = (std::uint64_t{1} << 31) / step - 1;
#if !defined(MAP_FIXED_NOREPLACE)
    constexpr int MAP_FIXED_NOREPLACE = 0x100000;
#endif
    const auto map = [size](std::uint64_t wanted) -> void* {
        auto* hint = reinterpret_cast<void*>(wanted & ~(step - 1)); // NOLINT(performance-no-int-to-ptr)
        auto* got =
            ::mmap(hint, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
        if (got != hint && got != MAP_FAILED) { // before Linux 4.17 it is a hint
            ::munmap(got, size);
        }
        return got == hint ? got : nullptr;
    };
    for (std::uint64_t i = 1; i != steps && address > (i + 1) * step; ++i) {
        if (auto* got = map(address - i * step)) {
            return got;
        }
    }
    for (std::uint64_t i = steps; i != 0; --i) {
        if (auto* got = map(address + (i - 1) * step)) {
            return got;
        }
    }
    return nullptr;
}

} // namespace usdtpp::detail::attach

#endif
