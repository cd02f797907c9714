// Programs that use <usdtpp/testing.hpp>: for any user, with probes compiled out, and the examples.
#include <filesystem>
#include <string>
#include <vector>

#include <unistd.h>

#include "catch.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "toolchain.hpp"

namespace {

namespace fs = std::filesystem;

// What the main function of an example prints last.
std::string last_lines(const std::string& output) {
    const auto begin = output.find(" of 3 probes");
    return begin != std::string::npos && begin > 0 ? output.substr(begin - 1) : output;
}

} // namespace

TEST_CASE("whoever runs a program, without any rights, it captures its own probes") {
    const bool is_root = ::geteuid() == 0;
    if (is_root) {
        SKIP_WITHOUT("setpriv");
    }
    // Where anybody may read it, as what a program is tested in is.
    const support::temporary_directory directory;
    const auto program = directory.file("captured");
    fs::copy_file(CAPTURED, program);
    for (const auto& path : {directory.path(), program}) {
        fs::permissions(path, fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
    }
    std::vector<std::string> command;
    if (is_root) {
        command = {"setpriv",         "--reuid=65534",       "--regid=65534", "--clear-groups",
                   "--inh-caps=-all", "--bounding-set=-all", "--no-new-privs"};
    }
    for (const auto* word :
         {"sh", "-c",
          "grep CapEff: /proc/self/status; if [ -r /sys/kernel/tracing/README ]; then echo tracefs; fi; "
          "exec \"$0\""}) {
        command.emplace_back(word);
    }
    command.push_back(program);
    const auto ran = support::run(command, std::chrono::seconds(20));
    INFO(ran.output << ran.errors);
    CHECK(!ran.timed_out);
    CHECK(ran.status == 0);
    const std::string before = "CapEff:\t0000000000000000\n"
                               "captured:tick i=1 name=\"bbbbbbbbbbbbbbbbbbbb\"\n"
                               "captured:tick i=2 name=\"cccccccccccccccccccc\"\n"
                               "captured:tick i=3 name=\"dddddddddddddddddddd\"\n";
    REQUIRE(ran.output.substr(0, before.size()) == before);
    // What the capture allocates itself is passed over: it takes a lock meanwhile.
    const auto rest = ran.output.substr(before.size());
    const auto count = std::to_string(std::stoi(rest));
    CHECK(std::stoi(rest) >= 3);
    CHECK(rest == count + " " + count + "\n2 of 2 probes of captured* were reached");
}

TEST_CASE("where probes are compiled out, a capture says that there is none") {
    const auto ran = support::run({CAPTURED_DISABLED});
    CHECK(ran.status == 1);
    CHECK(ran.output == "no probe here is captured*: its code may have USDTPP_DISABLE, or is not loaded yet\n");
}

TEST_CASE("the example with Catch2 passes, and lists the probe that it misses, as docs/testing.md shows") {
    SKIP_UNLESS(std::string(TILL_CATCH2_TEST) != "", "the example with Catch2 is not built");
    const auto ran = support::run({TILL_CATCH2_TEST});
    INFO(ran.output << ran.errors);
    CHECK(ran.status == 0);
    const auto report = last_lines(ran.output);
    CHECK(report == "2 of 3 probes of till:* were reached; not reached:\n"
                    "    till:returned at till.cpp:16 in till::give_back(char const*, int)\n");
    const auto page = support::read_file(support::project_file("docs/testing.md"));
    CHECK(page.find(report) != std::string::npos);
    for (const auto* source : {"examples/testing/till.cpp", "examples/testing/catch2_test.cpp"}) {
        CHECK(page.find("```cpp\n" + support::read_file(support::project_file(source)) + "```") != std::string::npos);
    }
}

TEST_CASE("the example with GoogleTest passes, and lists the probe that it misses") {
    SKIP_UNLESS(std::string(TILL_GOOGLETEST_TEST) != "", "libgtest-dev is not installed");
    const auto ran = support::run({TILL_GOOGLETEST_TEST});
    INFO(ran.output << ran.errors);
    CHECK(ran.status == 0);
    CHECK(last_lines(ran.output) == "2 of 3 probes of till:* were reached; not reached:\n"
                                    "    till:refused at till.cpp:12 in till::give_back(char const*, int)\n");
}
