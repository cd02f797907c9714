// Attaching to what is in memory: whatever file is on the path by then, and however it came there.
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "catch.hpp"
#include "target.hpp"

namespace {

namespace fs = std::filesystem;
using support::operator+;

// tests/cases/attach/objects.cpp in a directory: `program1` and `library1`, and another build of each.
class builds {
public:
    explicit builds(const support::flags& of_library = {}) {
        for (const std::string number : {"1", "2"}) {
            const auto all = support::flags{"-std=c++17", "-O1", "-c", "-DNUMBER=" + number};
            support::build(source_, file("program" + number + ".o"), all);
            support::build(source_, file("library" + number + ".o"),
                           all + support::flags{"-fPIC", "-DLIBRARY"} + of_library);
        }
        fs::create_directory(file("place"));
        ::chmod(directory_.path().c_str(), 0755);
        link({});
    }
    void link(const support::flags& more) const {
        for (const std::string number : {"1", "2"}) {
            const auto program = file("program" + number);
            const auto library = file("library" + number);
            support::must_compile(support::flags{program + ".o", "-o", program, "-pthread", "-lelf", "-ldl"} + more);
            support::must_compile(support::flags{library + ".o", "-o", library, "-shared"} + more);
        }
    }
    std::string file(const std::string& name) const {
        return directory_.file(name);
    }
    // For `shell`.
    std::string command(const std::string& before = "", const std::string& number = "1",
                        const std::string& place = "") const {
        return "exec " + before + " " + file(place + "program" + number) + " " + file(place + "library" + number);
    }
    // To be run in a mount namespace: another file system on the place, with that build on it.
    std::string mount(const std::string& number) const {
        const auto place = file("place");
        return "mount -t tmpfs -o mode=755 none " + place + " && cp " + file("program" + number) + " " + place +
               "/program && cp " + file("library" + number) + " " + place + "/library";
    }

private:
    const std::string source_ = "tests/cases/attach/objects.cpp";
    support::temporary_directory directory_;
};

const std::vector<std::string> shell = {"sh", "-c", "eval \"$0\""};
const std::string without_privileges = "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "
                                       "--bounding-set=-all";

std::string why_no_namespaces() {
    return support::run({"unshare", "--mount", "true"}).status == 0 ? "" : "mount namespaces cannot be made here";
}

void check_another_build(const builds& all) {
    for (const bool has_privileges : {true, false}) {
        INFO((has_privileges ? "as root" : "without privileges"));
        target running(all.command(has_privileges ? "" : without_privileges, "", "place/"),
                       {"unshare", "--mount", "sh", "-c", all.mount("1") + " && eval \"$0\""});
        running.check({{"load", "done"}});
        const auto mounted = support::run(
            {"nsenter", "--target=" + std::to_string(running.pid()), "--mount", "sh", "-c", all.mount("2")});
        INFO(mounted.errors);
        REQUIRE(mounted.status == 0);
        running.check({{"attach objects:program", "attached 1"}, {"fire", "saw program=1"}, {"detach", "done"}});
        if (has_privileges) {
            running.check({{"attach objects:*", "attached 2"}, {"fire", "saw program=1 library=1"}});
        } else {
            running.check(
                {{"attach objects:library",
                  "attach_error: no probe here is objects:library: its code may have USDTPP_DISABLE, or is not "
                  "loaded yet; " +
                      all.file("place/library") + ": another file is there now than the one that the process runs"}});
        }
    }
}

} // namespace

TEST_CASE("another build that is mounted over the path, with the same inode, is not attached to") {
    SKIP_WITHOUT(support::compiler(), "unshare", "nsenter", "setpriv", "mount");
    SKIP_FOR(why_no_namespaces());
    const builds all;
    for (const std::string flag : {"-Wl,--build-id", "-Wl,--build-id=none"}) {
        INFO(flag);
        all.link({flag});
        check_another_build(all);
    }
}

