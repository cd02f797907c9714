#include "instructions.hpp"

#include <algorithm>
#include <chrono>
#include <regex>
#include <stdexcept>

#include "process.hpp"

namespace support {

std::vector<std::string> counting(const std::vector<std::string>& command) {
    std::vector<std::string> all = {"valgrind", "--tool=cachegrind", "--cache-sim=no",
                                    "--cachegrind-out-file=/dev/null", "--trace-children=yes"};
    all.insert(all.end(), command.begin(), command.end());
    return all;
}

double counted(const std::string& errors) {
    static const std::regex count("I +refs: +([0-9,]+)");
    double sum = 0;
    for (std::sregex_iterator one(errors.begin(), errors.end(), count), end; one != end; ++one) {
        std::string digits = (*one)[1];
        digits.erase(std::remove(digits.begin(), digits.end(), ','), digits.end());
        sum += std::stod(digits);
    }
    return sum > 0 ? sum : throw std::runtime_error("valgrind counted nothing: " + errors);
}

double count_instructions(const std::vector<std::string>& command) {
    const auto done = run(counting(command), std::chrono::minutes(9));
    if (done.status != 0) {
        throw std::runtime_error(command.front() + " fails under valgrind: " + done.errors);
    }
    return counted(done.errors);
}

} // namespace support
