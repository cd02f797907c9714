// The recorder as compilers build it: what it does, and that it leaves vector registers alone.
#include <set>
#include <sstream>
#include <string>

#include "catch.hpp"
#include "check.hpp"
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
                   flags{"-std=c++17", "-g0", "-pthread"} + with + flags{"-Wl,--no-as-needed", "-lelf"});
    const auto ran = support::run({program});
    INFO(ran.errors);
    CHECK(ran.status == 0);
    CHECK(ran.output == "wrong 0, all counted\nwrong 0, all counted\n");
    if (!looks_at_code) {
        return;
    }
    std::istringstream listing(support::run({"objdump", "-d", "-C", "--no-show-raw-insn", program}).output);
    std::set<std::string> seen;
    std::string function;
    for (std::string line; std::getline(listing, line);) {
        if (!line.empty() && line.back() == ':') { // "0000000000001234 <name>:"
            function.clear();
            for (const std::string name :
                 {"recording::record_by_ticks<", "recording::record_at<", "recording::record_without_counter<",
                  "recording::write_", "recording::other_value", "recording::count_nested", "attach::pass_over",
                  "attach::monotonic_time_of_kernel"}) {
                function = line.find(name) != std::string::npos ? name : function;
            }
            seen.insert(function);
        } else if (!function.empty()) {
            INFO(function << ": " << line);
            const auto text = line.substr(line.find('\t') + 1);
            const auto operands = text.substr(0, text.find('<')); // without names
            CHECK(operands.find("mm") == std::string::npos);      // xmm, ymm, zmm, and of MMX
            CHECK(operands.find("fld") != 0);
            if (operands.find("call") == 0) {
                const bool is_ours = text.find("usdtpp::detail::") != std::string::npos || text.find("call   *") == 0;
                CHECK(is_ours);
            }
        }
    }
    CHECK(seen.size() >= 6);
}

} // namespace

TEST_CASE("a recorder has what threads fire meanwhile, and no vector registers, -O2") {
    check_run({"-O2"}, true);
}
TEST_CASE("a recorder has what probes without room fire meanwhile, and no vector registers, -O0") {
    check_run({"-O0", "-DUSDTPP_COMPACT"}, true);
}
TEST_CASE("the thread sanitizer has nothing against a recorder") {
    check_run({"-O0", "-fsanitize=thread"});
}
TEST_CASE("the address sanitizer has nothing against a recorder") {
    check_run({"-O0", "-fsanitize=address"});
}
