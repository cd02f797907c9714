#include "values.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "catch.hpp"
#include "check.hpp"
#include "tracers.hpp"

namespace neighbours {

probes read_all(const std::vector<std::string>& sources) {
    probes all;
    for (const auto& source : sources) {
        for (const auto& one : support::read_cases("tests/cases/neighbours/" + source)) {
            if (one.provider != "never") {
                all.push_back(one);
            }
        }
    }
    return all;
}

probes distinct(const probes& all) {
    std::set<std::string> names;
    probes first;
    for (const auto& one : all) {
        if (names.insert(one.provider + ":" + one.name).second) {
            first.push_back(one);
        }
    }
    return first;
}

void check_notes(const std::string& image, const probes& all, bool readable) {
    std::map<std::string, probes> providers;
    for (const auto& one : distinct(all)) {
        providers[one.provider].push_back(one);
    }
    for (const auto& [provider, its] : providers) {
        INFO(provider);
        support::check_notes(image, its, readable);
    }
}

void check_lines(const std::vector<std::string>& seen, const std::vector<std::string>& expected) {
    const std::set<std::string> came(seen.begin(), seen.end());
    const std::set<std::string> due(expected.begin(), expected.end());
    for (const auto& line : due) {
        CHECK((came.count(line) != 0 ? line : "not seen") == line);
    }
    for (const auto& line : came) {
        CHECK((due.count(line) != 0 ? line : "nothing") == line);
    }
}

void check_with_gdb(const std::string& program, const probes& all) {
    REQUIRE(!all.empty());
    auto traced = distinct(all);
    const auto notes = support::read_notes(program);
    if (std::any_of(notes.begin(), notes.end(), [](const auto& note) { return note.provider == "never"; })) {
        traced.push_back({"never", "fires", 0, {}});
    }
    check_lines(support::trace_with_gdb(program, traced, "\n"), support::expected_lines(all));
}

} // namespace neighbours
