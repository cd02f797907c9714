// Compile errors that teach: each rejected snippet is refused with the right words, and its twin is accepted.
#include <regex>
#include <utility>

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

// Compiles texts behind the preamble, which it precompiles: there are many of them, and they are short.
class compilation {
public:
    explicit compilation(std::string back_end) : back_end_(std::move(back_end)) {
        support::write_file(header_, preamble);
        support::must_compile({"-std=c++17", back_end_, "-x", "c++-header", header_, "-o", header_ + ".gch"});
    }
    support::result compile(const std::string& text) const {
        const auto source = directory_.file("case.cpp");
        support::write_file(source, text + "\n");
        return support::compile({"-std=c++17", "-fsyntax-only", back_end_, "-include", header_, source});
    }

private:
    std::string back_end_;
    support::temporary_directory directory_;
    std::string header_ = directory_.file("preamble.hpp");
};

// All of the twins in one text, in which errors name the case.
std::string accepted_twins() {
    std::string text;
    int number = 0;
    for (const auto& one : compile_fail_cases()) {
        text += "#define f f_" + std::to_string(++number) + "\n#line 1 \"" + one.name + "\"\n" + one.accepted +
                "\n#undef f\n#undef unix\n";
    }
    return text;
}

} // namespace

TEST_CASE("what is no probe is refused in words that help, and its twin is accepted") {
    SKIP_WITHOUT(support::compiler());
    // Disabled probes are checked as well: a build without probes must not hide what one with them refuses.
    const auto back_end = GENERATE(as<std::string>(), "-DNATIVE", "-DUSDTPP_USE_SYS_SDT", "-DUSDTPP_DISABLE");
    const compilation behind(back_end);
    {
        INFO(support::compiler() << " " << back_end);
        const auto accepted = behind.compile(accepted_twins());
        INFO(accepted.errors);
        CHECK(accepted.status == 0);
    }
    for (const auto& one : compile_fail_cases()) {
        INFO(support::compiler() << " " << back_end << ": " << one.name);
        const auto rejected = behind.compile(one.rejected);
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
