// The reader on files of the system, and on what it must refuse.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <tuple>

#include "agreement.hpp"
#include "build.hpp"
#include "error.hpp"
#include "toolchain.hpp"

namespace {

namespace fs = std::filesystem;

// Programs and libraries, each once.
std::set<std::string> system_files() {
    std::set<std::string> found;
    for (const std::string place : {"/usr/bin", "/usr/lib/x86_64-linux-gnu", "/usr/lib/jvm"}) {
        if (fs::exists(place)) {
            for (const auto& entry :
                 fs::recursive_directory_iterator(place, fs::directory_options::skip_permission_denied)) {
                if (fs::is_regular_file(entry)) {
                    found.insert(fs::canonical(entry).string());
                }
            }
        }
    }
    return found;
}

std::string error_of(const std::string& path) {
    return error_of_read([&] { usdtpp::read_probes(path); });
}

} // namespace

TEST_CASE("the probes of the system's programs and libraries are those of readelf") {
    std::size_t files = 0;
    std::size_t probes = 0;
    for (const auto& path : system_files()) {
        usdtpp::elf_probes read;
        try {
            read = usdtpp::read_probes(path);
        } catch (const usdtpp::note_error& error) {
            const std::string what = error.what();
            INFO(what);
            const bool allowed = what == path + ": not an ELF file" || what == path + ": Permission denied" ||
                                 what.find(": an object file") != what.npos;
            CHECK(allowed);
            continue;
        }
        if (!read.probes.empty()) {
            check_agreement(path);
            ++files;
            probes += read.probes.size();
        }
    }
    std::cout << probes << " probes in " << files << " files" << std::endl;
    CHECK(files > 1);
    CHECK(probes > 3);
}

TEST_CASE("the probes of libstdc++ are in its functions") {
    const auto path = support::run({"g++", "-print-file-name=libstdc++.so.6"}).output;
    const auto read = check_agreement(path.substr(0, path.find('\n')));
    CHECK(read.machine == EM_X86_64);
    CHECK(read.bits == 64);
    CHECK(!read.big_endian);
    std::map<std::string, std::string> functions;
    for (const auto& probe : read.probes) {
        functions[probe.provider + ":" + probe.name] = probe.function;
    }
    CHECK(functions == std::map<std::string, std::string>{{"libstdcxx:catch", "__cxa_begin_catch"},
                                                          {"libstdcxx:rethrow", "__cxa_rethrow"},
                                                          {"libstdcxx:throw", "__cxa_throw"}});
}

TEST_CASE("what is no linked ELF file is refused with its name and the reason") {
    support::temporary_directory directory;
    CHECK(error_of("/dev/null") == "/dev/null: not a regular file");
    CHECK(error_of("/dev/ptmx") == "/dev/ptmx: not a regular file");
    CHECK(error_of(directory.path()) == directory.path() + ": not a regular file");
    CHECK(error_of(directory.file("missing")) == directory.file("missing") + ": No such file or directory");
    const auto pipe = directory.file("pipe");
    REQUIRE(support::run({"mkfifo", pipe}).status == 0);
    CHECK(error_of(pipe) == pipe + ": not a regular file");
    const auto file = directory.file("file");
    for (const std::string text : {"", "text\n", "\177EL", "!<arch>\n"}) {
        support::write_file(file, text);
        CHECK(error_of(file) == file + ": not an ELF file");
    }
    build("tests/cases/reader/small.cpp", file, {"-c"});
    CHECK(error_of(file) == file + ": an object file: its notes have no addresses before it is linked");
    REQUIRE(support::run({"ar", "rc", directory.file("archive"), file}).status == 0);
    CHECK(error_of(directory.file("archive")) == directory.file("archive") + ": not an ELF file");
}

TEST_CASE("a file without probes, or without sections, has none") {
    support::temporary_directory directory;
    const auto path = build_small(directory.file("without"), {"-DUSDTPP_DISABLE"});
    CHECK(usdtpp::read_probes(path).probes.empty());
    const auto with = build_small(directory.file("small"));
    CHECK(usdtpp::read_probes(with).probes.size() == 3);
    auto image = support::read_file(with);
    for (const std::size_t at : {40, 60, 62}) { // e_shoff, e_shnum, e_shstrndx
        std::fill_n(image.begin() + static_cast<std::ptrdiff_t>(at), at == 40 ? 8 : 2, '\0');
    }
    support::write_file(with, image);
    CHECK(usdtpp::read_probes(with).probes.empty());
}

