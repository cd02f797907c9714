#include <algorithm>
#include <map>
#include <set>

#include "catch.hpp"
#include "check.hpp"
#include "notes.hpp"
#include "perf.hpp"
#include "readings.hpp"

namespace tracers {
namespace {

using kind = support::expected_argument::kind;

std::string argument_name(std::size_t index) {
    return "arg" + std::to_string(index + 1);
}

std::string operand_of(const std::string& argument) {
    return argument.substr(argument.find('@') + 1);
}

bool is_constant(const std::string& argument) {
    return operand_of(argument)[0] == '$';
}

// "s16" for "-2@%rax": how the kernel spells size and sign.
std::string type_of(const std::string& argument) {
    const auto size = support::size_of(argument);
    return (size[0] == '-' ? "s" : "u") + std::to_string(8 * std::abs(std::stoi(size)));
}

// The probe's definition as perf wrote it, but with its constants, and what its strings and its pointers lead to.
support::uprobe with_everything(support::uprobe definition, const support::expected_probe& probe,
                                const support::note& note) {
    for (std::size_t i = 0; i != probe.arguments.size(); ++i) {
        auto& what = definition.arguments[argument_name(i)];
        const auto place = what.substr(0, what.rfind(':'));
        if (is_constant(note.arguments[i])) {
            what = "\\" + operand_of(note.arguments[i]).substr(1) + ":" + type_of(note.arguments[i]);
        } else if (probe.arguments[i].is == kind::string) {
            what = "+0(" + place + "):ustring";
        } else if (probe.arguments[i].is == kind::pointed_to) {
            what = "+0(" + place + "):s32";
        }
    }
    return definition;
}

// perf shows negative numbers of one and two bytes without their sign, -3 as 253, though it knows that type is s8.
std::string decoded(const std::string& shown, const std::string& type) {
    if (shown[0] == '"') {
        return shown.substr(1, shown.size() - 2);
    }
    if (type == "s8") {
        return std::to_string(static_cast<std::int8_t>(std::stoll(shown)));
    }
    return type == "s16" ? std::to_string(static_cast<std::int16_t>(std::stoll(shown))) : shown;
}

// A probe and its notes, one for each site.
struct traced_probe {
    support::expected_probe expected;
    std::vector<support::note> sites;

    const std::string& argument(std::size_t i) const {
        return sites.at(0).arguments.at(i);
    }
    // An event has the offset in the file, a note the address in memory: equal within a page.
    const support::note& site_of(const support::uprobe& definition) const {
        const auto found = std::find_if(sites.begin(), sites.end(), [&](const auto& site) {
            return site.location % 4096 == definition.offset % 4096;
        });
        REQUIRE(found != sites.end());
        return *found;
    }
};

// "name 5 address - 7", of what was shown or is to be shown. Not shown is an empty string.
template <class Shown>
std::string line_by_itself(const traced_probe& probe, const Shown& shown) {
    std::string line = probe.expected.name;
    for (std::size_t i = 0; i != probe.expected.arguments.size(); ++i) {
        const std::string value = shown(i);
        if (is_constant(probe.argument(i))) {
            line += value.empty() ? " -" : " a constant: " + value;
        } else if (probe.expected.arguments[i].is == kind::number) {
            line += " " + value;
        } else {
            line += value.empty() || value == "0" ? " no address" : " address";
        }
    }
    return line;
}

template <class Shown>
std::string line_by_hand(const traced_probe& probe, const Shown& shown) {
    std::string line = probe.expected.name;
    for (std::size_t i = 0; i != probe.expected.arguments.size(); ++i) {
        line += probe.expected.arguments[i].is == kind::any ? "" : " " + shown(i);
    }
    return line;
}

// That the event has the semaphore of its note, and its arguments that are not constant.
void check_definition(const support::uprobe& definition, const support::note& note) {
    INFO(note.name);
    CHECK(definition.semaphore != 0);
    CHECK(definition.semaphore % 4096 == note.semaphore % 4096);
    std::map<std::string, std::string> types, expected;
    for (const auto& [name, what] : definition.arguments) {
        types[name] = what.substr(what.rfind(':') + 1);
    }
    for (std::size_t i = 0; i != note.arguments.size(); ++i) {
        if (!is_constant(note.arguments[i])) {
            expected[argument_name(i)] = type_of(note.arguments[i]);
        }
    }
    CHECK(types == expected);
}

} // namespace

void check(const perf_readings& readings) {
    CHECK(!readings.expected_by_hand.empty());
    support::check_lines(readings.by_itself, readings.expected_by_itself);
    support::check_lines(readings.by_hand, readings.expected_by_hand);
}

perf_readings read_with_perf(const support::flags& flags, const std::string& form, probes traced) {
    const auto provider = support::own_provider("values");
    auto all_flags = flags;
    all_flags.push_back("-Dvalues=" + provider);
    const values_program program(all_flags, form);
    std::map<std::string, traced_probe> by_name;
    for (auto& probe : traced) {
        probe.provider = provider;
        by_name[probe.name].expected = probe;
    }
    for (const auto& note : support::read_notes(program.path())) {
        if (const auto found = by_name.find(note.name); found != by_name.end()) {
            found->second.sites.push_back(note);
        }
    }

    perf_readings readings;
    support::perf_events events(program.path(), traced);
    std::map<std::string, std::set<std::uint64_t>> sites;
    for (const auto& definition : events.definitions()) {
        const auto& probe = by_name.at(definition.name);
        const auto& note = probe.site_of(definition);
        sites[definition.name].insert(note.location);
        check_definition(definition, note);
        const auto more = with_everything(definition, probe.expected, note);
        if (more.arguments != definition.arguments) {
            events.add(more);
            readings.expected_by_hand.push_back(support::expected_line(probe.expected));
        }
    }
    for (const auto& [name, probe] : by_name) {
        INFO(name);
        CHECK(sites[name].size() == probe.sites.size());
        const auto& one = probe;
        readings.expected_by_itself.push_back(line_by_itself(one, [&one](std::size_t i) {
            const auto& argument = one.expected.arguments[i];
            return is_constant(one.argument(i)) ? "" : argument.is == kind::number ? argument.value : "an address";
        }));
    }

    CHECK(events.record("\n") == "fired, with 2 calls\n");
    for (const auto& sample : events.samples()) {
        const auto& probe = by_name.at(sample.name);
        const auto shown = [&](std::size_t i) {
            const auto found = sample.arguments.find(argument_name(i));
            return found == sample.arguments.end() ? "" : decoded(found->second, type_of(probe.argument(i)));
        };
        if (sample.group == "sdt_" + provider) {
            readings.by_itself.push_back(line_by_itself(probe, shown));
        } else {
            readings.by_hand.push_back(line_by_hand(probe, shown));
        }
    }
    return readings;
}

} // namespace tracers
