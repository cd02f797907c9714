// Assertions that several test programs make.
#ifndef USDTPP_TESTS_SUPPORT_CHECK_HPP
#define USDTPP_TESTS_SUPPORT_CHECK_HPP

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cases.hpp"
#include "notes.hpp"

namespace support {

// Checks that the probes' notes in an executable or shared object are just those that `probes` expect, and are
// such that each tracer can use them: a true Location, Base and semaphore, and operands that all of them parse
// (`readable`; sys/sdt.h writes some that they do not).
void check_notes(const std::string& image, const std::vector<expected_probe>& probes, bool readable = true,
                 const std::string& processor = "x86-64");

// Checks that these are the probes, and their arguments of the sizes, that `probes` expect.
void check_shapes(const std::map<std::string, std::set<std::vector<std::string>>>& shapes,
                  const std::vector<expected_probe>& probes);

// What the tracer must print, if it sees so many arguments of a probe.
std::vector<std::string> expected_lines(const std::vector<expected_probe>& probes, std::size_t arguments = 12);

// Checks that each line came, and nothing else, whatever the order and however often. A failure names the probe.
void check_lines(const std::vector<std::string>& seen, const std::vector<std::string>& expected);

} // namespace support

#endif
