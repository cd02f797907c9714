// Whoever unwinds finds the function with the probe from each instruction of a firing: profilers, debuggers.
#include <string>

#include "catch.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "toolchain.hpp"

namespace {

using support::flags;
using support::operator+;

struct unwinding_program {
    explicit unwinding_program(const flags& more) {
        support::build("tests/cases/attach/unwinding.cpp", path,
                       flags{"-std=c++17", "-g", "-pthread", "-Wl,--no-as-needed", "-lelf"} + more);
    }
    void check(const std::string& how) const {
        for (const std::string what : {"record", "handle"}) {
            const auto ran = support::run({path, how, what}, std::chrono::seconds(60));
            INFO(what << ": " << ran.errors);
            CHECK(ran.output == "ok\n");
            CHECK(ran.status == 0);
        }
    }
    support::temporary_directory directory;
    std::string path = directory.file("unwinding");
};

// Single steps from the beginning of the function with the probe to its end, and what the debugger shows at each.
constexpr char gdb_steps[] = R"(
import gdb
gdb.execute("set pagination off")
gdb.execute("set confirm off")
gdb.execute("tbreak caller")
gdb.execute("run once HOW > /dev/null 2> /dev/null")
for function in ("caller", "work"): # the second call, for which something is attached
    gdb.execute("tbreak " + function)
    gdb.execute("continue")
steps, entry, wrong = 0, 0, []
while True:
    names, frame = [], gdb.newest_frame()
    while frame is not None and len(names) < 20:
        names.append((frame.name() or "?").replace("(anonymous namespace)::", "").split("(")[0])
        frame = frame.older()
    if names[0] == "caller":
        break
    entry += names[0].endswith("find_entry")
    if "work" not in names or names[names.index("work") + 1 : names.index("work") + 2] != ["caller"]:
        wrong.append(names)
    steps += 1
    # The vDSO's clock waits until the kernel does not change the time meanwhile: with steps that is for ever.
    gdb.execute("finish" if names[0] == "clock_gettime" else "stepi", to_string=True)
print("seen: %s steps, %s in the entry, wrong %s" % ("some" if steps > 100 else steps, "some" if entry > 30 else entry, wrong[:3]))
gdb.execute("kill")
)";

void check_by_gdb(const flags& more) {
    SKIP_WITHOUT(support::compiler(), "gdb");
    SKIP_UNLESS(support::run({"gdb", "-batch", "-ex", "python print(6 * 7)"}).output == "42\n", "gdb has no Python");
    const unwinding_program program(more);
    for (const std::string how : {"record", "handle"}) {
        auto script = std::string(gdb_steps);
        script.replace(script.find("HOW"), 3, how);
        const auto file = program.directory.file("steps.py");
        support::write_file(file, script);
        const auto ran = support::run({"gdb", "-batch", "-nx", "-x", file, program.path}, std::chrono::minutes(3));
        INFO(ran.output << ran.errors);
        CHECK(ran.output.find("seen: some steps, some in the entry, wrong []\n") != std::string::npos);
    }
}

} // namespace

TEST_CASE("libgcc unwinds from each instruction of a firing, -O2") {
    SKIP_WITHOUT(support::compiler());
    unwinding_program({"-O2"}).check("steps");
}
TEST_CASE("libgcc unwinds from each instruction of a firing, -O0, position-independent") {
    SKIP_WITHOUT(support::compiler());
    unwinding_program({"-O0", "-fPIE", "-pie"}).check("steps");
}
TEST_CASE("a profiler unwinds from firings, of jumps and of breakpoints") {
    SKIP_WITHOUT(support::compiler());
    unwinding_program({"-O2"}).check("samples");
    unwinding_program({"-O2", "-DWITH_TRAPS"}).check("samples");
}
TEST_CASE("libunwind unwinds from each instruction of a firing, and from samples") {
    SKIP_WITHOUT(support::compiler());
    SKIP_UNLESS(support::has_library("g++", "libunwind.so"), "libunwind-dev is not installed");
    const unwinding_program program({"-O2", "-DWITH_LIBUNWIND", "-lunwind"});
    program.check("steps");
    program.check("samples");
}
TEST_CASE("gdb shows the function with the probe at each step through a firing, -O2") {
    check_by_gdb({"-O2"});
}
TEST_CASE("gdb shows the function with the probe at each step through a firing, -O0", "[full]") {
    check_by_gdb({"-O0"});
}
