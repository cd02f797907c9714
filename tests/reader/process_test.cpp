// The reader on running processes.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <unistd.h>

#include <usdtpp/notes.hpp>

#include "build.hpp"
#include "catch.hpp"
#include "error.hpp"
#include "toolchain.hpp"

namespace {

namespace fs = std::filesystem;
using usdtpp::loaded_object;

struct map_line {
    std::uint64_t begin = 0, end = 0;
    std::string rights, path;
};

std::vector<map_line> maps_of(pid_t pid) {
    std::istringstream lines(support::read_file("/proc/" + std::to_string(pid) + "/maps"));
    std::vector<map_line> all;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        map_line one;
        std::string offset, device, inode;
        char dash = 0;
        words >> std::hex >> one.begin >> dash >> one.end >> one.rights >> offset >> device >> inode >> std::ws;
        std::getline(words, one.path);
        all.push_back(one);
    }
    return all;
}

// Each location is a nop in a mapping of that file with the right to execute it, or a breakpoint, if somebody traces
// that library meanwhile; each semaphore is 0, in one that can be written.
void check_addresses(pid_t pid, const loaded_object& object) {
    INFO(object.mapped);
    const auto maps = maps_of(pid);
    const auto find = [&](std::uint64_t address) {
        return std::find_if(maps.begin(), maps.end(),
                            [&](const map_line& one) { return one.begin <= address && address < one.end; });
    };
    std::ifstream memory("/proc/" + std::to_string(pid) + "/mem", std::ios::binary);
    const auto byte = [&](std::uint64_t address) {
        memory.seekg(static_cast<std::streamoff>(address));
        return memory.get();
    };
    for (const auto& probe : object.probes.probes) {
        INFO(probe.provider << ":" << probe.name);
        const auto address = probe.location + object.bias;
        const auto code = find(address);
        REQUIRE(code != maps.end());
        CHECK(code->path == object.mapped);
        CHECK(code->rights == "r-xp");
        const auto instruction = byte(address);
        CHECK((instruction == 0x90 || (instruction == 0xcc && probe.semaphore == 0)));
        if (probe.semaphore != 0) {
            const auto data = find(probe.semaphore + object.bias);
            REQUIRE(data != maps.end());
            CHECK(data->rights == "rw-p");
            CHECK(byte(probe.semaphore + object.bias) == 0);
        }
    }
}

void wait_until_loaded(support::process& program) {
    program.write("\n");
    const auto line = program.read_line(std::chrono::seconds(20));
    REQUIRE(line.has_value());
}

const loaded_object* object_of(const std::vector<loaded_object>& objects, const std::string& provider) {
    const loaded_object* found = nullptr;
    for (const auto& object : objects) {
        for (const auto& probe : object.probes.probes) {
            found = probe.provider == provider ? &object : found;
        }
    }
    return found;
}

std::string error_of(pid_t pid) {
    return error_of_read([&] { usdtpp::read_process(pid); });
}

} // namespace

TEST_CASE("the objects of a process are where it has mapped them") {
    const auto form =
        GENERATE(as<std::string>(), "-pie", "-no-pie", "-static-pie", "-fuse-ld=lld", "-fuse-ld=mold", "-m32");
    INFO(form);
    SKIP_UNLESS(form != "-fuse-ld=lld" || !support::find_program("ld.lld").empty(), "lld is not installed");
    SKIP_UNLESS(form != "-fuse-ld=mold" || !support::find_program("mold").empty(), "mold is not installed");
    SKIP_FOR(form == "-m32" ? why_no_32_bits() : "");
    support::temporary_directory directory;
    const auto position = form == "-no-pie" ? "-fno-pie" : "-fPIE";
    const auto program = directory.file("values");
    const support::flags more = form == "-m32"
                                    ? support::flags{form, "-idirafter", "/usr/include/x86_64-linux-gnu", "-latomic"}
                                    : support::flags{position, form};
    build("tests/cases/values.cpp", program, more);
    support::process values({program});
    wait_until_loaded(values);
    const auto objects = usdtpp::read_process(values.pid());
    const auto* executable = object_of(objects, "values");
    REQUIRE(executable != nullptr);
    CHECK(executable->mapped == fs::canonical(program));
    CHECK(executable->probes.path == "/proc/" + std::to_string(values.pid()) + "/root" + executable->mapped);
    CHECK(executable->probes.probes.size() == usdtpp::read_probes(program).probes.size());
    CHECK((executable->bias == 0) == (form == "-no-pie"));
    if (form != "-m32") { // whose libstdc++ has no probes
        const auto* library = object_of(objects, "libstdcxx");
        REQUIRE(library != nullptr);
        CHECK((library->mapped.find("/libstdc++.so") != std::string::npos) == (form != "-static-pie"));
    }
    std::set<std::uint64_t> begins;
    for (const auto& object : objects) {
        CHECK(!object.probes.probes.empty());
        CHECK(begins.insert(object.bias).second);
        check_addresses(values.pid(), object);
    }
}

