// Compile errors that teach: each rejected snippet is refused with the right words, and its twin is accepted.
#include <regex>

#include "cases.hpp"
#include "catch.hpp"
#include "toolchain.hpp"

namespace {

const std::string preamble = R"(
#include <string>
#include <string_view>
#include <vector>
#include <usdtpp/usdtpp.hpp>
struct point { int x, y; };
)";

support::result compile_text(const std::string& text, const std::string& option) {
    support::temporary_directory directory;
    support::write_file(directory.file("case.cpp"), preamble + text + "\n");
    return support::compile({"-std=c++17", "-fsyntax-only", option, directory.file("case.cpp")});
}

} // namespace

TEST_CASE("what is no probe is refused in words that help, and its twin is accepted") {
    SKIP_WITHOUT(support::compiler());
    // Disabled probes are checked as well: a build without probes must not hide what one with them refuses.
    const auto back_end = GENERATE(as<std::string>(), "-DNATIVE", "-DUSDTPP_USE_SYS_SDT", "-DUSDTPP_DISABLE");
    for (const auto& one : compile_fail_cases()) {
        INFO(support::compiler() << " " << back_end << ": " << one.name);
        const auto accepted = compile_text(one.accepted, back_end);
        {
            INFO(accepted.errors);
            CHECK(accepted.status == 0);
        }
        const auto rejected = compile_text(one.rejected, back_end);
        INFO(rejected.errors);
        CHECK(rejected.status != 0);
        for (const auto& message : one.messages) {
            INFO(message);
            CHECK(std::regex_search(rejected.errors, std::regex(message)));
        }
    }
}

TEST_CASE("USDTPP_NO_SHORT_NAMES leaves the short names to others") {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    support::write_file(directory.file("case.cpp"),
                        "#include <usdtpp/usdtpp.hpp>\n"
                        "int PROBE(int a) { USDTPP_PROBE(app, event, a); return a; }\n"
                        "int PROBE_ENABLED = 0, PROBE_IF_ENABLED = USDTPP_PROBE_ENABLED(app, event);\n");
    const support::flags with = {"-std=c++17", "-fsyntax-only", "-DUSDTPP_NO_SHORT_NAMES", directory.file("case.cpp")};
    const support::flags without = {"-std=c++17", "-fsyntax-only", directory.file("case.cpp")};
    CHECK(support::compile(with).errors.empty());
    CHECK(support::compile(without).status != 0);
}
