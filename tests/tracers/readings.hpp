// What each tracer reads of tests/cases/values.cpp, and what it must read.
#ifndef USDTPP_TESTS_TRACERS_READINGS_HPP
#define USDTPP_TESTS_TRACERS_READINGS_HPP

#include <string>
#include <vector>

#include "cases.hpp"
#include "toolchain.hpp"

namespace tracers {

using probes = std::vector<support::expected_probe>;
using lines = std::vector<std::string>; // the name of a probe, and its arguments as they were read

inline const std::string source = "tests/cases/values.cpp";

// All of its probes; or one of each kind that a tracer could treat differently, where attaching to all takes too long.
probes all_probes();
probes some_probes();

// The program, in a directory of its own, built with these flags and then reshaped.
class values_program {
public:
    values_program(const support::flags& flags, const std::string& form);
    std::string path() const {
        return directory_.file("values");
    }

private:
    support::temporary_directory directory_;
};

// They run the program, checking what it prints, and let each of the probes fire.
lines read_with_bpftrace(const std::string& program, const probes& traced);
lines read_with_gdb(const std::string& program, const probes& traced);

// perf shows an address where others show what is there, and no constants: "string address address", "constant - -".
// The same events defined by hand show both. Builds with `flags` by itself, since perf wants a provider that is the
// test's own, and makes of the program the form (see reshape).
struct perf_readings {
    lines by_itself, expected_by_itself;
    lines by_hand, expected_by_hand;
};
void check(const perf_readings& readings);
perf_readings read_with_perf(const support::flags& flags, const std::string& form, probes traced);

} // namespace tracers

#endif
