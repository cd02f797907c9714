// Captures and recorders in the children of forks.
#include <string>

#include "catch.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "toolchain.hpp"

namespace {

void check_forks(const support::flags& options, const std::string& rounds) {
    SKIP_WITHOUT(support::compiler());
    const support::temporary_directory directory;
    const auto program = directory.file("forks");
    using support::operator+;
    support::build("tests/cases/attach/forks.cpp", program,
                   support::flags{"-std=c++17", "-g0", "-pthread"} + options +
                       support::flags{"-Wl,--no-as-needed", "-lelf"});
    support::start_options start;
    // What a thread had allocated when another one forked is lost to the child.
    start.environment = {{"ASAN_OPTIONS", "detect_leaks=0"}};
    const auto ran = support::run({program, rounds}, std::chrono::minutes(2), start);
    INFO(ran.errors);
    CHECK(!ran.timed_out);
    CHECK(ran.status == 0);
    CHECK(ran.output == "wrong 0\n");
}

} // namespace

TEST_CASE("children of several hundred forks have their own events, whatever other threads were at") {
    check_forks({"-O2"}, "300");
}
TEST_CASE("with breakpoints too, children of forks have their own events", "[full]") {
    check_forks({"-O0", "-DUSDTPP_COMPACT"}, "50");
}
TEST_CASE("the thread sanitizer has nothing against forks beside captures and recorders") {
    check_forks({"-O0", "-fsanitize=thread"}, "8");
}
TEST_CASE("the address sanitizer has nothing against forks beside captures and recorders", "[full]") {
    check_forks({"-O0", "-fsanitize=address,undefined"}, "40");
}
