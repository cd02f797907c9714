// usdtpp bpftrace: real bpftrace runs its scripts, and what they print is right.
#include <filesystem>
#include <map>
#include <sstream>

#include <unistd.h>

#include "cases.hpp"
#include "catch.hpp"
#include "tool.hpp"
#include "tracers.hpp"

namespace {

// "provider:name" -> its values as far as bpftrace reads them and they are numbers: {{0, "-5"}}.
using numbers = std::map<std::string, std::map<std::size_t, std::string>>;

numbers expected_numbers(const std::string& source) {
    numbers all;
    for (const auto& probe : support::read_cases(source)) {
        auto& values = all[probe.provider + ":" + probe.name];
        for (std::size_t i = 0; i != std::min(probe.arguments.size(), support::bpftrace_arguments); ++i) {
            if (probe.arguments[i].is == support::expected_argument::kind::number) {
                values[i] = probe.arguments[i].value;
            }
        }
    }
    return all;
}

// Lets tests/cases/enabled.cpp fire `times` times.
void fire(support::process& program, int times) {
    for (int i = 0; i != times; ++i) {
        program.write("\n");
        REQUIRE(program.read_line(std::chrono::seconds(20)));
    }
}

// The same, while bpftrace runs a script that is for enabled:one of it.
void check_attaches(support::process& program, const std::string& text) {
    support::bpftrace tracer(support::flags{}, text);
    fire(program, 1);
    CHECK(tracer.read_line() == "enabled:one 1=1");
    tracer.kill();
}

} // namespace

TEST_CASE("usdtpp bpftrace writes a script whose numbers are right where no probe describes itself") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const built_case values("values.cpp", {"-DUSDTPP_NO_DESCRIPTIONS"});
    support::process running({values.path()});
    // Attaching takes long: each with one of the compilers.
    const std::string target = support::compiler_is_clang() ? "process" : "binary";
    INFO(support::compiler() << " " << target);
    support::bpftrace tracer(support::flags{},
                             script({target == "binary" ? values.path() : std::to_string(running.pid())}));
    running.write("\n");
    const auto expected = expected_numbers("tests/cases/values.cpp");
    numbers seen;
    while (seen.size() != expected.size()) {
        const auto line = tracer.read_line();
        if (!line) {
            break;
        }
        std::istringstream words(*line);
        std::string name;
        words >> name;
        const auto of = expected.find(name);
        REQUIRE(of != expected.end());
        auto& values_seen = seen[name];
        std::size_t i = 0;
        for (std::string word; words >> word; ++i) {
            if (of->second.count(i) != 0) {
                values_seen[i] = word.substr(word.find('=') + 1);
            }
        }
    }
    tracer.kill();
    CHECK(seen == expected);
}

TEST_CASE("usdtpp bpftrace --count counts, of the probes that are named") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const built_case program("enabled.cpp", {});
    support::process running({program.path()}), other({program.path()});
    support::bpftrace tracer(support::flags{}, script({std::to_string(running.pid()), "enabled:one", "--count"}));
    fire(running, 3);
    fire(other, 2);
    CHECK(tracer.stop() == "@[enabled:one]: 3");
}

TEST_CASE("usdtpp bpftrace --latency makes a histogram from one probe to the other") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const built_case program("enabled.cpp", {});
    support::process running({program.path()});
    support::bpftrace tracer(support::flags{}, script({program.path(), "--latency", "enabled:one", "enabled:two"}));
    fire(running, 5);
    const auto printed = tracer.stop();
    INFO(printed);
    CHECK(printed.rfind("@latency_ns:", 0) == 0);
    CHECK(printed.find("@begin") == std::string::npos);
    CHECK(events_in(printed) == 5);
}

TEST_CASE("usdtpp bpftrace --latency refuses a key that a probe does not have") {
    SKIP_WITHOUT(support::compiler());
    const built_case program("enabled.cpp", {});
    const auto done = run_tool({"bpftrace", program.path(), "--latency", "enabled:one", "enabled:two", "--key", "id"});
    CHECK(done.status == 1);
    CHECK(done.errors == "usdtpp: enabled:one has no argument id that bpftrace reads: see usdtpp list\n");
}

TEST_CASE("usdtpp bpftrace attaches to a process in another mount namespace") {
    SKIP_WITHOUT(support::compiler(), "unshare");
    SKIP_FOR(support::why_no_bpftrace());
    SKIP_UNLESS(support::run({"unshare", "--mount", "true"}).status == 0, "mount namespaces cannot be made here");
    const built_case program("enabled.cpp", {});
    // There it is elsewhere, and here nowhere.
    const std::string elsewhere = "/mnt/usdtpp-" + std::to_string(::getpid());
    support::process running(
        {"unshare", "--mount", "sh", "-c",
         "mount -t tmpfs none /mnt && cp " + program.path() + " " + elsewhere + " && exec " + elsewhere});
    fire(running, 1);
    const auto pid = std::to_string(running.pid());
    const auto text = script({pid, "enabled:one"});
    INFO(text);
    CHECK(text.find("usdt:\"/proc/" + pid + "/root" + elsewhere + "\":enabled:one") != std::string::npos);
    check_attaches(running, text);
}