TEST_CASE("an executable that was deleted, or replaced by another, is read as it was") {
    support::temporary_directory directory;
    const auto program = build("tests/cases/values.cpp", directory.file("a program"));
    support::process values({program});
    wait_until_loaded(values);
    fs::remove(program);
    build_small(program + " (deleted)"); // not what the kernel means
    const bool replaced = GENERATE(false, true);
    if (replaced) {
        build_small(program);
    }
    const auto objects = usdtpp::read_process(values.pid());
    const auto* executable = object_of(objects, "values");
    REQUIRE(executable != nullptr);
    CHECK(executable->mapped == program + " (deleted)");
    CHECK(object_of(objects, "small") == nullptr);
    CHECK(usdtpp::read_probes(executable->probes.path).probes.size() == executable->probes.probes.size());
    check_addresses(values.pid(), *executable);
}

TEST_CASE("a shared object that was deleted is read as it was") {
    SKIP_UNLESS(::geteuid() == 0, "it takes CAP_SYS_ADMIN");
    support::temporary_directory directory;
    const auto loader = build("tests/cases/semaphores/loader.cpp", directory.file("loader"), {"-ldl"});
    const auto plugin = build("tests/cases/semaphores/plugin.cpp", directory.file("plugin.so"), {"-fPIC", "-shared"});
    support::process program({loader, plugin});
    program.write("load\n");
    REQUIRE(program.read_line(std::chrono::seconds(20)).has_value());
    REQUIRE(program.read_line(std::chrono::seconds(20)).has_value());
    fs::remove(plugin);
    const auto objects = usdtpp::read_process(program.pid());
    const auto deleted = std::find_if(objects.begin(), objects.end(),
                                      [&](const loaded_object& one) { return one.mapped == plugin + " (deleted)"; });
    REQUIRE(deleted != objects.end());
    check_addresses(program.pid(), *deleted);
}

TEST_CASE("a process in another mount namespace is read by its own files") {
    SKIP_WITHOUT("unshare", "mount");
    SKIP_UNLESS(support::run({"unshare", "--mount", "true"}).status == 0, "mount namespaces cannot be made here");
    support::temporary_directory directory;
    const auto program = build("tests/cases/values.cpp", directory.file("values"));
    fs::create_directory(directory.file("hidden"));
    // What it runs is nowhere in this namespace; what has that path here is something else.
    build_small(directory.file("hidden/values"));
    const auto script = "mount -t tmpfs none hidden && cp values hidden/ && exec hidden/values";
    support::process values({"unshare", "--mount", "sh", "-c", script}, {{}, directory.path()});
    wait_until_loaded(values);
    const auto objects = usdtpp::read_process(values.pid());
    const auto* executable = object_of(objects, "values");
    REQUIRE(executable != nullptr);
    CHECK(executable->probes.path ==
          "/proc/" + std::to_string(values.pid()) + "/root" + directory.file("hidden/values"));
    CHECK(object_of(objects, "small") == nullptr);
    check_addresses(values.pid(), *executable);
}

namespace {

// Two builds of tests/cases/reader/build_number.cpp, and mounts that have them on one path.
class two_builds {
public:
    two_builds() {
        for (const std::string number : {"1", "2"}) {
            build("tests/cases/reader/build_number.cpp", file("of" + number), {"-DNUMBER=" + number, "-c"});
        }
        link("-Wl,--build-id");
        fs::create_directory(file("place"));
    }
    void link(const std::string& flag) const {
        for (const std::string number : {"1", "2"}) {
            const auto done = support::run({"g++", file("of" + number), "-o", file("build" + number), flag});
            INFO(done.errors);
            REQUIRE(done.status == 0);
        }
    }
    std::string file(const std::string& name) const {
        return directory_.file(name);
    }
    // Runs build 1 at that path in a mount namespace, where a script has prepared the place.
    support::process start(const std::string& script, const std::string& path) const {
        const auto command = "set -e; " + script + "; exec " + path;
        support::process running({"unshare", "--mount", "sh", "-c", command}, {{}, directory_.path()});
        const auto line = running.read_line(std::chrono::seconds(20));
        INFO(running.error_output());
        REQUIRE(line == "ready");
        return running;
    }
    // Runs a script there.
    void change(const support::process& running, const std::string& script) const {
        const auto done = support::run({"nsenter", "--target=" + std::to_string(running.pid()), "--mount", "sh", "-c",
                                        "set -e; cd " + directory_.path() + "; " + script});
        INFO(done.errors);
        REQUIRE(done.status == 0);
    }

private:
    support::temporary_directory directory_;
};

// The number of the build that the reader finds, and checks its addresses.
std::string number_of(const support::process& running) {
    const auto objects = usdtpp::read_process(running.pid());
    const auto* object = object_of(objects, "builds");
    if (object == nullptr || object->probes.probes.size() != 1) {
        return "none";
    }
    check_addresses(running.pid(), *object);
    const auto again = usdtpp::read_probes(object->probes.path); // what a tracer opens
    CHECK(again.probes.at(0).location == object->probes.probes[0].location);
    return object->probes.probes[0].arguments.at(0).text;
}

std::string inode_of(const support::process& running, const std::string& path) {
    return support::run({"stat", "-c", "%i", "/proc/" + std::to_string(running.pid()) + "/root" + path}).output;
}

} // namespace

