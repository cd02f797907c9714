// What the probes of several sources must be, and what tracers must read from them. Unlike support/check.hpp, for
// programs in which several providers meet, and one provider:name has several sites.
#ifndef USDTPP_TESTS_NEIGHBOURS_VALUES_HPP
#define USDTPP_TESTS_NEIGHBOURS_VALUES_HPP

#include <string>
#include <vector>

#include "cases.hpp"

namespace neighbours {

using probes = std::vector<support::expected_probe>;

// The probes of these sources (under tests/cases/neighbours) but those of provider `never`, which do not fire.
probes read_all(const std::vector<std::string>& sources);

// Each provider:name once. All of its sites have arguments of the same kinds.
probes distinct(const probes& all);

// Checks support::check_notes() for each provider.
void check_notes(const std::string& image, const probes& all, bool readable = true);

// Checks that just these lines came, whatever the order and however often.
void check_lines(const std::vector<std::string>& seen, const std::vector<std::string>& expected);

// Runs the program under gdb, which must read what `all` expects, and see no probe of provider `never` fire.
void check_with_gdb(const std::string& program, const probes& all);

} // namespace neighbours

#endif
