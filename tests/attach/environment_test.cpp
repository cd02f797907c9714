// Attaching where rights are missing, or something is forbidden.
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "catch.hpp"
#include "target.hpp"

namespace {

using conversation = std::vector<std::pair<std::string, std::string>>;

const conversation traced = {
    {"attach", "attached 2"}, {"enabled", "11"},         {"fire 1", "saw first=1/text1 second=2"},
    {"code", "changed*"},     {"detach", "done"},        {"enabled", "00"},
    {"fire 2", "saw"},        {"code", "as in the file"}};

conversation forbid(std::initializer_list<const char*> what) {
    conversation lines;
    for (const auto* one : what) {
        lines.emplace_back(std::string("forbid ") + one, "forbidden");
    }
    return lines;
}

void check(const target_program& program, conversation lines, const conversation& more = {},
           const std::vector<std::string>& before = {}) {
    target running(program.path, before);
    lines.insert(lines.end(), more.begin(), more.end());
    running.check(lines);
}

void check_without_rights(const target_program& program) {
    check(program, traced);
    if (::geteuid() == 0) { // who else has rights to give up?
        ::chmod(program.directory.path().c_str(), 0755);
        check(program, traced, {},
              {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
               "--no-new-privs"});
        check(program, traced, {},
              {"unshare", "--mount", "--propagation", "unchanged", "sh", "-c", // which works in a chroot
               "mount -o remount,ro,bind /proc && ! test -w /proc/self/mem && exec $0"});
    }
}

// /proc/self/mem will do.
void check_where_pages_stay(const target_program& program) {
    check(program, forbid({"code"}), traced);
    check(program, forbid({"exec"}), traced);        // systemd's MemoryDenyWriteExecute
    check(program, forbid({"exec", "map"}), traced); // no memory for jumps' code: breakpoints
    check(program, {{"attach", "attached 2"},
                    {"forbid code", "forbidden"},
                    {"fire 1", "saw*"},
                    {"detach", "done"},
                    {"fire 2", "saw"},
                    {"code", "as in the file"}});
    for (const std::string what : {"mdwe", "seal"}) {
        target running(program.path);
        if (running.ask("forbid " + what) == "forbidden") {
            running.check(traced);
        }
    }
}

void check_where_nothing_can_be_changed(const target_program& program) {
    const auto error = "attach_error: " + program.path +
                       ": its code cannot be changed: mprotect: Permission denied; /proc/self/mem: Input/output error";
    check(program, forbid({"code", "memory"}),
          {{"attach", error}, {"enabled", "00"}, {"fire 1", "saw"}, {"code", "as in the file"}});
    check(program, forbid({"membarrier"}), {{"attach", "attach_error: membarrier: *"}, {"code", "as in the file"}});
    // What is forbidden later leaves probes that do nothing, and can be attached to again.
    check(program, {{"attach", "attached 2"}, {"forbid code", "forbidden"}, {"forbid memory", "forbidden"}},
          {{"detach", "done"},
           {"enabled", "00"},
           {"fire 1", "saw"},
           {"code", "changed*"},
           {"attach", "attached 2"},
           {"fire 2", "saw first=2/text2 second=3"},
           {"detach", "done"},
           {"fire 3", "saw"}});
}

// Moved, and deleted.
void check_without_its_file(const target_program& program) {
    target running(program.path);
    running.check(traced);
    std::filesystem::rename(program.path, program.path + ".moved");
    running.check(traced);
    running.check({{"attach", "attached 2"}});
    std::filesystem::remove(program.path + ".moved");
    running.check({{"attach", "attached 2"}, {"fire 1", "saw first=1/text1 first=1/text1 second=2 second=2"}});
    running.check({{"detach", "done"}, {"detach", "done"}, {"code", "as in the file"}});
    running.check(traced);
}

} // namespace

TEST_CASE("jumps take no rights, and where code cannot be changed an error says why, and nothing is") {
    SKIP_WITHOUT(support::compiler(), "setpriv", "unshare");
    const target_program program({});
    check_without_rights(program);
    check_where_pages_stay(program);
    check_where_nothing_can_be_changed(program);
    check(program, {{"block", "done"}}, traced);
    // Without rights to write pages a jump takes a breakpoint for a moment.
    check(program, {{"block", "done"}, {"forbid code", "forbidden"}},
          {{"attach", "attach_error: " + program.path + ": thread *"}, {"fire 1", "saw"}, {"code", "as in the file"}});
    check(program, {{"attach", "attached 2"}, {"block", "done"}, {"forbid code", "forbidden"}},
          {{"detach", "done"},
           {"fire 1", "saw"},
           {"unblock", "done"},
           {"attach", "attached 2"},
           {"fire 2", "saw first=2*"},
           {"detach", "done"},
           {"code", "as in the file"}});
    // A tracer outside comes to the ten-byte nop, and puts back what the file has.
    const auto refused =
        "attach_error: " + program.path + ": target:first: a tracer outside of this process has its breakpoint there";
    check(program, {{"attach target:first", "attached 1"}, {"poke cc", "done"}, {"attach", refused}},
          {{"poke 66", "done"},
           {"fire 1", "saw first=1/text1"},
           {"poke cc", "done"},
           {"detach", "done"},
           {"attach", refused},
           {"poke 66", "done"},
           {"fire 2", "saw"},
           {"attach", "attached 2"},
           {"fire 3", "saw first=3/text3 second=4"},
           {"detach", "done"},
           {"code", "as in the file"}});
    check_without_its_file(program); // which is gone then
}

TEST_CASE("breakpoints take no rights, and no thread that blocks their signal, else an error says why") {
    SKIP_WITHOUT(support::compiler(), "setpriv", "unshare");
    const target_program program({"-DUSDTPP_COMPACT"});
    check_without_rights(program);
    check_where_pages_stay(program);
    check_where_nothing_can_be_changed(program);
    check(program, {{"block", "done"}},
          {{"attach", "attach_error: " + program.path + ": thread *"}, {"code", "as in the file"}});
}
