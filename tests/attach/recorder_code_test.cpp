// The recorder as compilers build it: what it does, and that it leaves vector registers alone.
#include <set>
#include <string>

#include "catch.hpp"
#include "check.hpp"
#include "disassembly.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "toolchain.hpp"

namespace {

using support::flags;

void check_run(const flags& with, bool looks_at_code = false) {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto program = directory.file("recorder");
    using support::operator+;
    support::build("tests/cases/attach/recorder.cpp", program,
                   flags{"-std=c++17", "-g0", "-pthread"} + with + flags{"-lelf"});
    const auto ran = support::run({program});
    INFO(ran.errors);
    CHECK(ran.status == 0);
    CHECK(ran.output == "wrong 0, all counted\nwrong 0, all counted\n");
    if (!looks_at_code) {
        return;
    }
    std::set<std::string> seen;
    for (const auto& one : support::disassemble(program)) {
        for (const std::string name : {"recording::record_by_ticks<", "recording::write_", "recording::other_value",
                                       "recording::count_nested", "attach::pass_over"}) {
            if (one.function.find(name) != std::string::npos) {
                seen.insert(name);
                INFO(one.function << ": " << one.text);
                CHECK(one.text.find("mm") == std::string::npos); // xmm, ymm, zmm, and of MMX
                CHECK(one.text.find("fld") != 0);
                if (one.text.find("call") == 0) {
                    const bool is_ours = one.text.find("usdtpp::detail::") != std::string::npos ||
                                         one.text.find('*') != std::string::npos;
                    CHECK(is_ours);
                }
            }
        }
    }
    CHECK(seen.size() >= 3);
}

} // namespace

TEST_CASE("a recorder has what threads fire meanwhile, and no vector registers, -O2") {
    check_run({"-O2"}, true);
}
TEST_CASE("a recorder has what threads fire meanwhile, and no vector registers, -O0") {
    check_run({"-O0"}, true);
}
TEST_CASE("a recorder has what probes without room fire meanwhile, -O1") {
    check_run({"-O1", "-DUSDTPP_COMPACT"});
}
TEST_CASE("the thread sanitizer has nothing against a recorder") {
    check_run({"-O1", "-fsanitize=thread"});
}
TEST_CASE("the address sanitizer has nothing against a recorder") {
    check_run({"-O1", "-fsanitize=address,undefined"});
}
