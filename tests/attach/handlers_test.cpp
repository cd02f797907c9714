// What handlers, forks, sanitizers and a program's own signals have to do with attachments.
#include <csignal>

#include "catch.hpp"
#include "target.hpp"

TEST_CASE("a program gets the signal of breakpoints as before, where it is not ours") {
    SKIP_WITHOUT(support::compiler());
    const target_program program({"-DUSDTPP_COMPACT"}, "traps");
    struct {
        const char* kind;
        int status;
        const char* says;
    } const expected[] = {
        {"plain", 0, "raised 1 trapped 1 code 0 blocked 1 fired 2\n"},
        {"informed", 0, "raised 1 trapped 3 code 1 blocked 1 fired 2\n"},
        {"chaining", 0, "raised 2 trapped 2 code 0 blocked 1 fired 2\n"},
        {"once", 128 + SIGILL, "raised 1 trapped 1 code 0 blocked 1 fired 2\n"},
        {"ignored", 128 + SIGILL, "raised 0 trapped 0 code 0 blocked 0 fired 2\n"},
        {"default", 128 + SIGILL, ""},
    };
    for (const auto& one : expected) {
        INFO(one.kind);
        const auto ran = support::run({program.path, one.kind}, std::chrono::seconds(20));
        CHECK(ran.status == one.status);
        CHECK(ran.output == one.says);
    }
}

TEST_CASE("handlers keep errno and registers, are not entered twice, and end with their attachment, also in a fork") {
    SKIP_WITHOUT(support::compiler());
    const target_program program({}, "handlers");
    const auto ran = support::run({program.path}, std::chrono::seconds(60));
    CHECK(ran.output == "ok\n");
    CHECK(ran.status == 0);
    const auto thrown = support::run({program.path, "throw"}, std::chrono::seconds(20));
    CHECK(thrown.output.empty());
    CHECK(thrown.errors.find("terminate") != std::string::npos);
    CHECK(thrown.status == 128 + SIGABRT);
}

void check_sanitized(const support::flags& flags) {
    SKIP_WITHOUT(support::compiler());
    const target_program program(flags, "handlers");
    const auto ran = support::run({program.path}, std::chrono::seconds(60));
    CHECK(ran.output == "ok\n");
    CHECK(ran.errors.empty());
    CHECK(ran.status == 0);
}

TEST_CASE("the address sanitizer has nothing to say of attachments with breakpoints") {
    // Optimised, with both sanitizers, it takes GCC most of a minute.
    check_sanitized({"-O0", "-fsanitize=address,undefined", "-DUSDTPP_COMPACT"});
}
TEST_CASE("the address sanitizer has nothing to say of attachments with jumps", "[full]") {
    check_sanitized({"-fsanitize=address,undefined"});
}
TEST_CASE("the thread sanitizer has nothing to say of attachments") {
    check_sanitized({"-O0", "-fsanitize=thread"});
}

TEST_CASE("in a handler gdb shows the function with the probe, and its caller") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const target_program program({"-g", "-O2"}, "handlers");
    const auto ran = support::run({"gdb", "-nx", "-batch", "-ex", "set debuginfod enabled off", "-ex",
                                   "break std::terminate", "-ex", "run throw", "-ex", "bt", program.path},
                                  std::chrono::seconds(60));
    INFO(ran.output << ran.errors);
    const auto in_order = [&](std::initializer_list<const char*> names) {
        std::size_t at = 0;
        for (const auto* name : names) {
            at = ran.output.find(name, at);
            CHECK(at != ran.output.npos);
            at = at == ran.output.npos ? 0 : at;
        }
    };
    in_order({"dispatch", "tick (number=", "main (count="});
}
