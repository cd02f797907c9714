// Engines of several objects of a process, and objects that are loaded and unloaded meanwhile.
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <unistd.h>

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
    void check(const std::string& what, std::vector<std::string> before = {}) const {
        before.insert(before.end(), {program, what, first, second, guest});
        const auto ran = support::run(before, std::chrono::seconds(60));
        INFO(what);
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

TEST_CASE("two objects of a process attach to the same probes in any order, and constructors do while others do") {
    SKIP_WITHOUT(support::compiler());
    const engines_program program({"-fvisibility=default"});
    CHECK(shared_symbols(program.first).empty());
    program.check("share");
    program.check("load");
}

TEST_CASE("a second object is told of the first one's breakpoint, and objects stay, come, go, move and are deleted") {
    SKIP_WITHOUT(support::compiler(), "setpriv");
    const engines_program program({"-fvisibility=hidden", "-DUSDTPP_COMPACT"});
    program.check("refuse");
    program.check("come and go");
    std::vector<std::string> without_rights;
    if (::geteuid() == 0) {
        ::chmod(program.directory.path().c_str(), 0777);
        without_rights = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--bounding-set=-all"};
    }
    program.check("deleted", without_rights);
}
