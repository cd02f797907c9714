#include "forms.hpp"

#include <stdexcept>
#include <vector>

#include "support/process.hpp"
#include "toolchain.hpp"

namespace support {
namespace {

void must(const std::vector<std::string>& command) {
    const auto done = run(command);
    if (done.status != 0) {
        throw std::runtime_error(joined(command) + ": " + done.errors);
    }
}

bool has_symbols(const std::string& program) {
    return run({"readelf", "-SW", program}).output.find(" .symtab ") != std::string::npos;
}

} // namespace

void reshape(const std::string& program, const std::string& form) {
    if (form == "as linked") {
        return;
    }
    if (!has_symbols(program)) {
        throw std::runtime_error(program + " has no symbols to begin with");
    }
    if (form == "split") {
        const auto symbols = program + ".debug";
        must({"objcopy", "--only-keep-debug", program, symbols});
        must({"strip", "--strip-all", program});
        must({"objcopy", "--add-gnu-debuglink=" + symbols, program});
    } else if (form == "stripped") {
        must({"strip", "--strip-all", program});
    } else {
        throw std::runtime_error("a form that is not known: " + form);
    }
    if (has_symbols(program)) {
        throw std::runtime_error(program + " still has symbols");
    }
}

} // namespace support