TEST_CASE("programs and shared objects on btrfs are attached to, by what is in memory") {
    SKIP_WITHOUT(support::compiler(), "unshare", "nsenter", "mount", "mkfs.btrfs", "btrfs");
    const builds all;
    const auto disk = all.file("disk");
    const auto place = all.file("place");
    support::write_file(disk, "");
    fs::resize_file(disk, 128U << 20);
    REQUIRE(support::run({"mkfs.btrfs", "-q", disk}).status == 0);
    const auto tried = support::run({"unshare", "--mount", "mount", "-o", "loop", disk, place});
    SKIP_UNLESS(tried.status == 0, "btrfs cannot be mounted here: " + tried.errors);
    std::string prepare = "mount -o loop " + disk + " " + place;
    for (const std::string number : {"1", "2"}) {
        const auto volume = place + "/" + number;
        prepare += " && btrfs -q subvolume create " + volume + " && cp " + all.file("program" + number) + " " + volume +
                   "/program1 && cp " + all.file("library" + number) + " " + volume + "/library1";
    }
    target running(all.command("", "1", "place/1/"), {"unshare", "--mount", "sh", "-c", prepare + " && eval \"$0\""});
    running.check({{"load", "done"}, {"attach objects:*", "attached 2"}, {"fire", "saw program=1 library=1"}});
    const auto over = support::run({"nsenter", "--target=" + std::to_string(running.pid()), "--mount", "mount",
                                    "--bind", place + "/2", place + "/1"});
    INFO(over.errors);
    REQUIRE(over.status == 0);
    running.check({{"detach", "done"}, {"load new", "done"}, {"attach objects:*", "attached 3"}});
    CHECK(running.ask("fire").find("saw program=1 library=1 library=2") == 0);
}

TEST_CASE("code without build-id is that of its file, though it is attached to already") {
    SKIP_WITHOUT(support::compiler(), "setpriv");
    const builds all({"-DUSDTPP_COMPACT"}); // a breakpoint there, a jump in the program
    all.link({"-Wl,--build-id=none"});
    // As root, another way to the file would be left.
    target running(all.command(::geteuid() == 0 ? without_privileges : ""), shell);
    running.check({{"load", "done"},
                   {"attach objects:*", "attached 2"},
                   {"load new", "done"},
                   {"attach objects:*", "attached 3"},
                   {"fire", "saw program=1 program=1 library=1 library=1 library=1"}});
}

TEST_CASE("what dlmopen has loaded stays loaded while it is attached to, and what is mapped by hand is refused") {
    SKIP_WITHOUT(support::compiler());
    const builds all;
    target running(all.command(), shell);
    running.check({{"load new", "done"},
                   {"load new", "done"},
                   {"attach objects:*", "attached 3"},
                   {"fire", "saw program=1 library=1 library=1"},
                   {"unload", "done"},
                   {"unload", "done"},
                   {"fire", "saw program=1"}});
    CHECK(running.ask("mapped") != "0");
    running.check({{"detach", "done"}, {"mapped", "0"}, {"fire", "saw"}});
    // In the first namespace and another.
    running.check({{"load", "done"},
                   {"load new", "done"},
                   {"attach objects:library", "attached 2"},
                   {"unload", "done"},
                   {"unload", "done"},
                   {"detach", "done"},
                   {"mapped", "0"}});
    running.check({{"map", "done"},
                   {"attach objects:library", "attach_error: " + all.file("library1") +
                                                  ": the dynamic loader has not loaded it, so nothing would keep it "
                                                  "there: load it with dlopen"},
                   {"attach objects:program", "attached 1"},
                   {"fire", "saw program=1"},
                   {"detach", "done"}});
}

TEST_CASE("code that was moved to anonymous memory is refused") {
    SKIP_WITHOUT(support::compiler());
    const builds all;
    for (const std::string flag : {"-Wl,--build-id", "-Wl,--build-id=none"}) {
        INFO(flag);
        all.link({flag});
        const auto error = "attach_error: " + all.file("program1") +
                           ": its code is in anonymous memory, where huge-page tools move it: attach without them";
        for (const std::string what : {"all", "part"}) {
            INFO(what);
            target running(all.file("program1"));
            running.check({{"move " + what, "done"}, {"attach objects:*", error}, {"fire", "saw"}});
            // Also when the probes are known already.
            target known(all.file("program1"));
            known.check({{"attach objects:*", "attached 1"}, {"detach", "done"}, {"move " + what, "done"}});
            known.check({{"attach objects:*", error}, {"fire", "saw"}});
        }
        target other_part(all.file("program1"));
        other_part.check({{"move rest", "done"}, {"attach objects:*", "attached 1"}, {"fire", "saw program=1"}});
    }
}