TEST_CASE("of two builds on one path with one inode, the one that the process runs is read") {
    SKIP_WITHOUT("unshare", "nsenter", "mount");
    SKIP_UNLESS(support::run({"unshare", "--mount", "true"}).status == 0, "mount namespaces cannot be made here");
    const two_builds builds;
    const auto mount = [](const std::string& number) {
        return "mount -t tmpfs none place; cp build" + number + " place/program";
    };
    const auto path = builds.file("place/program");
    for (const std::string flag : {"-Wl,--build-id", "-Wl,--build-id=none"}) {
        INFO(flag);
        builds.link(flag);
        auto running = builds.start(mount("1"), path);
        CHECK(number_of(running) == "-4@$1");
        const auto inode = inode_of(running, path);
        builds.change(running, mount("2"));
        CHECK(inode_of(running, path) == inode);
        CHECK(number_of(running) == "-4@$1");
        // Whatever else is there by then.
        builds.change(running, "mount -t tmpfs none place; echo text > place/program");
        CHECK(number_of(running) == "-4@$1");
        builds.change(running, "mount -t tmpfs none place; mkdir place/program");
        CHECK(number_of(running) == "-4@$1");
        // And of another object that was rewritten, but kept its build-id.
        builds.change(running, "mount -t tmpfs none place; cp build1 place/program; strip place/program");
        CHECK(number_of(running) == "-4@$1");
    }
}

TEST_CASE("files of btrfs are read, where two of its subvolumes have one inode") {
    SKIP_WITHOUT("unshare", "nsenter", "mount", "mkfs.btrfs", "btrfs");
    const two_builds builds;
    support::write_file(builds.file("disk"), "");
    fs::resize_file(builds.file("disk"), 128U << 20);
    const auto made = support::run({"mkfs.btrfs", "-q", builds.file("disk")});
    INFO(made.errors);
    REQUIRE(made.status == 0);
    const auto why =
        support::run({"unshare", "--mount", "mount", "-o", "loop", builds.file("disk"), builds.file("place")});
    SKIP_UNLESS(why.status == 0, "btrfs cannot be mounted here: " + why.errors);
    auto running = builds.start("mount -o loop disk place; for i in 1 2; do btrfs -q subvolume create place/$i; "
                                "cp build$i place/$i/program; done; sync",
                                builds.file("place/1/program"));
    CHECK(inode_of(running, builds.file("place/1/program")) == inode_of(running, builds.file("place/2/program")));
    const auto objects = usdtpp::read_process(running.pid());
    const auto* object = object_of(objects, "builds");
    REQUIRE(object != nullptr);
    CHECK(object->probes.path == "/proc/" + std::to_string(running.pid()) + "/root" + builds.file("place/1/program"));
    CHECK(number_of(running) == "-4@$1");
    builds.change(running, "mount --bind place/2 place/1");
    CHECK(number_of(running) == "-4@$1");
}

TEST_CASE("files of overlayfs are read, copied up meanwhile or not") {
    SKIP_WITHOUT("unshare", "nsenter", "mount");
    const two_builds builds;
    const std::string overlay = "mount -t tmpfs none place; cd place; mkdir lower upper work merged; "
                                "cp ../build1 lower/program; "
                                "mount -t overlay none -o lowerdir=lower,upperdir=upper,workdir=work merged";
    const auto why = support::run({"unshare", "--mount", "sh", "-c", "set -e; cd " + builds.file("") + "; " + overlay});
    SKIP_UNLESS(why.status == 0, "overlayfs cannot be mounted here: " + why.errors);
    const auto path = builds.file("place/merged/program");
    auto running = builds.start(overlay, path);
    const auto objects = usdtpp::read_process(running.pid());
    const auto* object = object_of(objects, "builds");
    REQUIRE(object != nullptr);
    CHECK(object->probes.path == "/proc/" + std::to_string(running.pid()) + "/root" + path);
    CHECK(number_of(running) == "-4@$1");
    builds.change(running, "chmod 700 place/merged/program"); // which copies it up
    CHECK(number_of(running) == "-4@$1");
    builds.change(running, "cp build2 place/merged/other; mv place/merged/other place/merged/program");
    CHECK(number_of(running) == "-4@$1");
}

