// usdtpp verify: content with our probes, and finds in sys/sdt.h's what tracers stumble over.
#include <algorithm>

#include <unistd.h>

#include "catch.hpp"
#include "notes.hpp"
#include "tool.hpp"

namespace {

const std::string peers = "peers/peers.cpp";
const support::flags by_ours = {"-DNATIVE", "-DNO_MORE"};
const support::flags by_theirs = {"-DTHROUGH_SYS_SDT", "-DNO_MORE"};

bool has_line(const support::result& done, const std::string& probe, const std::string& words) {
    std::size_t begin = 0;
    while ((begin = done.output.find(probe + " at ", begin)) != std::string::npos) {
        const auto end = done.output.find('\n', begin);
        if (done.output.substr(begin, end - begin).find(words) != std::string::npos) {
            return true;
        }
        begin = end;
    }
    return false;
}

} // namespace

TEST_CASE("usdtpp verify finds nothing wrong with native probes") {
    SKIP_WITHOUT(support::compiler());
    const auto source = GENERATE(as<std::string>(), "values.cpp", "peers/peers.cpp", "enabled.cpp");
    INFO(support::compiler() << " " << source);
    const auto done = run_tool({"verify", built_case(source, by_ours).path()});
    INFO(done.errors);
    CHECK(done.output.empty());
    CHECK(done.status == 0);
}

TEST_CASE("usdtpp verify names the operands of sys/sdt.h that tracers cannot read") {
    SKIP_WITHOUT(support::compiler());
    const auto done = run_tool({"verify", built_case(peers, by_theirs).path()});
    INFO(done.output);
    CHECK(done.status == 1);
    CHECK(has_line(done, "peers:of_floating", "8f@"));
    CHECK(has_line(done, "peers:of_floating", "bpftrace does not attach"));
    if (!support::compiler_is_clang()) { // which stores them first
        CHECK(has_line(done, "peers:of_global", "(%rip): bpftrace reads other memory"));
        CHECK(has_line(done, "peers:of_thread", "@tpoff: bpftrace does not attach"));
    }
    CHECK_FALSE(has_line(done, "peers:to_local", ""));
}

TEST_CASE("usdtpp verify finds the ghosts that lld leaves of sys/sdt.h's probes, and the lost Base") {
    SKIP_WITHOUT(support::compiler(), "ld.lld");
    const support::flags options = {"-ffunction-sections", "-Wl,--gc-sections", support::use_linker("lld")};
    using support::operator+;
    const auto theirs = run_tool({"verify", built_case("peers/dead.cpp", by_theirs + options).path()});
    INFO(theirs.output);
    CHECK(theirs.status == 1);
    CHECK(has_line(theirs, "peers:dead", "a ghost"));
    CHECK(has_line(theirs, "peers:live", "Base is 0"));
    CHECK_FALSE(has_line(theirs, "peers:live", "ghost"));
    const auto ours = run_tool({"verify", built_case("peers/dead.cpp", by_ours + options).path()});
    CHECK(ours.output.empty());
    CHECK(ours.status == 0);
}

// A note of our own making, with one thing wrong.
TEST_CASE("usdtpp verify finds a location without a nop, and a name with two semaphores") {
    SKIP_WITHOUT(support::compiler());
    const auto note = [](const std::string& site, const std::string& semaphore) {
        return R"(".pushsection .note.stapsdt, \"\", %note; .4byte 8, 2f-1f, 3; .asciz \"stapsdt\";"
                  "1: .8byte )" +
               site + R"(, _.stapsdt.base, )" + semaphore + R"(; .asciz \"wrong\", \"one\"; .asciz \"\";"
                  "2: .balign 4; .popsection;")";
    };
    support::temporary_directory directory;
    support::write_file(directory.file("wrong.cpp"),
                        "asm(\".pushsection .stapsdt.base, \\\"a\\\"; .hidden _.stapsdt.base; _.stapsdt.base: .byte 0; "
                        ".popsection;\");\n"
                        "extern \"C\" { unsigned short first_semaphore, second_semaphore; }\n"
                        "int main() { asm volatile(\"990: nop; 991: xor %eax, %eax;\"" +
                            note("990b", "first_semaphore") + note("991b", "first_semaphore") +
                            note("990b", "second_semaphore") + "); }\n");
    support::must_compile({"-no-pie", directory.file("wrong.cpp"), "-o", directory.file("wrong")});
    REQUIRE(support::read_notes(directory.file("wrong")).size() == 3);
    const auto done = run_tool({"verify", directory.file("wrong")});
    INFO(done.output);
    CHECK(done.status == 1);
    CHECK(has_line(done, "wrong:one", "there is no nop"));
    CHECK(has_line(done, "wrong:one", "that of another site"));
    CHECK(std::count(done.output.begin(), done.output.end(), '\n') == 2);
}

