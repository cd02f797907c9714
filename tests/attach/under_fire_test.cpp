// That nobody notices: what threads have in their registers, and below their stacks, while others attach and detach.
#include <string>

#include "catch.hpp"
#include "check.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "toolchain.hpp"

namespace {

void check_under_fire(const std::string& optimisation, const std::string& turns) {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto program = directory.file("under_fire");
    support::build("tests/cases/attach/under_fire.cpp", program,
                   {"-std=c++17", optimisation, "-pthread", "-Wl,--no-as-needed", "-lelf"});
    const auto ran = support::run({program, "8", turns}, std::chrono::minutes(5));
    INFO(ran.errors);
    CHECK(ran.status == 0);
    CHECK(ran.output == "fired some, handled some registers some leaf some signal, wrong 0, sites 4, code restored\n");
}

} // namespace

TEST_CASE("registers, flags and the red zone survive handlers that come and go, -O0") {
    check_under_fire("-O0", "500");
}
TEST_CASE("registers, flags and the red zone survive handlers that come and go, -O2") {
    check_under_fire("-O2", "500");
}
TEST_CASE("registers, flags and the red zone survive 10,000 handlers that come and go, -O0", "[full]") {
    check_under_fire("-O0", "10000");
}
TEST_CASE("registers, flags and the red zone survive 10,000 handlers that come and go, -O2", "[full]") {
    check_under_fire("-O2", "10000");
}