TEST_CASE("a process in a chroot is read by its own files") {
    SKIP_WITHOUT("chroot");
    SKIP_UNLESS(::geteuid() == 0, "chroot takes root");
    support::temporary_directory directory;
    build("tests/cases/values.cpp", directory.file("values"), {"-static"});
    support::process values({"chroot", directory.path(), "/values"});
    wait_until_loaded(values);
    const auto objects = usdtpp::read_process(values.pid());
    REQUIRE(objects.size() == 1);
    CHECK(objects[0].mapped == directory.file("values"));
    CHECK(objects[0].probes.path == "/proc/" + std::to_string(values.pid()) + "/root/values");
    check_addresses(values.pid(), objects[0]);
}

TEST_CASE("paths are read as the kernel escapes them") {
    support::temporary_directory directory;
    const auto program = build("tests/cases/values.cpp", directory.file(" two\nlines (deleted)"));
    support::process values({program});
    wait_until_loaded(values);
    const auto objects = usdtpp::read_process(values.pid());
    const auto* executable = object_of(objects, "values");
    REQUIRE(executable != nullptr);
    CHECK(executable->mapped == program);
    CHECK(executable->probes.path == "/proc/" + std::to_string(values.pid()) + "/root" + program);
}

TEST_CASE("of what is mapped as code, other files than ELF are passed over, and a damaged one is an error") {
    support::temporary_directory directory;
    const auto mapper = build("tests/cases/reader/mapper.cpp", directory.file("mapper"));
    const auto small = build_small(directory.file("small"));
    const auto text = directory.file("text");
    support::write_file(text, "compiled at run time\n");
    const auto damaged = directory.file("damaged");
    support::write_file(damaged, support::read_file(small).substr(0, 4096));

    support::process passing({mapper, text});
    REQUIRE(passing.read_line(std::chrono::seconds(20)) == "mapped");
    CHECK(error_of(passing.pid()) == "none");

    support::process failing({mapper, text, damaged});
    REQUIRE(failing.read_line(std::chrono::seconds(20)) == "mapped");
    const auto error = damaged + ": its section headers are cut off";
    CHECK(error_of(failing.pid()) == error);
    std::vector<usdtpp::note_error> left_out;
    const auto objects = usdtpp::read_process(failing.pid(), &left_out);
    CHECK(object_of(objects, "libstdcxx") != nullptr);
    CHECK(objects.size() == 1); // though that one is in several mappings
    REQUIRE(left_out.size() == 1);
    CHECK(left_out[0].what() == error);
}

TEST_CASE("an object that is loaded twice comes twice") {
    support::temporary_directory directory;
    const auto loader = build("tests/cases/semaphores/loader.cpp", directory.file("loader"), {"-ldl"});
    const auto plugin = build("tests/cases/semaphores/plugin.cpp", directory.file("plugin.so"), {"-fPIC", "-shared"});
    support::process program({loader, plugin});
    program.write("load\nload again\n");
    for (int i = 0; i != 3; ++i) {
        REQUIRE(program.read_line(std::chrono::seconds(20)).has_value());
    }
    std::vector<std::string> paths;
    std::set<std::uint64_t> biases;
    for (const auto& object : usdtpp::read_process(program.pid())) {
        if (object.probes.probes.at(0).provider == "twin") {
            paths.push_back(object.mapped);
            biases.insert(object.bias);
            check_addresses(program.pid(), object);
        }
    }
    std::sort(paths.begin(), paths.end());
    CHECK(paths == std::vector<std::string>{loader, plugin, plugin});
    CHECK(biases.size() == 3);
}

TEST_CASE("a process that is not there is an error, and one that has ended has no objects") {
    const auto nobody = std::to_string(1 << 22);
    CHECK(error_of(1 << 22) == "/proc/" + nobody + "/maps: No such file or directory");
    CHECK(error_of(-1) == "/proc/-1/maps: No such file or directory");
    // Between exit and wait.
    support::process ended({"true"});
    while (support::status_of(ended.pid(), "State").rfind("Z", 0) != 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    CHECK(usdtpp::read_process(ended.pid()).empty());
}
