// Attaching where rights are missing, or something is forbidden.
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

// Each with a jump, and with breakpoints.
const std::vector<support::flags> both_kinds = {{}, {"-DUSDTPP_COMPACT"}};

} // namespace

TEST_CASE("attaching takes no rights, and no /proc/self/mem that can be written") {
    SKIP_WITHOUT(support::compiler(), "setpriv", "unshare");
    for (const auto& flags : both_kinds) {
        INFO(support::joined(flags));
        const target_program program(flags);
        check(program, traced);
        SKIP_UNLESS(::geteuid() == 0, "only root can give up more rights");
        ::chmod(program.directory.path().c_str(), 0755);
        check(program, traced, {},
              {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--bounding-set=-all",
               "--no-new-privs"});
        check(program, traced, {},
              {"unshare", "--mount", "sh", "-c",
               "mount -o remount,ro,bind /proc && ! test -w /proc/self/mem && exec $0"});
    }
}

TEST_CASE("where pages of code cannot be made writable, /proc/self/mem will do") {
    SKIP_WITHOUT(support::compiler());
    for (const auto& flags : both_kinds) {
        INFO(support::joined(flags));
        const target_program program(flags);
        check(program, forbid({"code"}), traced);
        check(program, forbid({"exec"}), traced);        // systemd's MemoryDenyWriteExecute
        check(program, forbid({"exec", "map"}), traced); // no memory for jumps' code: breakpoints
        const conversation late = {{"attach", "attached 2"}, {"forbid code", "forbidden"},
                                   {"fire 1", "saw*"},       {"detach", "done"},
                                   {"fire 2", "saw"},        {"code", "as in the file"}};
        check(program, late);
        for (const std::string what : {"mdwe", "seal"}) {
            target running(program.path);
            if (running.ask("forbid " + what) == "forbidden") {
                running.check(traced);
            }
        }
    }
}

TEST_CASE("where code cannot be changed, an error names the object and each reason, and nothing is changed") {
    SKIP_WITHOUT(support::compiler());
    for (const auto& flags : both_kinds) {
        INFO(support::joined(flags));
        const target_program program(flags);
        const auto error =
            "attach_error: " + program.path +
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
}

TEST_CASE("breakpoints are not for programs with a thread that blocks their signal; an error names it, and jumps work") {
    SKIP_WITHOUT(support::compiler());
    const target_program room({});
    check(room, {{"block", "done"}}, traced);
    // Without rights to write pages a jump takes a breakpoint for a moment.
    check(room, {{"block", "done"}, {"forbid code", "forbidden"}},
          {{"attach", "attach_error: " + room.path + ": thread *"}, {"fire 1", "saw"}, {"code", "as in the file"}});
    check(room, {{"attach", "attached 2"}, {"block", "done"}, {"forbid code", "forbidden"}},
          {{"detach", "done"},
           {"fire 1", "saw"},
           {"unblock", "done"},
           {"attach", "attached 2"},
           {"fire 2", "saw first=2*"},
           {"detach", "done"},
           {"code", "as in the file"}});
    const target_program compact({"-DUSDTPP_COMPACT"});
    check(compact, {{"block", "done"}},
          {{"attach", "attach_error: " + compact.path + ": thread *"}, {"code", "as in the file"}, {"unblock", "done"}},
          {});
}
