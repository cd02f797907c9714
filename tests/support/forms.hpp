// The forms in which programs are shipped.
#ifndef USDTPP_TESTS_SUPPORT_FORMS_HPP
#define USDTPP_TESTS_SUPPORT_FORMS_HPP

#include <string>

namespace support {

// Makes of a program that was just linked what a distribution ships, in the same place: "as linked" is left alone,
// "stripped" has no symbols any more, "split" has them in a file beside it, which it names. Throws std::runtime_error.
void reshape(const std::string& program, const std::string& form);

} // namespace support

#endif
