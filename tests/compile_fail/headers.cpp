#include "headers.hpp"

#include <algorithm>
#include <filesystem>

#include "catch.hpp"

namespace {

support::flags headers_in(const std::string& directory) {
    support::flags found;
    for (const auto& entry : std::filesystem::directory_iterator(support::project_file(directory))) {
        if (entry.is_regular_file()) {
            found.push_back(entry.path().string());
        }
    }
    REQUIRE(found.size() > 10);
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace

support::flags public_headers() {
    return headers_in("include/usdtpp");
}

support::flags headers_of_the_machinery() {
    return headers_in("include/usdtpp/detail");
}

support::result compile_strictly(const std::string& standard, const support::flags& more) {
    const support::flags strict = {standard,           "-Wall",    "-Wextra",      "-Wpedantic",
                                   "-pedantic-errors", "-Wshadow", "-Wconversion", "-Wsign-conversion",
                                   "-Wold-style-cast", "-Werror"};
    return support::compile(support::operator+(strict, more));
}

void check_alone(const support::flags& headers) {
    for (const auto& header : headers) {
        support::temporary_directory directory;
        support::write_file(directory.file("alone.cpp"), "#include \"" + header + "\"\n");
        const auto done = compile_strictly("-std=c++17", {"-fsyntax-only", directory.file("alone.cpp")});
        INFO(support::compiler() << " " << header << "\n" << done.errors);
        CHECK(done.status == 0);
        CHECK(done.errors.empty());
    }
}
