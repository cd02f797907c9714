// Header units and named modules: what comes with them makes the same probes as what is included.
#include <map>

#include "cases.hpp"
#include "catch.hpp"
#include "check.hpp"
#include "header_units.hpp"
#include "notes.hpp"
#include "tracers.hpp"

TEST_CASE("probes come by header units, and by a module that two files import") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const auto optimisation = GENERATE(as<std::string>(), "-O0", "-O2");
    INFO(support::compiler() << " " << optimisation);
    const support::temporary_directory directory;
    const auto program = directory.file("shapes");
    const auto source = [](const std::string& name) { return "tests/cases/modes/shapes_" + name + ".cpp"; };
    const auto build = [&](const support::flags&) {
        header_units units(directory.path(), {"-std=c++20", optimisation});
        for (const std::string header : {"probe", "fosdem", "usdtpp"}) {
            units.add("usdtpp/" + header + ".hpp");
        }
        units.add_module("shapes", support::project_file(source("module")));
        units.compile(support::project_file(source("main")), "main");
        units.compile(support::project_file(source("other")), "other");
        units.link(program);
    };
    SKIP_FOR(support::why_not_buildable(build));

    std::map<std::string, int> sites;
    for (const auto& note : support::read_notes(program)) {
        ++sites[note.name];
    }
    const int copies = optimisation == "-O0" ? 1 : 2; // of what is inlined into two files
    CHECK(sites == std::map<std::string, int>{{"request_start", 1},
                                              {"tick", 1},
                                              {"request_end", 1},
                                              {"area", copies},
                                              {"twice", copies},
                                              {"twice_if_enabled", copies}});
    using kind = support::expected_argument::kind;
    std::vector<support::expected_probe> probes = {
        {"fosdem", "request_start", 0, {{"-4", kind::number, "7"}, {"8", kind::string, "text"}}},
        {"fosdem", "request_end", 0, {{"-4", kind::number, "7"}}}};
    for (const std::string name : {"main", "module"}) {
        for (const auto& probe : support::read_cases(source(name))) {
            probes.push_back(probe);
        }
    }
    REQUIRE(probes.size() == sites.size());
    support::check_lines(support::trace_with_gdb(program, probes, ""), support::expected_lines(probes));
}
