// The rows about what tracers read of tests/cases/peers/peers.cpp.
#include <algorithm>
#include <regex>

#include "cases.hpp"
#include "catch.hpp"
#include "check.hpp"
#include "disassembly.hpp"
#include "notes.hpp"
#include "peers.hpp"
#include "tracers.hpp"

namespace {

// A probe of peers.cpp in a program of it.
class probe {
public:
    probe(const std::string& name, const std::string& macros, const std::string& option = "-DNO_MORE") {
        support::build("tests/cases/peers/peers.cpp", program(), {"-std=c++17", "-O2", macros, option});
        for (const auto& one : support::read_cases("tests/cases/peers/peers.cpp")) {
            if (one.name == name) {
                expected_ = one;
            }
        }
        for (const auto& one : support::read_notes(program())) {
            if (one.name == name) {
                note = one;
            }
        }
        REQUIRE(note.name == name);
    }

    std::string expected() const {
        return support::expected_line(expected_);
    }
    // How bpftrace prints it; where it does not attach, its error.
    std::string in_bpftrace() const {
        support::process running({program()});
        try {
            support::bpftrace tracer(running.pid(), support::bpftrace_script(program(), {expected_}));
            running.write("\n");
            auto line = tracer.read_line().value_or("nothing");
            tracer.kill();
            return line;
        } catch (const std::runtime_error& error) {
            return error.what();
        }
    }
    // How gdb prints it.
    std::string in_gdb() const {
        const auto lines = support::trace_with_gdb(program(), {expected_}, "\n");
        return lines.size() == 1 ? lines[0] : std::to_string(lines.size()) + " lines";
    }
    // Why gdb reads no argument at first, and how many it thinks there are when it is asked again.
    std::string arguments_in_gdb() const {
        support::write_file(directory_.file("input"), "\n");
        const auto gdb = support::run({"gdb", "-q", "-nx", "-batch", "-ex", "break -probe-stap peers:" + note.name,
                                       "-ex", "run < " + directory_.file("input"), "-ex", "print $_probe_arg0", "-ex",
                                       "print $_probe_argc", program()});
        const auto found = gdb.output.find("$1 = ");
        return gdb.errors + "argc " + (found == std::string::npos ? "unknown" : gdb.output.substr(found + 5));
    }
    // The little-endian number in the code at the probe, with the breakpoint that a uprobe is.
    std::int32_t code_at_site() const {
        auto code = support::code_of(program());
        const std::uint32_t breakpoint = 0xcc;
        return static_cast<std::int32_t>(breakpoint | std::uint32_t{code[note.location + 1]} << 8 |
                                         std::uint32_t{code[note.location + 2]} << 16 |
                                         std::uint32_t{code[note.location + 3]} << 24);
    }

    support::note note;

private:
    std::string program() const {
        return directory_.file("peers");
    }

