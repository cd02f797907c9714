#include "toolchain.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace support {

temporary_directory::temporary_directory() {
    auto pattern = (std::filesystem::temp_directory_path() / "usdtpp-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) {
        throw std::system_error(errno, std::generic_category(), pattern);
    }
    path_ = pattern;
}

temporary_directory::~temporary_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string compiler() {
    const char* chosen = std::getenv("USDTPP_TEST_COMPILER");
    if (chosen == nullptr || *chosen == '\0') {
        throw std::runtime_error("which compiler is to be tested? Set USDTPP_TEST_COMPILER, as CTest does");
    }
    return chosen;
}

bool compiler_is_clang() {
    return compiler().find("clang") != std::string::npos;
}

bool compiler_is_installed() {
    return !find_program(compiler()).empty();
}

std::string project_file(const std::string& relative) {
    return USDTPP_SOURCE_DIR "/" + relative;
}

result compile(const flags& arguments) {
    flags command = {compiler(), "-I" + project_file("include")};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run(command, std::chrono::minutes(5));
}

void build(const std::string& source, const std::string& output, const flags& arguments) {
    flags all = arguments;
    all.insert(all.end(), {project_file(source), "-o", output});
    const auto done = compile(all);
    if (done.status != 0) {
        throw std::runtime_error(compiler() + " " + joined(all) + ": " + done.errors);
    }
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + path);
    }
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream file(path, std::ios::binary);
    file << text;
    if (!file.flush()) {
        throw std::runtime_error("cannot write " + path);
    }
}

std::string joined(const flags& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

} // namespace support
