// What compilers put into functions does not come between a probe and its recorder.
#include <string>

#include "catch.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "toolchain.hpp"

namespace {

using support::operator+;

// With these flags, as far as the compiler knows them.
void check_instrumented(const std::string& with) {
    support::temporary_directory directory;
    const auto program = directory.file("instrumented");
    const auto all = support::words(with);
    support::write_file(directory.file("empty.cpp"), "int main() {}\n");
    const auto known = support::compile(all + support::flags{directory.file("empty.cpp"), "-o", program});
    if (known.status != 0 || known.errors.find("unused") != std::string::npos) {
        WARN(support::compiler() << " does not know " << with);
        return;
    }
    support::build("tests/cases/attach/instrumented.cpp", program,
                   support::flags{"-std=c++17"} + all + support::flags{"-pthread", "-Wl,--no-as-needed", "-lelf"});
    support::start_options options;
    options.environment = {{"LLVM_PROFILE_FILE", directory.file("profile")}, {"GCOV_PREFIX", directory.path()}};
    const auto ran =
        support::run({"sh", "-c", "cd " + directory.path() + " && exec " + program}, std::chrono::minutes(1), options);
    INFO(with << ": " << ran.errors);
    CHECK(ran.output == "ok\n");
    CHECK(ran.status == 0);
}

} // namespace

TEST_CASE("a recorder leaves vector registers alone in programs that are instrumented for coverage") {
    SKIP_WITHOUT(support::compiler());
    check_instrumented(support::compiler_is_clang() ? "-O2 -fsanitize-coverage=trace-pc-guard,trace-cmp"
                                                    : "-O2 -fsanitize-coverage=trace-pc");
}
TEST_CASE("a recorder leaves vector registers alone in programs that are instrumented in other ways") {
    SKIP_WITHOUT(support::compiler());
    check_instrumented("-O2 -finstrument-functions -fzero-call-used-regs=all");
    check_instrumented("-O2 -fprofile-generate -fpatchable-function-entry=8");
}
TEST_CASE("a recorder leaves vector registers alone in programs that are instrumented, the rest", "[full]") {
    SKIP_WITHOUT(support::compiler());
    for (const std::string with :
         {"-O0 -fsanitize-coverage=trace-pc", "-O0 -fsanitize-coverage=trace-pc-guard,trace-cmp", "-O2 -pg",
          "-O0 -fstack-protector-all", "-O0 -fprofile-instr-generate -fcoverage-mapping",
          "-O2 -fsanitize-coverage=inline-8bit-counters", "-O2 -fxray-instrument -fxray-instruction-threshold=1",
          "-O2 -fsanitize=safe-stack", "-O0 -finstrument-functions",
          "-O2 -fcf-protection=full -fstack-clash-protection", "-O0 -ftrivial-auto-var-init=pattern",
          "-O2 -fzero-call-used-regs=all"}) {
        check_instrumented(with);
    }
}
