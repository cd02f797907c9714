// Finding probes by their names, in what this process has loaded.
#include <chrono>

#include <dlfcn.h>

#include <usdtpp/attach.hpp>

#include "catch.hpp"

namespace {

using usdtpp::detail::attach::matches;

} // namespace

TEST_CASE("in a pattern a * stands for any characters, none included") {
    struct row {
        const char* pattern;
        const char* text;
        bool matches;
    };
    const row rows[] = {
        {"", "", true},           {"", "a", false},        {"a", "a", true},
        {"a", "aa", false},       {"*", "", true},         {"*", "p:n", true},
        {"p:*", "p:n", true},     {"p:*", "p:", true},     {"p:*", "q:n", false},
        {"*:n", "p:n", true},     {"*:n", "p:nn", false},  {"p*n", "pn", true},
        {"p*n", "p:n", true},     {"ab*ba", "aba", false}, {"ab*ba", "abba", true},
        {"ab*ba", "abcba", true}, {"*a*b", "ab", true},    {"*a*b", "ba", false},
        {"*a*b", "acbcb", true},  {"*aab", "aaab", true},  {"*aa*aab", "aaab", false},
        {"*aa*ab", "aaab", true}, {"**", "x", true},       {"a**b", "ab", true},
        {"*a*", "bab", true},     {"*a*", "bbb", false},   {"a*b*c", "abc", true},
        {"a*b*c", "acb", false},
    };
    for (const auto& one : rows) {
        INFO(one.pattern << " of " << one.text);
        CHECK(matches(one.pattern, one.text) == one.matches);
    }
}

TEST_CASE("patterns with many * take no time to speak of") {
    const auto begin = std::chrono::steady_clock::now();
    const std::string text(4000, 'a');
    std::string pattern;
    for (int i = 0; i != 1000; ++i) {
        pattern += "*a";
    }
    CHECK(matches(pattern, text));
    CHECK(!matches(pattern + "*b", text));
    CHECK(!matches(pattern + "*b*", text));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE("objects that are unchanged are not read again when others come and go") {
    usdtpp::detail::attach::finder finder;
    const auto before = finder.find("libstdcxx:*");
    REQUIRE(!before.probes.empty());
    CHECK(before.problems.empty());
    for (const auto& one : before.probes) {
        const auto& notes = one.object->probes.probes;
        CHECK(one.note >= notes.data());
        CHECK(one.note < notes.data() + notes.size());
    }
    const std::string more = "libutil.so.1";
    void* const handle = ::dlopen(more.c_str(), RTLD_NOW);
    SKIP_UNLESS(handle != nullptr, more + " is not installed");
    const auto with = finder.find("libstdcxx:*");
    ::dlclose(handle);
    const auto after = finder.find("libstdcxx:*");
    CHECK(with.from != before.from);
    CHECK(after.from != with.from);
    REQUIRE(with.probes.size() == before.probes.size());
    REQUIRE(after.probes.size() == before.probes.size());
    for (std::size_t i = 0; i != before.probes.size(); ++i) {
        CHECK(with.probes[i].note == before.probes[i].note);
        CHECK(after.probes[i].note == before.probes[i].note);
        CHECK(after.probes[i].address == before.probes[i].address);
    }
}
