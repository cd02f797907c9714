#include "readings.hpp"

#include <algorithm>
#include <set>

#include "catch.hpp"
#include "forms.hpp"
#include "tracers.hpp"

namespace tracers {

probes all_probes() {
    return support::read_cases(source);
}

probes some_probes() {
    static const std::set<std::string> chosen = {"none",   "mixed",    "constant", "of_thread",           "string",
                                                 "twelve", "to_local", "to_text",  "evaluated_if_enabled"};
    probes some;
    for (const auto& probe : all_probes()) {
        if (chosen.count(probe.name) != 0) {
            some.push_back(probe);
        }
    }
    REQUIRE(some.size() == chosen.size());
    return some;
}

values_program::values_program(const support::flags& flags, const std::string& form) {
    support::build(source, path(), flags);
    support::reshape(path(), form);
}

void add(lines& seen, const std::string& line) {
    seen[line.substr(0, line.find(' '))] = line;
}

lines expected_lines(const probes& expected, std::size_t arguments) {
    lines all;
    for (const auto& probe : expected) {
        add(all, support::expected_line(probe, arguments));
    }
    return all;
}

void check(const lines& seen, const lines& expected) {
    for (const auto& [name, line] : expected) {
        const auto found = seen.find(name);
        CHECK((found != seen.end() ? found->second : name + ": not seen") == line);
    }
    CHECK(seen.size() == expected.size());
}

lines read_with_bpftrace(const std::string& program, const probes& traced) {
    support::process values({program});
    support::bpftrace tracer(values.pid(), support::bpftrace_script(program, traced));
    values.write("\n");
    CHECK(values.read_line(std::chrono::seconds(20)) == "fired, with 2 calls");
    lines seen;
    while (seen.size() < traced.size()) {
        const auto line = tracer.read_line();
        if (!line) {
            break;
        }
        add(seen, *line);
    }
    return seen;
}

lines read_with_gdb(const std::string& program, const probes& traced) {
    lines seen;
    for (const auto& line : support::trace_with_gdb(program, traced, "\n")) {
        add(seen, line);
    }
    return seen;
}

} // namespace tracers