TEST_CASE("addresses follow a file that was moved after its notes were written") {
    support::temporary_directory directory;
    const std::string source = GENERATE("small", "described");
    const auto path = build("tests/cases/reader/" + source + ".cpp", directory.file(source),
                            {"-DADDRESS=.8byte", "-nostdlib", "-static"});
    const auto before = check_agreement(path);
    // What prelink does to the sections that are loaded, done to the one that counts.
    const auto moved = directory.file("moved");
    const auto objcopy = support::run({"objcopy", "--change-section-address", ".stapsdt.base+0x100000", path, moved});
    INFO(objcopy.errors);
    REQUIRE(objcopy.status == 0);
    const auto after = usdtpp::read_probes(moved);
    REQUIRE(after.probes.size() == before.probes.size());
    for (std::size_t i = 0; i != after.probes.size(); ++i) {
        const auto& [from, to] = std::tie(before.probes[i], after.probes[i]);
        CHECK(to.location == from.location + 0x100000);
        CHECK(to.semaphore == (from.semaphore != 0 ? from.semaphore + 0x100000 : 0));
        CHECK(to.base == from.base);
        const bool is_copy = i == 4; // described by another in its function, and functions were not moved
        CHECK(to.file == (is_copy ? "" : from.file));
    }
}

TEST_CASE("probes that BOLT has moved keep their descriptions") {
    const std::string bolt = support::find_program("llvm-bolt").empty() ? "llvm-bolt-19" : "llvm-bolt";
    SKIP_WITHOUT(bolt);
    support::temporary_directory directory;
    const auto program = build("tests/cases/reader/bolted.cpp", directory.file("program"), {"-Wl,--emit-relocs"});
    const auto moved = directory.file("moved");
    const auto done = support::run({bolt, program, "-o", moved, "--reorder-blocks=reverse"});
    INFO(done.errors);
    REQUIRE(done.status == 0);
    const auto before = usdtpp::read_probes(program);
    const auto after = usdtpp::read_probes(moved);
    REQUIRE(before.probes.size() == 5);
    REQUIRE(after.probes.size() == 5);
    std::set<unsigned> lines;
    for (std::size_t i = 0; i != 5; ++i) {
        const auto& [from, to] = std::tie(before.probes[i], after.probes[i]);
        INFO(from.name);
        CHECK(to.name == from.name);
        CHECK(to.location != from.location);
        CHECK(to.file == "bolted.cpp");
        CHECK(to.line == from.line);
        CHECK(!to.has_long_nop);
        REQUIRE(to.arguments.size() == from.arguments.size());
        for (std::size_t j = 0; j != to.arguments.size(); ++j) {
            CHECK(!to.arguments[j].name.empty());
            CHECK(to.arguments[j].name == from.arguments[j].name);
            CHECK(to.arguments[j].kind == from.arguments[j].kind);
            CHECK(to.arguments[j].type == from.arguments[j].type);
        }
        lines.insert(to.line);
    }
    CHECK(lines.size() == 5);
}

TEST_CASE("symbols of either table name the functions, and none is no error") {
    support::temporary_directory directory;
    const auto functions = [](const std::string& path) {
        std::map<std::string, std::string> found;
        for (const auto& probe : usdtpp::read_probes(path).probes) {
            found[probe.name] = probe.function;
        }
        return found;
    };
    using names = std::map<std::string, std::string>;
    const names expected = {{"compute", "compute(int, char const*)"}, {"constants", "_start"}, {"start", "_start"}};
    const auto path = build_small(directory.file("small"));
    CHECK(functions(path) == expected);
    REQUIRE(support::run({"strip", path}).status == 0);
    CHECK(functions(path) == names{{"compute", ""}, {"constants", ""}, {"start", ""}});
    const auto shared =
        build("tests/cases/reader/small.cpp", directory.file("shared"), {"-fPIC", "-shared", "-nostdlib", "-s"});
    CHECK(functions(shared) == expected);
}