TEST_CASE("usdtpp verify --expect finds what is missing and what has changed") {
    SKIP_WITHOUT(support::compiler());
    const built_case ours(peers, by_ours);
    const auto listed = run_tool({"list", "--json", ours.path()});
    REQUIRE(listed.status == 0);
    support::write_file(ours.file("expected.json"), listed.output);
    CHECK(run_tool({"verify", ours.path(), "--expect", ours.file("expected.json")}).status == 0);

    const auto other =
        run_tool({"verify", built_case("enabled.cpp", {}).path(), "--expect", ours.file("expected.json")});
    CHECK(other.status == 1);
    CHECK(other.output.find("peers:of_global: is missing\n") != std::string::npos);
}

TEST_CASE("usdtpp verify --expect finds an argument of another name, kind, or type") {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto built = [&](const std::string& name, const std::string& arguments) {
        support::write_file(directory.file(name + ".cpp"),
                            "#include <usdtpp/usdtpp.hpp>\n"
                            "enum class colour : int { red }; enum class shape : int { square };\n"
                            "int main(int argc, char** argv) { unsigned other = 1; PROBE(changing, one, " +
                                arguments + "); return argc + static_cast<int>(other) == 0 && argv != nullptr; }\n");
        support::must_compile({"-std=c++17", "-O2", directory.file(name + ".cpp"), "-o", directory.file(name)});
        return directory.file(name);
    };
    const auto expected = run_tool({"list", "--json", built("first", "argc, colour::red")});
    REQUIRE(expected.status == 0);
    support::write_file(directory.file("expected.json"), expected.output);
    const auto [arguments, listed] = GENERATE(table<std::string, std::string>({
        {"argc, colour::red", ""},
        {"USDTPP_NAMED(argc, argc), USDTPP_NAMED(colour::red, colour::red)", ""},
        {"argc + 0, colour::red", "(argc + 0: int32, colour::red: enum colour)"},
        {"argc, USDTPP_NAMED(colour::red, 0)", "(argc: int32, colour::red: int32)"},
        {"argc, USDTPP_NAMED(colour::red, shape::square)", "(argc: int32, colour::red: enum shape)"},
        {"USDTPP_NAMED(argc, other), colour::red", "(argc: uint32, colour::red: enum colour)"},
        {"USDTPP_NAMED(argc, argv[0]), colour::red", "(argc: string, colour::red: enum colour)"},
        {"argc, colour::red, argc", "(argc: int32, colour::red: enum colour, argc: int32)"},
        // One site is as expected, one is not.
        {"argc, colour::red); PROBE(changing, one, other", "(other: uint32)"},
    }));
    INFO(arguments);
    const auto done = run_tool({"verify", built("second", arguments), "--expect", directory.file("expected.json")});
    CHECK(done.status == (listed.empty() ? 0 : 1));
    CHECK(done.output == (listed.empty() ? ""
                                         : "changing:one: has arguments " + listed +
                                               " where (argc: int32, colour::red: enum colour) are expected\n"));
}

TEST_CASE("usdtpp says in one line what is wrong") {
    const auto check = [](const support::flags& arguments, int status, const std::string& line) {
        const auto done = run_tool(arguments);
        CHECK(done.status == status);
        CHECK(done.output.empty());
        CHECK(done.errors.find(line) == 0);
        CHECK(done.errors.find('\n') == done.errors.size() - 1);
    };
    check({}, 2, "usdtpp: A subcommand is required");
    check({"list"}, 2, "usdtpp: ");
    check({"list", "/nonexistent"}, 1, "usdtpp: /nonexistent: ");
    check({"list", "/dev/null"}, 1, "usdtpp: /dev/null: ");
    check({"verify", std::to_string(::getpid())}, 1, "usdtpp: " + std::to_string(::getpid()) + ": is a process");
    check({"bpftrace", USDTPP_TOOL, "no:probe"}, 1, "usdtpp: no:probe: there is no such probe");
    check({"verify", USDTPP_TOOL, "--expect", "/nonexistent"}, 1, "usdtpp: /nonexistent: cannot be read");
    check({"verify", USDTPP_TOOL, "--expect", "/proc/self/status"}, 1, "usdtpp: /proc/self/status: is not what");
}
