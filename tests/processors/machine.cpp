#include "machine.hpp"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

namespace {

using support::flags;

const flags for_i386 = {"-idirafter", "/usr/include/x86_64-linux-gnu", "-latomic"}; // asm/; 8 bytes at once

// clang-format off
const std::vector<machine> machines = {
    {"x86-64", {"g++"}, {}, {}, "libstdc++.a", "g++", "", true, {}},
    {"i386", {"g++", "-m32"}, {"-m32"}, for_i386, "32/libstdc++.a", "lib32stdc++-dev of this g++", "", true,
     {"4", "-4", "-1", "-4"}},
    {"aarch64", {"aarch64-linux-gnu-g++"}, {"--target=aarch64-linux-gnu"}, {}, "libstdc++.a", "g++-aarch64-linux-gnu",
     "qemu-aarch64", true, {"8", "-8", "1", "4"}},
    {"riscv64", {"riscv64-linux-gnu-g++"}, {"--target=riscv64-linux-gnu"}, {}, "libstdc++.a", "g++-riscv64-linux-gnu",
     "qemu-riscv64", false, {"8", "-8", "1", "-4"}},
    {"armhf", {"arm-linux-gnueabihf-g++"}, {"--target=arm-linux-gnueabihf"}, {}, "libstdc++.a",
     "g++-arm-linux-gnueabihf", "qemu-arm", true, {"4", "-4", "1", "4"}},
    {"ppc64el", {"powerpc64le-linux-gnu-g++"}, {"--target=powerpc64le-linux-gnu"}, {}, "libstdc++.a",
     "g++-powerpc64le-linux-gnu", "qemu-ppc64le", true, {"8", "-8", "1", "-4"}},
    {"s390x", {"s390x-linux-gnu-g++"}, {"--target=s390x-linux-gnu"}, {}, "libstdc++.a", "g++-s390x-linux-gnu",
     "qemu-s390x", true, {"8", "-8", "1", "-4"}},
};
// clang-format on

std::string gdb_of(const machine& on) {
    return on.qemu.empty() ? "gdb" : "gdb-multiarch";
}

// Its line is "ffff8881: 00000002 00000000 00010000 0001 01 3 /path" then.
void wait_until_listening(const std::string& socket) {
    for (int i = 0; i != 2000; ++i) {
        std::istringstream sockets(support::read_file("/proc/net/unix"));
        for (std::string line; std::getline(sockets, line);) {
            if (line.find(" 00010000 ") != std::string::npos && line.find(" " + socket) != std::string::npos) {
                return;
            }
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("qemu does not wait for gdb");
}

std::string run_script(const machine& on, const std::string& program, const std::string& path,
                       const std::string& script) {
    support::write_file(path, "set pagination off\nset confirm off\n" + script);
    const auto gdb = support::run({gdb_of(on), "-q", "-nx", "-batch", "-x", path, program});
    if (gdb.output.find("exited normally") == std::string::npos) {
        throw std::runtime_error(gdb_of(on) + ": " + gdb.output + gdb.errors);
    }
    return gdb.output;
}

} // namespace

const machine& machine_named(const std::string& name) {
    return *std::find_if(machines.begin(), machines.end(), [&](const machine& one) { return one.name == name; });
}

std::string why_not(const machine& on) {
    if (!support::compiler_is_installed()) {
        return support::compiler() + " is not installed";
    }
    if (support::find_program(on.gnu.front()).empty() || !support::has_library(on.gnu.front(), on.library)) {
        return on.package + " is not installed";
    }
    if (!on.qemu.empty() && support::find_program(on.qemu).empty()) {
        return "qemu-user is not installed";
    }
    return support::find_program(gdb_of(on)).empty() ? gdb_of(on) + " is not installed" : "";
}

void build_for(const machine& on, const std::string& source, const std::string& output, const flags& arguments) {
    flags command = on.gnu;
    if (support::compiler_is_clang()) {
        command = {support::compiler()};
        command.insert(command.end(), on.clang.begin(), on.clang.end());
    }
    // Of the directory with <sys/sdt.h> nothing else may be found.
    const support::temporary_directory directory;
    std::filesystem::create_directory(directory.file("sys"));
    for (const std::string header : {"sys/sdt.h", "sys/sdt-config.h"}) {
        for (const std::string place : {"/usr/include/", "/usr/include/x86_64-linux-gnu/"}) {
            if (std::filesystem::exists(place + header)) {
                std::filesystem::copy_file(place + header, directory.file(header));
            }
        }
    }
    command.insert(command.end(), {"-I" + support::project_file("include"), "-std=c++17", "-Wall", "-Wextra", "-Werror",
                                   "-static", "-idirafter", directory.path()});
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.insert(command.end(), {support::project_file(source), "-o", output});
    command.insert(command.end(), on.more.begin(), on.more.end());
    const auto done = support::run(command, std::chrono::minutes(5));
    if (done.status != 0) {
        throw support::build_failure(command, done.errors);
    }
}

gdb_session run_with_gdb(const machine& on, const std::string& program, const std::string& input,
                         const std::string& before, const std::string& after) {
    const support::temporary_directory directory;
    if (on.qemu.empty()) {
        support::write_file(directory.file("input"), input);
        const auto script = before + "run < " + directory.file("input") + "\n" + after;
        return {run_script(on, program, directory.file("script"), script), ""};
    }
    const auto socket = directory.file("gdb");
    support::process qemu({on.qemu, "-g", socket, program});
    qemu.write(input);
    qemu.close_input();
    wait_until_listening(socket);
    const auto script = "target remote " + socket + "\n" + before + "continue\n" + after;
    const auto gdb = run_script(on, program, directory.file("script"), script);
    if (!qemu.wait(std::chrono::seconds(20))) {
        throw std::runtime_error(on.qemu + " does not end");
    }
    return {gdb, qemu.unread_output()};
}
