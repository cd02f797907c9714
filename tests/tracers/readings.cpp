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
        seen.push_back(*line);
    }
    return seen;
}

lines read_with_gdb(const std::string& program, const probes& traced) {
    return support::trace_with_gdb(program, traced, "\n");
}

} // namespace tracers
