// Engines of several objects of a process, and objects that are loaded and unloaded meanwhile.
#include <filesystem>
#include <sstream>

#include "catch.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "toolchain.hpp"

namespace {

using support::operator+;

struct engines_program {
    explicit engines_program(const support::flags& flags) {
        const support::flags library = {"-std=c++17", "-O0", "-fPIC", "-shared"};
        support::build("tests/cases/attach/engine.cpp", first,
                       library + flags + support::flags{"-pthread", "-Wl,--no-as-needed", "-lelf"});
        std::filesystem::copy_file(first, second);
        support::build("tests/cases/attach/engine.cpp", guest, library + support::flags{"-DCALLS_HOST"});
        support::build("tests/cases/attach/engines.cpp", program,
                       {"-std=c++17", "-O0", "-rdynamic", "-pthread", "-Wl,--no-as-needed", "-ldl"});
    }
    void check(const std::string& what) const {
        const auto ran = support::run({program, what, first, second, guest}, std::chrono::seconds(60));
        CHECK(ran.output == "ok\n");
        CHECK(ran.errors.empty());
        CHECK(ran.status == 0);
    }

    support::temporary_directory directory;
    std::string first = directory.file("first.so");
    std::string second = directory.file("second.so");
    std::string guest = directory.file("guest.so");
    std::string program = directory.file("engines");
};

// Free functions and variables of the engine that the dynamic linker would let another object use.
std::string shared_symbols(const std::string& path) {
    std::istringstream all(support::run({"nm", "-DC", "--defined-only", path}).output);
    std::string found;
    for (std::string line; std::getline(all, line);) { // "0000000000001234 W name(arguments)"
        const auto name = line.find(' ') + 3;
        const std::string ours = "usdtpp::detail::attach::";
        const auto end = line.find_first_of("(<:", name + ours.size());
        if (line.compare(name, ours.size(), ours) == 0 && (end == line.npos || line[end] != ':')) {
            found += line.substr(name) + "\n";
        }
    }
    return found;
}

} // namespace

TEST_CASE("two objects of a process attach to the same probes, each with its own engine, in either order") {
    SKIP_WITHOUT(support::compiler());
    const engines_program program({"-fvisibility=default"});
    program.check("share");
    CHECK(shared_symbols(program.first).empty());
}

TEST_CASE("where there is room for one breakpoint, a second object of the process is told so") {
    SKIP_WITHOUT(support::compiler());
    engines_program({"-fvisibility=hidden", "-DUSDTPP_COMPACT"}).check("refuse");
}

TEST_CASE("objects that are attached to stay, and constructors attach while others do") {
    SKIP_WITHOUT(support::compiler());
    const engines_program program({});
    program.check("come and go");
    program.check("load");
}
