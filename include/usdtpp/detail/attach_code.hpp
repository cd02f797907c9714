// Changing code, and making some: memory that is not written like other memory.
#ifndef USDTPP_DETAIL_ATTACH_CODE_HPP
#define USDTPP_DETAIL_ATTACH_CODE_HPP

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <set>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <usdtpp/detail/attach_machine.hpp>
#include <usdtpp/detail/reader_file.hpp>

namespace usdtpp::detail::attach {

// Writes to the code of the process: by itself, with pages that it makes writable as long as it lives, or through
// /proc/self/mem where that is forbidden.
class code_writer {
public:
    code_writer() = default;
    code_writer(const code_writer&) = delete;
    code_writer& operator=(const code_writer&) = delete;
    ~code_writer() {
        for (const auto page : writable_) {
            ::mprotect(pointer(page), page_size_, PROT_READ | PROT_EXEC);
        }
    }

    // Whether threads that run this code see either all of what was there or all of what is written, at any moment: two
    // bytes that the processor fetches together. AMD promises that (APM volume 2, 7.6.1), and all processors keep it:
    // Windows patches running code by two bytes.
    bool writes_at_once(std::uint64_t address, std::size_t size) {
        constexpr std::uint64_t fetched = 16;
        return address / fetched == (address + size - 1) / fetched && make_writable(address, size);
    }
    // Whether it was written. A single byte is written at once.
    bool write(std::uint64_t address, const void* bytes, std::size_t size) {
        if (make_writable(address, size)) {
            if (size == 2) {
                std::uint16_t both = 0;
                std::memcpy(&both, bytes, size);
                store_both(address, both);
            } else {
                std::memcpy(pointer(address), bytes, size);
            }
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

    // Clang's thread sanitizer has no shadow for code.
    USDTPP_DETAIL_UNSANITIZED static void store_both(std::uint64_t address, std::uint16_t both) noexcept {
        *static_cast<volatile both_bytes*>(reinterpret_cast<void*>(address)) =
            both; // NOLINT(performance-no-int-to-ptr)
    }
    static void* pointer(std::uint64_t address) noexcept {
        return reinterpret_cast<void*>(address); // NOLINT(performance-no-int-to-ptr)
    }
    bool make_writable(std::uint64_t address, std::size_t size) {
        for (auto page = address & ~(page_size_ - 1); page < address + size; page += page_size_) {
            if (writable_.count(page) == 0) {
                if (::mprotect(pointer(page), page_size_, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) {
                    protect_error_ = errno;
                    return false;
                }
                writable_.insert(page);
            }
        }
        return true;
    }

    std::uint64_t page_size_ = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    std::set<std::uint64_t> writable_;
    reader::open_file memory_{"/proc/self/mem", O_RDWR};
    int protect_error_ = 0;
    std::string error_;
};

// Has what was written to memory of map_near() be code. Where code cannot be made of what was writable, as systemd's
// MemoryDenyWriteExecute and PR_SET_MDWE have it, it comes by /proc/self/mem into what has been code from the start.
inline bool make_code(void* memory, std::size_t size) {
    if (::mprotect(memory, size, PROT_READ | PROT_EXEC) == 0) {
        return true;
    }
    const std::string code(static_cast<const char*>(memory), size);
    const int fixed = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED;
    return ::mmap(memory, size, PROT_READ | PROT_EXEC, fixed, -1, 0) == memory &&
           code_writer().write(reinterpret_cast<std::uint64_t>(memory), code.data(), size);
}

// Reads code as a new mapping of its file has it: with the breakpoints that the kernel puts in for tracers outside of
// the process, and none of ours. False where that file is not there any more.
inline bool read_as_mapped_anew(const std::string& path, std::uint64_t inode, std::uint64_t offset, void* into,
                                std::size_t size) {
    const reader::open_file file("/proc/self/root" + path);
    const auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    if (!file.is_regular() || file.status().st_ino != inode) {
        return false;
    }
    const auto begin = offset & ~(page - 1);
    const auto length = offset + size - begin;
    auto* mapped = ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE, file.descriptor(), static_cast<off_t>(begin));
    if (mapped == MAP_FAILED) {
        return false;
    }
    std::memcpy(into, static_cast<const char*>(mapped) + (offset - begin), size);
    ::munmap(mapped, length);
    return true;
}

// Memory of that size within reach of a jump from `address`; null if there is none.
inline void* map_near(std::uint64_t address, std::size_t size) noexcept {
    constexpr std::uint64_t reach = std::uint64_t{1} << 30;
    constexpr std::uint64_t step = std::uint64_t{1} << 20;
#if !defined(MAP_FIXED_NOREPLACE)
    constexpr int MAP_FIXED_NOREPLACE = 0x100000;
#endif
    for (std::uint64_t distance = step; distance < reach; distance += step) {
        for (const auto wanted : {address - distance, address + distance}) {
            auto* hint = reinterpret_cast<void*>(wanted & ~(step - 1)); // NOLINT(performance-no-int-to-ptr)
            auto* got =
                ::mmap(hint, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
            if (got == hint) {
                return got;
            }
            if (got != MAP_FAILED) { // before Linux 4.17 it is a hint
                ::munmap(got, size);
            }
        }
    }
    return nullptr;
}

} // namespace usdtpp::detail::attach

#endif
