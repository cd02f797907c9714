// Compilers, run by the tests themselves: what a probe becomes is up to them.
#ifndef USDTPP_TESTS_SUPPORT_TOOLCHAIN_HPP
#define USDTPP_TESTS_SUPPORT_TOOLCHAIN_HPP

#include <string>
#include <vector>

#include "support/process.hpp"

namespace support {

// A directory of its own under the system's temporary one, removed with everything in it.
class temporary_directory {
public:
    temporary_directory();
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory();

    std::string file(const std::string& name) const {
        return path_ + "/" + name;
    }
    const std::string& path() const noexcept {
        return path_;
    }

private:
    std::string path_;
};

// The compiler under test: $USDTPP_TEST_COMPILER.
std::string compiler();
bool compiler_is_clang();
bool compiler_is_installed();

// A path in this project.
std::string project_file(const std::string& relative);

using flags = std::vector<std::string>;

// Runs the compiler under test with the include directory of this project and `arguments`.
result compile(const flags& arguments);

// Compiles and links `source` (a path in this project) into `output`. Throws std::runtime_error with the compiler's
// words where that fails.
void build(const std::string& source, const std::string& output, const flags& arguments);

std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);

// "-O2 -std=c++17" for messages.
std::string joined(const flags& words);

} // namespace support

#endif
