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

TEST_CASE("the same with the address sanitizer, and with the thread sanitizer, which report nothing") {
    SKIP_WITHOUT(support::compiler());
    for (const auto& flags : std::vector<support::flags>{{"-fsanitize=address,undefined", "-DUSDTPP_COMPACT"},
                                                         {"-fsanitize=address,undefined"},
                                                         {"-fsanitize=thread"}}) {
        INFO(support::joined(flags));
        const target_program program(flags, "handlers");
        const auto ran = support::run({program.path}, std::chrono::seconds(60));
        CHECK(ran.output == "ok\n");
        CHECK(ran.errors.empty());
        CHECK(ran.status == 0);
    }
}
