#include "catch.hpp"

#include <cstdlib>
#include <iostream>

#include "support/process.hpp"

namespace support {

std::string why_missing(std::initializer_list<std::string> programs) {
    for (const auto& name : programs) {
        if (find_program(name).empty()) {
            return name + " is not installed";
        }
    }
    return "";
}

void skipped(const std::string& reason) {
    std::cout << "skipped: " << reason << std::endl;
    if (std::getenv("USDTPP_UNDER_CTEST") != nullptr) {
        std::_Exit(4); // SKIP_RETURN_CODE in tests/support/CMakeLists.txt, and what Catch2 3 makes of that
    }
    WARN("skipped: " << reason);
}

} // namespace support
