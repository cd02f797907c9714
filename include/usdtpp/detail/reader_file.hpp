// Files, opened with care, and the probes in them.
#ifndef USDTPP_DETAIL_READER_FILE_HPP
#define USDTPP_DETAIL_READER_FILE_HPP

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <libelf.h>
#include <sys/stat.h>
#include <unistd.h>

#include <usdtpp/detail/reader_elf.hpp>
#include <usdtpp/detail/reader_notes.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp::detail::reader {

inline std::string error_text(int number) {
    return std::generic_category().message(number);
}

class open_file {
public:
    // Only regular files are opened: to open a device or a pipe may do something, or wait.
    explicit open_file(const std::string& path, int access = O_RDONLY) noexcept {
        if (::stat(path.c_str(), &status_) != 0) {
            error_ = errno;
        } else if (S_ISREG(status_.st_mode)) {
            descriptor_ = ::open(path.c_str(), access | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
            error_ = descriptor_ < 0 || ::fstat(descriptor_, &status_) != 0 ? errno : 0;
        }
    }
    open_file(open_file&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)), error_(other.error_), status_(other.status_) {}
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    open_file& operator=(open_file&&) = delete;
    ~open_file() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }

    // Of errno; 0 where it is open, or no regular file.
    int error() const noexcept {
        return error_;
    }
    int descriptor() const noexcept {
        return descriptor_;
    }
    const struct stat& status() const noexcept {
        return status_;
    }
    bool is_regular() const noexcept {
        return descriptor_ >= 0 && S_ISREG(status_.st_mode);
    }

private:
    int descriptor_ = -1;
    int error_ = 0;
    struct stat status_ {};
};

inline void start_libelf() {
    if (elf_version(EV_CURRENT) == EV_NONE) {
        libelf_failed();
    }
}

// Not mapped: whoever truncates the file meanwhile would end this process. `from` must stay open.
inline elf_file open_elf(const open_file& from) {
    if (from.error() != 0) {
        throw damaged(error_text(from.error()));
    }
    if (!from.is_regular()) {
        throw damaged("not a regular file");
    }
    start_libelf();
    elf_handle elf(elf_begin(from.descriptor(), ELF_C_READ, nullptr));
    return elf_file(std::move(elf), static_cast<std::uint64_t>(from.status().st_size));
}

inline elf_probes read_file(const std::string& path) {
    try {
        const open_file from(path);
        auto file = open_elf(from);
        auto read = read_elf(file);
        read.path = path;
        return read;
    } catch (const damaged& what) {
        throw note_error(path + ": " + what.what());
    }
}

// The same of a file that is in memory, which is not changed; for tests.
inline elf_probes read_memory(const void* data, std::size_t size) {
    try {
        start_libelf();
        elf_handle elf(elf_memory(static_cast<char*>(const_cast<void*>(data)), size));
        elf_file file(std::move(elf), size);
        return read_elf(file);
    } catch (const damaged& what) {
        throw note_error(std::string("memory: ") + what.what());
    }
}

} // namespace usdtpp::detail::reader

#endif
