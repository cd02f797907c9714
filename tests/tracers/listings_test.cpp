// What each tracer lists of a binary is what readelf says of its notes, and what the source expects.
#include <algorithm>

#include "catch.hpp"
#include "check.hpp"
#include "listings.hpp"
#include "readings.hpp"
#include "tracers.hpp"

namespace {

// As text, in one order, so that a failure shows the two.
std::vector<std::string> as_text(const std::vector<support::note>& notes) {
    std::vector<std::string> lines;
    for (const auto& note : notes) {
        lines.push_back(note.provider + ":" + note.name + " at " + std::to_string(note.location) + ", semaphore at " +
                        std::to_string(note.semaphore) + ": " + support::joined(note.arguments));
    }
    std::sort(lines.begin(), lines.end());
    return lines;
}

std::set<std::string> expected_names() {
    std::set<std::string> names;
    for (const auto& probe : tracers::all_probes()) {
        names.insert(probe.provider + ":" + probe.name);
    }
    return names;
}

} // namespace

TEST_CASE("bpftrace lists the probes") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const auto form = GENERATE(as<std::string>(), "as linked", "stripped", "split");
    INFO(support::compiler() << " " << form);
    const tracers::values_program program({"-std=c++17", "-O2", "-g"}, form);
    CHECK(support::list_with_bpftrace(program.path()) == expected_names());
}

TEST_CASE("gdb lists each site with the location and semaphore of its note") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const auto form = GENERATE(as<std::string>(), "as linked", "stripped", "split");
    INFO(support::compiler() << " " << form);
    const tracers::values_program program({"-std=c++17", "-O2", "-g"}, form);
    auto notes = support::read_notes(program.path());
    REQUIRE(notes.size() >= expected_names().size());
    for (auto& note : notes) {
        note.arguments.clear();
    }
    CHECK(as_text(support::list_with_gdb(program.path())) == as_text(notes));
}

TEST_CASE("tplist lists each site with the location, semaphore and arguments of its note") {
    SKIP_WITHOUT(support::compiler());
    SKIP_UNLESS(!support::find_tplist().empty(), "tplist, of bcc, is not installed");
    const auto form = GENERATE(as<std::string>(), "as linked", "stripped", "split");
    INFO(support::compiler() << " " << form);
    const tracers::values_program program({"-std=c++17", "-O2", "-g"}, form);
    const auto listed = support::list_with_tplist(program.path());

    auto notes = support::read_notes(program.path());
    for (auto& note : notes) {
        std::transform(note.arguments.begin(), note.arguments.end(), note.arguments.begin(), support::as_tplist_prints);
    }
    CHECK(as_text(listed) == as_text(notes));

    support::check_shapes(support::shapes_of(listed), tracers::all_probes());
}

TEST_CASE("tplist finds the probes of a running process", "[family]") {
    SKIP_WITHOUT(support::compiler());
    SKIP_UNLESS(!support::find_tplist().empty(), "tplist, of bcc, is not installed");
    const tracers::values_program program({"-std=c++17", "-O2"}, "stripped");
    support::process values({program.path()});
    values.write("\n");
    REQUIRE(values.read_line(std::chrono::seconds(20)) == "fired, with 1 calls");
    CHECK(support::list_with_tplist(values.pid()) == expected_names());
}