    support::temporary_directory directory_;
    support::expected_probe expected_;
};

void check_right(const probe& one) {
    CHECK(one.in_gdb() == one.expected());
    CHECK(one.in_bpftrace() == one.expected());
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

std::string why_no_tools() {
    for (const auto& why : {peers::why_no_sys_sdt(), support::why_missing({"gdb"}), support::why_no_bpftrace()}) {
        if (!why.empty()) {
            return why;
        }
    }
    return "";
}

// What bpftrace says of the second argument of a probe.
const std::string parse_error = "couldn't get argument 1";

// How the tracers refuse an argument that they cannot parse, the second of the probe.
void check_refused(const probe& theirs, const std::string& by_bpftrace, const std::string& by_gdb) {
    const auto error = theirs.in_bpftrace();
    INFO(error);
    CHECK(contains(error, by_bpftrace));
    const auto said = theirs.arguments_in_gdb();
    INFO(said);
    CHECK(contains(said, "argc 1\n"));
    CHECK(contains(said, by_gdb));
}

} // namespace

TEST_CASE("row: through sys/sdt.h a global or a static is what no tracer reads, with GCC") {
    SKIP_FOR(why_no_tools());
    const auto name = GENERATE(as<std::string>(), "of_global", "of_static");
    INFO(support::compiler() << " " << name);
    check_right(probe(name, peers::native));
    const probe theirs(name, peers::sys_sdt);
    if (support::compiler_is_clang()) {
        check_right(theirs); // for the price of a store
        return;
    }
    CHECK(std::regex_match(theirs.note.arguments.at(1), std::regex(R"(-[48]@\w+\(%rip\))")));
    // bpftrace leaves out the name, and so reads the code.
    const auto line = theirs.in_bpftrace();
    INFO(line);
    CHECK(line != theirs.expected());
    if (name == "of_global") {
        CHECK(line == name + " 1 " + std::to_string(theirs.code_at_site()));
    }
    const auto said = theirs.arguments_in_gdb();
    INFO(said);
    CHECK(contains(said, "argc 1\n")); // of two
    CHECK(contains(said, "Cannot parse expression `"));
}

TEST_CASE("row: through sys/sdt.h a thread_local is a parse error, with GCC") {
    SKIP_FOR(why_no_tools());
    check_right(probe("of_thread", peers::native));
    const probe theirs("of_thread", peers::sys_sdt);
    if (support::compiler_is_clang()) {
        check_right(theirs); // for the price of a store
        return;
    }
    CHECK(theirs.note.arguments.at(1) == "-4@%fs:per_thread@tpoff");
    check_refused(theirs, parse_error, "Invalid operator `:' on expression `%fs:per_thread@tpoff'");
}

TEST_CASE("row: what a pointer to a local leads to is in memory, through sys/sdt.h as well") {
    SKIP_FOR(why_no_tools());
    check_right(probe("to_local", peers::native));
    check_right(probe("to_local", peers::sys_sdt));
}

TEST_CASE("row: through sys/sdt.h a double is a parse error, and gdb reads no argument from there on") {
    SKIP_FOR(why_no_tools());
    const probe ours("of_floating", peers::native);
    check_right(ours);
    CHECK(support::sizes_of(ours.note) == support::flags{"-4", "8", "4"});
    const probe theirs("of_floating", peers::sys_sdt);
    CHECK(support::sizes_of(theirs.note) == support::flags{"-4", "8f", "4f"});
    check_refused(theirs, parse_error, "Unknown numeric token on expression `8f@");
}

TEST_CASE("row: through sys/sdt.h an enumeration of a signed type loses its sign") {
    SKIP_FOR(why_no_tools());
    const probe ours("of_enumeration", peers::native);
    check_right(ours);
    CHECK(support::sizes_of(ours.note) == support::flags{"-4", "-1"});
    const probe theirs("of_enumeration", peers::sys_sdt);
    CHECK(support::sizes_of(theirs.note) == support::flags{"-4", "1"});
    CHECK(theirs.in_bpftrace() == "of_enumeration 1 253");
    CHECK(theirs.in_gdb() == "of_enumeration 1 253");
}

TEST_CASE("row: through sys/sdt.h what is wider than 8 bytes is no operand that a tracer reads") {
    SKIP_FOR(why_no_tools());
    struct wide {
        std::string name, option, size, argument;
    };
    const auto one = GENERATE(wide{"of_struct", "-DWITH_A_STRUCT", "24", "argument_number<2, large"},
                              wide{"of_int128", "-DWITH_AN_INT128", "16", "argument_number<2, __int128"},
                              wide{"of_long_double", "-DWITH_A_LONG_DOUBLE", "16f", "argument_number<2, long double"});
    INFO(support::compiler() << " " << one.name);
    const auto ours = support::compile({"-std=c++17", "-fsyntax-only", one.option, peers::source("peers.cpp")});
    INFO(ours.errors);
    CHECK(ours.status != 0);
    CHECK(contains(ours.errors, one.argument));
    CHECK(contains(ours.errors, "pass a pointer to it"));

    const probe theirs(one.name, peers::sys_sdt, one.option);
    CHECK(support::sizes_of(theirs.note) == support::flags{"-4", one.size});
    // bpftrace fails an assertion of its own, or says that it is a parse error.
    check_refused(theirs, "bpftrace did not attach", "Unknown numeric token on expression `" + one.size + "@");
}
