// Processors: how to compile for each, and how to run programs on it under gdb.
#ifndef USDTPP_TESTS_PROCESSORS_MACHINE_HPP
#define USDTPP_TESTS_PROCESSORS_MACHINE_HPP

#include <string>

#include "cases.hpp"
#include "toolchain.hpp"

struct machine {
    std::string name;                // as Debian has it
    support::flags gnu;              // its GNU compiler
    support::flags clang;            // what makes clang compile for it
    support::flags more;             // what both need besides
    std::string library, package;    // of the GNU compiler: a library that it finds, and what installs that
    std::string qemu;                // runs its programs; empty: this machine does
    bool gdb_reads_arguments = true; // gdb 13
    support::type_sizes sizes;
};

// The one of that name.
const machine& machine_named(const std::string& name);

// Why programs for it cannot be compiled, run or traced here; empty where they can.
std::string why_not(const machine& on);

// Compiles and links a source of this project, statically: then it needs nothing of its processor's to run. Throws
// support::build_failure.
void build_for(const machine& on, const std::string& source, const std::string& output,
               const support::flags& arguments);

struct gdb_session {
    std::string gdb;     // what gdb printed
    std::string program; // what the program did, where gdb does not print it too
};

// Runs a program on the machine with `input` on its standard input, under a gdb that does what `before` says before it
// starts (it has its processor and its symbols then), starts it, and does what `after` says. Throws std::runtime_error
// where it does not run to its end.
gdb_session run_with_gdb(const machine& on, const std::string& program, const std::string& input,
                         const std::string& before, const std::string& after = "");

#endif
