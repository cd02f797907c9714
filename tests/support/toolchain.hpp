// Compilers, run by the tests themselves: what a probe becomes is up to them.
#ifndef USDTPP_TESTS_SUPPORT_TOOLCHAIN_HPP
#define USDTPP_TESTS_SUPPORT_TOOLCHAIN_HPP

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/process.hpp"

namespace support {

// The compiler under test: $USDTPP_TEST_COMPILER.
std::string compiler();
bool compiler_is_clang();
bool compiler_is_installed();

// Whether a GNU compiler finds that library: with the headers for its kind of programs, it is in one package.
bool has_library(const std::string& gnu_compiler, const std::string& library);

// A path in this project.
std::string project_file(const std::string& relative);

using flags = std::vector<std::string>;
flags operator+(flags first, const flags& second);

// Runs the compiler under test with the include directory of this project and `arguments`. $USDTPP_TEST_PLANT names a
// mistake of tests/cases/planted.hpp that is to be made.
result compile(const flags& arguments);

// -fuse-ld= for a linker: "bfd", "gold", "lld", "mold". Of several versions of lld it is the one that understands the
// compiler under test at -flto.
std::string use_linker(const std::string& linker);

struct build_failure : std::runtime_error {
    build_failure(const flags& arguments, const std::string& errors);
    std::string first_line; // of what the compiler said, without temporary paths
};

// The same, where it must succeed. Throws build_failure with the compiler's words; returns its warnings.
std::string must_compile(const flags& arguments);

// Compiles and links `source` (a path in this project) into `output`. Throws build_failure.
void build(const std::string& source, const std::string& output, const flags& arguments);

// Calls `make` with flags to add, for something that has probes in it. Where it throws build_failure, and does so
// without probes too, they are not to blame: returns why it fails. Otherwise a failure is passed on.
std::string why_not_buildable(const std::function<void(const flags&)>& make);

// {"-O2", "-std=c++17"} from "-O2 -std=c++17", and back.
flags words(const std::string& text);
std::string joined(const flags& words);

} // namespace support

#endif
