// The row about what probes cost to compile: counted in instructions of all the compiler's processes, since times on a
// machine that does something else as well vary by more than the difference.
#include <sstream>

#include "catch.hpp"
#include "peers.hpp"
#include "support/instructions.hpp"

namespace {

// So many probes of three arguments, ten in a function.
std::string text_of(int probes) {
    std::ostringstream text;
    text << "#include \"" << peers::source("macros.hpp") << "\"\n";
    for (int i = 0; i < probes; i += 10) {
        text << "void function_" << i << "(int a, long b, const char* c) {\n";
        for (int j = i; j != i + 10; ++j) {
            text << "    PROBE3(cost, probe_" << j << ", a, b, c);\n";
        }
        text << "    static_cast<void>(a), static_cast<void>(b), static_cast<void>(c);\n}\n";
    }
    return text.str();
}

double instructions(const std::string& source, const std::string& macros) {
    return support::count_instructions({support::compiler(), "-std=c++17", "-O2",
                                        "-I" + support::project_file("include"), macros, "-c", source, "-o",
                                        "/dev/null"});
}

void check_cost(int probes) {
    support::temporary_directory directory;
    const auto source = directory.file("cost.cpp");
    support::write_file(source, text_of(probes));
    const auto ours = instructions(source, peers::native);
    const auto theirs = instructions(source, peers::sys_sdt);
    INFO(support::compiler() << ", instructions to compile " << probes << " probes: " << ours << " by usdtpp, "
                             << theirs << " by sys/sdt.h");
    CHECK(ours < theirs);
}

} // namespace

TEST_CASE("row: three hundred probes cost less to compile than by sys/sdt.h, our headers included") {
    SKIP_WITHOUT("valgrind");
    SKIP_FOR(peers::why_no_sys_sdt());
    check_cost(300);
}

TEST_CASE("row: a thousand probes cost less to compile than by sys/sdt.h", "[full][family]") {
    SKIP_WITHOUT("valgrind");
    SKIP_FOR(peers::why_no_sys_sdt());
    check_cost(1000);
}
