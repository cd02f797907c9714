// Header units of this project's headers, and a program that imports them, by the compiler under test.
#ifndef USDTPP_TESTS_MODES_HEADER_UNITS_HPP
#define USDTPP_TESTS_MODES_HEADER_UNITS_HPP

#include <string>

#include "toolchain.hpp"

// What it makes is in `directory`. All but the constructor throw std::runtime_error where the compiler refuses
// something: it has header units, so that is a fault of what it compiles.
class header_units {
public:
    // Throws support::build_failure where the compiler under test has no header units.
    header_units(std::string directory, support::flags mode);

    // "usdtpp/probe.hpp": from now on `import <usdtpp/probe.hpp>;` finds it.
    void add(const std::string& header);
    // From now on `import name;` finds it. `source` is a path.
    void add_module(const std::string& name, const std::string& source);
    void compile(const std::string& source, const std::string& object);
    void link(const std::string& program);

private:
    void run(const support::flags& arguments);
    void map(const std::string& name, const std::string& file);
    void add_header(const std::string& path);

    std::string directory_;
    support::flags mode_;
    support::flags imports_; // clang's
    std::string map_;        // GCC's
    support::flags objects_;
};

#endif