TEST_CASE("usdtpp bpftrace attaches to a process in a chroot") {
    SKIP_WITHOUT(support::compiler(), "chroot");
    SKIP_FOR(support::why_no_bpftrace());
    const built_case program("enabled.cpp", {"-static"});
    const auto root = std::filesystem::path(program.path()).parent_path().string();
    support::process running({"chroot", root, program.path().substr(root.size())});
    fire(running, 1);
    check_attaches(running, script({std::to_string(running.pid()), "enabled:one"}));
}

TEST_CASE("usdtpp bpftrace attaches to a process whose executable was deleted") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const built_case program("enabled.cpp", {});
    support::process running({program.path()});
    fire(running, 1);
    std::filesystem::remove(program.path());
    check_attaches(running, script({std::to_string(running.pid()), "enabled:one"}));
}

TEST_CASE("usdtpp bpftrace writes no script in which a name of the binary would be syntax") {
    SKIP_WITHOUT(support::compiler());
    const auto [provider, name, shown] = GENERATE(table<std::string, std::string, std::string>(
        {{"a{exit();}", "b", "a{exit();}:b"}, {"a", "b c", "a:b c"}, {"a", "*", "a:*"}, {"", "b\\\\n//", ":b //"}}));
    INFO(shown);
    support::temporary_directory directory;
    support::write_file(directory.file("strange.cpp"),
                        "int main() { asm volatile(\"990: nop; .pushsection .note.stapsdt, \\\"\\\", %note; .4byte 8, "
                        "2f-1f, 3; .asciz \\\"stapsdt\\\"; 1: .8byte 990b, 0, 0; .asciz \\\"" +
                            provider + "\\\", \\\"" + name + "\\\", \\\"\\\"; 2: .balign 4; .popsection\"); }\n");
    support::must_compile({directory.file("strange.cpp"), "-o", directory.file("strange")});
    const auto done = run_tool({"bpftrace", directory.file("strange")});
    CHECK(done.status == 1);
    CHECK(done.output.empty());
    CHECK(done.errors == "usdtpp: " + shown + ": bpftrace has no way to say this name\n");
}

TEST_CASE("usdtpp bpftrace --json gives each key of an object once") {
    SKIP_WITHOUT(support::compiler());
    const support::temporary_directory directory;
    const auto build = [&](const std::string& name, const std::string& text, const support::flags& options) {
        support::write_file(directory.file(name + ".cpp"), "#include <usdtpp/usdtpp.hpp>\n" + text);
        using support::operator+;
        support::must_compile(
            support::flags{"-std=c++17", "-O2", directory.file(name + ".cpp"), "-o", directory.file(name)} + options);
    };
    build("library.so", "void library(int x) { PROBE(keys, shared, x); }\n", {"-shared", "-fPIC"});
    build("program",
          "#include <cstdio>\n"
          "void library(int);\n"
          "int main(int arg1, char** text) {\n"
          "    PROBE(keys, twice, arg1, arg1);\n"
          "    PROBE(keys, given, text[0], text[0], USDTPP_NAMED(arg1, 1), USDTPP_NAMED(event, 2));\n"
          "    PROBE(keys, shared, arg1);\n"
          "    library(arg1);\n"
          "    std::puts(\"ready\");\n"
          "    std::fflush(stdout);\n"
          "    return std::getchar() == 0;\n"
          "}\n",
          {directory.file("library.so"), "-Wl,-rpath," + directory.path()});
    support::process running({directory.file("program")});
    REQUIRE(running.read_line(std::chrono::seconds(20)) == "ready");
    const auto text = script({"--json", std::to_string(running.pid()), "keys:twice", "keys:given", "keys:shared"});
    const auto count = [&](const std::string& part) {
        std::size_t found = 0;
        for (auto at = text.find(part); at != text.npos; at = text.find(part, at + 1)) {
            ++found;
        }
        return found;
    };
    INFO(text);
    CHECK(count(R"({\"event\": \"keys:twice\", \"arg1\": %ld, \"arg1_\": %ld})") == 1);
    CHECK(
        count(R"({\"event\": \"keys:given\", \"text[0]\": \"%s\", \"arg1_\": \"%s\", \"arg1\": %ld, \"arg3\": %ld})") ==
        1);
    CHECK(count(R"({\"event\": \"keys:shared\", \"arg1\": %ld})") +
              count(R"({\"event\": \"keys:shared\", \"x\": %ld})") ==
          2);
    // Its total is that of both objects.
    CHECK(count(R"(", \"keys:shared\": %ld")") == 1);
    CHECK(count("@fired0[cpu]++;") + count("@fired1[cpu]++;") + count("@fired2[cpu]++;") + count("@fired3[cpu]++;") ==
          4);
    CHECK(count("clear(@fired") == 3);
}
