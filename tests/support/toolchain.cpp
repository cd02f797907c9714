#include "toolchain.hpp"

#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <regex>
#include <sstream>
#include <stdexcept>

namespace support {

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

bool has_library(const std::string& gnu_compiler, const std::string& library) {
    const auto path = run({gnu_compiler, "-print-file-name=" + library}).output; // the name itself if it does not
    return std::filesystem::exists(path.substr(0, path.find('\n')));
}

std::string project_file(const std::string& relative) {
    return USDTPP_SOURCE_DIR "/" + relative;
}

flags operator+(flags first, const flags& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

result compile(const flags& arguments) {
    flags command = {compiler(), "-I" + project_file("include")};
    if (const char* mistake = std::getenv("USDTPP_TEST_PLANT")) {
        const auto define = std::string("-DUSDTPP_TEST_PLANT_") + mistake;
        command.insert(command.end(), {define, "-include", project_file("tests/cases/planted.hpp")});
    }
    command.insert(command.end(), arguments.begin(), arguments.end());
    return run(command, std::chrono::minutes(5));
}

std::string use_linker(const std::string& linker) {
    const auto name = compiler();
    const auto version = compiler_is_clang() && name.find('-') != std::string::npos ? name.substr(name.find('-')) : "";
    const bool own = linker == "lld" && !find_program("ld.lld" + version).empty();
    return "-fuse-ld=" + linker + (own ? version : "");
}

build_failure::build_failure(const flags& arguments, const std::string& errors)
    : std::runtime_error(compiler() + " " + joined(arguments) + ": " + errors) {
    static const std::regex temporary("/tmp/[^ :]*/?");
    first_line = std::regex_replace(errors.substr(0, errors.find('\n')), temporary, "");
}

std::string must_compile(const flags& arguments) {
    const auto done = compile(arguments);
    if (done.status != 0) {
        throw build_failure(arguments, done.errors);
    }
    return done.errors;
}

void build(const std::string& source, const std::string& output, const flags& arguments) {
    flags all = arguments;
    all.insert(all.end(), {project_file(source), "-o", output});
    must_compile(all);
}

std::string why_not_buildable(const std::function<void(const flags&)>& make) {
    try {
        make({});
        return "";
    } catch (const build_failure&) {
        try {
            make({"-DUSDTPP_DISABLE"});
        } catch (const build_failure& without_probes) {
            return "not built without probes either: " + without_probes.first_line;
        }
        throw;
    }
}

flags words(const std::string& text) {
    std::istringstream rest(text);
    return {std::istream_iterator<std::string>(rest), {}};
}

std::string joined(const flags& words) {
    std::string text;
    for (const auto& word : words) {
        text += (text.empty() ? "" : " ") + word;
    }
    return text;
}

} // namespace support
