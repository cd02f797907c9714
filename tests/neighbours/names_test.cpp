// Names of probes, and of their arguments, that mean something elsewhere.
#include <algorithm>
#include <regex>

#include "catch.hpp"
#include "check.hpp"
#include "toolchain.hpp"
#include "tracers.hpp"
#include "values.hpp"

namespace {

using support::flags;

struct name_case {
    std::string what;
    std::string text;
    flags options;
    std::string message; // a regular expression; empty where it must compile without a word
};

const std::string expanded = R"(must be identifiers \(a macro among them is expanded\))";

const std::vector<name_case> names = {
    {"linux in the GNU dialect", "void f() { PROBE(app, linux, 1); }", {"-std=gnu++17"}, expanded},
    {"linux in ISO C++", "void f() { PROBE(app, linux, 1); }", {}, ""},
    {"unix in the GNU dialect", "void f() { PROBE(unix, event); }", {"-std=gnu++17"}, expanded},
    {"unix in ISO C++", "void f() { PROBE(unix, event); }", {}, ""},
    {"linux, undefined", "#undef linux\nvoid f() { PROBE(app, linux); }", {"-std=gnu++17"}, ""},
    {"linux, whether enabled", "bool f() { return PROBE_ENABLED(app, linux); }", {"-std=gnu++17"}, expanded},
    {"linux, if enabled", "void f() { PROBE_IF_ENABLED(linux, event, 2); }", {"-std=gnu++17"}, expanded},
    {"linux, with a provider of its own", "void f() { FOSDEM_PROBE(linux, 2); }", {"-std=gnu++17"}, expanded},
    {"i386 in the GNU dialect on x86-64", "void f() { PROBE(app, i386); }", {"-std=gnu++17"}, ""},
    {"errno", "#include <cerrno>\nvoid f() { PROBE(app, errno, errno); }", {}, expanded},
    {"NULL, which expands to a name, __null", "#include <cstddef>\nvoid f() { PROBE(app, NULL); }", {}, ""},
    {"EOF", "#include <cstdio>\nvoid f() { PROBE(EOF, event); }", {}, expanded},
    {"a macro for nothing", "#define emit\nvoid f() { PROBE(app, emit, 1); }", {}, expanded},
    {"a macro for a string", "#define VERSION \"1.2\"\nvoid f() { PROBE(app, VERSION); }", {}, expanded},
    {"a macro for two words", "#define event one two\nvoid f() { PROBE(app, event); }", {}, expanded},
    {"a macro for another name", "#define event other\nvoid f() { PROBE(app, event, 1); }", {}, ""},
    {"a function-like macro", "#include <cassert>\nvoid f() { PROBE(app, assert); PROBE(assert, event, 1); }", {}, ""},
    {"major and minor",
     "#include <sys/sysmacros.h>\nvoid f() { PROBE(major, minor, 1); PROBE_IF_ENABLED(minor, major); }",
     {},
     ""},
    // docs/limitations.md says whose these are.
    {"an argument with a name of the library's",
     "void f(int usdtpp_types) { PROBE(app, event, usdtpp_types); }",
     {},
     "usdtpp_types"},
    {"an argument with a name like the library's",
     "void f(int usdtpp_type) { PROBE(app, event, usdtpp_type); }",
     {},
     ""},
};

} // namespace

TEST_CASE("a name that is a macro is expanded, and an error says so unless a name comes out") {
    SKIP_WITHOUT(support::compiler());
    const auto back_end = GENERATE(as<std::string>(), "-DNATIVE", "-DUSDTPP_USE_SYS_SDT", "-DUSDTPP_DISABLE");
    for (const auto& one : names) {
        INFO(support::compiler() << " " << back_end << ": " << one.what);
        support::temporary_directory directory;
        support::write_file(directory.file("case.cpp"), "#include <usdtpp/usdtpp.hpp>\n" + one.text + "\n");
        flags all = {"-std=c++17", "-fsyntax-only", back_end, directory.file("case.cpp")};
        all.insert(all.end(), one.options.begin(), one.options.end());
        const auto done = support::compile(all);
        INFO(done.errors);
        CHECK((done.status == 0) == one.message.empty());
        CHECK((one.message.empty() ? done.errors.empty() : std::regex_search(done.errors, std::regex(one.message))));
    }
}

TEST_CASE("probes and arguments may be named like keywords, assembly, this library and what surrounds them") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O2");
    const auto back_end = GENERATE(as<std::string>(), "-DNATIVE", "-DUSDTPP_USE_SYS_SDT");
    INFO(support::compiler() << " " << optimisation << " " << back_end);
    const bool native = back_end == "-DNATIVE";
    support::temporary_directory directory;
    const auto program = directory.file("names");
    support::build("tests/cases/neighbours/names.cpp", program, {"-std=c++17", optimisation, back_end});
    auto probes = neighbours::read_all({"names.cpp"});
    CHECK(probes.size() > 40);
    // Here the line says one name, and a macro makes it another.
    probes.push_back({"names", "after_expansion", 0, {{"-4", support::expected_argument::kind::number, "1"}}});
    neighbours::check_notes(program, probes, native);
    neighbours::check_with_gdb(program, probes);
}
