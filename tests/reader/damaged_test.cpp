// Binaries that are cut off or changed: they give a result or an error, whatever is wrong with them. Built with the
// sanitizers, and read from memory behind which is none, so that neither this library nor libelf reads beyond the end.
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <usdtpp/notes.hpp>

#include "build.hpp"
#include "catch.hpp"
#include "toolchain.hpp"

namespace {

namespace reader = usdtpp::detail::reader;

// A copy of a file whose last byte is the last of a page, with nothing behind it.
class guarded_copy {
public:
    explicit guarded_copy(const std::string& bytes) : size_(bytes.size()) {
        const std::size_t page = 4096;
        length_ = (size_ + page - 1) / page * page + page;
        void* const all = ::mmap(nullptr, length_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        REQUIRE(all != MAP_FAILED);
        begin_ = static_cast<char*>(all);
        REQUIRE(::mprotect(begin_ + length_ - page, page, PROT_NONE) == 0);
        data_ = begin_ + length_ - page - size_;
        std::memcpy(data_, bytes.data(), size_);
    }
    guarded_copy(const guarded_copy&) = delete;
    guarded_copy& operator=(const guarded_copy&) = delete;
    ~guarded_copy() {
        ::munmap(begin_, length_);
    }
    char* data() const {
        return data_;
    }
    std::size_t size() const {
        return size_;
    }

private:
    char* begin_ = nullptr;
    char* data_ = nullptr;
    std::size_t size_;
    std::size_t length_ = 0;
};

// The number of probes, where there is no error.
template <class Read>
std::optional<std::size_t> probes_of(Read read) {
    try {
        return read().probes.size();
    } catch (const usdtpp::note_error&) {
        return std::nullopt;
    }
}

std::optional<std::size_t> from_memory(const char* data, std::size_t size) {
    return probes_of([&] { return reader::read_memory(data, size); });
}

std::optional<std::size_t> from_file(const std::string& path) {
    return probes_of([&] { return usdtpp::read_probes(path); });
}

} // namespace

TEST_CASE("a binary that is cut off anywhere is an error") {
    support::temporary_directory directory;
    const auto path = build("tests/cases/values.cpp", directory.file("values"), {});
    const auto image = support::read_file(path);
    CHECK(from_file(path) > 50U);
    CHECK(from_memory(image.data(), image.size()) == from_file(path));
    const guarded_copy guarded(image);
    for (auto size = (image.size() - 1) / 64 * 64;; size -= 64) {
        INFO(size);
        // What is left ends where the guarded page begins.
        char* const data = guarded.data() + (guarded.size() - size);
        std::memcpy(data, image.data(), size);
        const auto in_memory = from_memory(data, size);
        REQUIRE(::truncate(path.c_str(), static_cast<off_t>(size)) == 0);
        const auto in_file = from_file(path);
        if (in_memory || in_file) {
            FAIL("no error");
        }
        if (size == 0) {
            break;
        }
    }
}

TEST_CASE("a binary in which one byte is another is an error, or a result") {
    const std::string source = GENERATE("tests/cases/reader/small.cpp", "tests/cases/reader/described.cpp");
    const bool wide = GENERATE(true, false);
    INFO(source << (wide ? " 64" : " 32") << " bits");
    SKIP_FOR(wide ? "" : why_no_32_bits());
    support::temporary_directory directory;
    const support::flags more = {"-nostdlib",
                                 "-static",
                                 "-fno-pie",
                                 wide ? "-m64" : "-m32",
                                 wide ? "-DADDRESS=.8byte" : "-DADDRESS=.4byte",
                                 "-Wl,--build-id=none"};
    const auto path = build(source, directory.file("small"), more);
    const auto image = support::read_file(path);
    const guarded_copy guarded(image);
    const auto right = from_file(path);
    REQUIRE(right > 2U);
    const int descriptor = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    REQUIRE(descriptor >= 0);
    std::size_t errors = 0;
    for (std::size_t at = 0; at != image.size(); ++at) {
        for (const int change : {0xff, 0x01, 0x80}) {
            const char changed = static_cast<char>(image[at] ^ change);
            guarded.data()[at] = changed;
            const auto in_memory = from_memory(guarded.data(), guarded.size());
            const auto write = [&](char byte) { return ::pwrite(descriptor, &byte, 1, static_cast<off_t>(at)); };
            const auto written = write(changed);
            const auto in_file = from_file(path);
            const auto written_back = write(image[at]);
            guarded.data()[at] = image[at];
            errors += in_file ? 0 : 1;
            if (written != 1 || written_back != 1 || in_memory != in_file) {
                INFO("byte " << at << " changed by " << change);
                CHECK(in_memory == in_file);
                FAIL("read otherwise from memory than from the file");
            }
        }
    }
    ::close(descriptor);
    CHECK(errors > 50);
    CHECK(from_file(path) == right);
}
