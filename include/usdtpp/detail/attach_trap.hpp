// Breakpoints, for sites that have no room for a jump, and for the moment in which one is written where pages cannot be
// made writable.
#ifndef USDTPP_DETAIL_ATTACH_TRAP_HPP
#define USDTPP_DETAIL_ATTACH_TRAP_HPP

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <dirent.h>
#include <ucontext.h>
#include <unistd.h>

#include <usdtpp/detail/attach_code.hpp>
#include <usdtpp/detail/attach_dispatch.hpp>
#include <usdtpp/detail/attach_site.hpp>
#include <usdtpp/detail/reader_process.hpp>

namespace usdtpp::detail::attach {

// What the signal handler reads: breakpoints in the order of their addresses. It never changes: another takes its
// place.
struct trap_table {
    std::vector<std::pair<std::uint64_t, const site*>> all;
    const site* find(std::uint64_t address) const noexcept {
        const auto found = std::lower_bound(all.begin(), all.end(), address,
                                            [](const auto& one, auto what) { return one.first < what; });
        return found != all.end() && found->first == address ? found->second : nullptr;
    }
};
USDTPP_DETAIL_HIDDEN inline const trap_table* known_traps = nullptr;
USDTPP_DETAIL_HIDDEN inline struct sigaction first_trap_action = {};    // before ours came
USDTPP_DETAIL_HIDDEN inline struct sigaction previous_trap_action = {}; // before it came again, over another's

// What pass_on_trap() is at in this thread.
struct passing {
    const void* context;
    const void* frame;
};
USDTPP_DETAIL_HIDDEN inline __thread passing passed_on __attribute__((tls_model("initial-exec"))) = {};

// A signal that is none of ours goes to whom it went before, as the kernel would have it; but it stays unblocked,
// for that handler may reach a breakpoint.
USDTPP_DETAIL_HIDDEN inline void pass_on_trap(int number, siginfo_t* info, void* context) noexcept {
    const auto before = passed_on;
    const void* frame = __builtin_frame_address(0);
    // A handler that came over ours may call it again: deeper on the stack, and of the same signal.
    const bool again = before.context == context && frame < before.frame;
    const auto& action = again ? first_trap_action : previous_trap_action;
    const bool plain = (action.sa_flags & SA_SIGINFO) == 0;
    passed_on = {context, frame};
    sigset_t blocked;
    blocked = action.sa_mask;
    ::sigdelset(&blocked, breakpoint_signal);
    if (plain && (action.sa_handler == SIG_DFL || (action.sa_handler == SIG_IGN && info->si_code > 0))) {
        struct sigaction none = {};
        ::sigaction(number, &none, nullptr);
        std::raise(number); // NOLINT(cert-err33-c)
    } else if (!plain || action.sa_handler != SIG_IGN) {
        const auto call = action;
        if ((action.sa_flags & static_cast<int>(SA_RESETHAND)) != 0) {
            (again ? first_trap_action : previous_trap_action) = {};
        }
        sigset_t was;
        ::pthread_sigmask(SIG_BLOCK, &blocked, &was);
        if (plain) {
            call.sa_handler(number);
        } else {
            call.sa_sigaction(number, info, context);
        }
        ::pthread_sigmask(SIG_SETMASK, &was, nullptr);
    }
    passed_on = before;
}

enum class breakpoint_of { ours, another_engine, nobody };

// Whose breakpoint it is that a thread met at a site where we had one some time. Nobody's: it is gone, or comes and
// goes.
USDTPP_DETAIL_HIDDEN USDTPP_DETAIL_UNSANITIZED inline breakpoint_of whose_breakpoint(const site& at) noexcept {
    const auto before = __atomic_load_n(&at.breakpoints, __ATOMIC_ACQUIRE);
    const bool is_there = is_at(breakpoint, at.address);
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
    if (!is_there || before != __atomic_load_n(&at.breakpoints, __ATOMIC_RELAXED)) {
        return breakpoint_of::nobody;
    }
    return before % 2 != 0 ? breakpoint_of::ours : breakpoint_of::another_engine;
}

USDTPP_DETAIL_HIDDEN inline void on_trap(int number, siginfo_t* info, void* context) noexcept {
    auto& thread = *static_cast<ucontext_t*>(context);
    const auto address = trap_address(thread);
    const auto* known = __atomic_load_n(&known_traps, __ATOMIC_ACQUIRE);
    const auto* at = info->si_code > 0 && known != nullptr ? known->find(address) : nullptr;
    if (at == nullptr) {
        pass_on_trap(number, info, context);
    } else if (address == at->address) {
        switch (whose_breakpoint(*at)) {
        case breakpoint_of::ours:
            continue_at(thread, address + sizeof nop);
            fire(*at, registers_of(thread), vectors_of(thread));
            break;
        case breakpoint_of::another_engine:
            pass_on_trap(number, info, context);
            break;
        case breakpoint_of::nobody:
            break; // the thread goes to what is there now
        }
    }
#if defined(USDTPP_DETAIL_HAS_JUMPS)
    else {
        continue_at(thread, at->address + sizeof nop + sizeof room); // the jump is being written
    }
#endif
}

class USDTPP_DETAIL_HIDDEN trap_handler {
public:
    // From now on a breakpoint at this address is one of that site. For good: a thread may be on its way to it.
    void add(std::uint64_t address, const site& at) {
        if (knows(address, at)) {
            return;
        }
        auto next = std::make_unique<trap_table>();
        next->all = tables_.empty() ? next->all : tables_.back()->all;
        const auto place = std::lower_bound(next->all.begin(), next->all.end(), address,
                                            [](const auto& one, auto what) { return one.first < what; });
        if (place != next->all.end() && place->first == address) {
            place->second = &at; // another object is there now
        } else {
            next->all.insert(place, {address, &at});
        }
        __atomic_store_n(&known_traps, next.get(), __ATOMIC_RELEASE);
        tables_.push_back(std::move(next));
    }

    bool knows(std::uint64_t address, const site& at) const noexcept {
        return !tables_.empty() && tables_.back()->find(address) == &at;
    }

    // Sees to it that the handler is there. What keeps breakpoints from working, or nothing.
    std::string why_not() {
        struct sigaction now = {};
        ::sigaction(breakpoint_signal, nullptr, &now);
        if ((now.sa_flags & SA_SIGINFO) == 0 || now.sa_sigaction != on_trap) {
            previous_trap_action = now;
            first_trap_action = std::exchange(installed_, true) ? first_trap_action : now;
            struct sigaction ours = {};
            ours.sa_sigaction = on_trap;
            ours.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK | SA_RESTART; // handlers may meet other breakpoints
            ::sigaction(breakpoint_signal, &ours, nullptr);
        }
        const auto blocking = blocking_thread();
        return blocking.empty() ? ""
                                : "thread " + blocking + " blocks " + breakpoint_signal_name +
                                      ", and a breakpoint would end the program";
    }

private:
    // The first thread that does, by its id.
    static std::string blocking_thread() {
        std::string found;
#if defined(USDTPP_DETAIL_THREAD_SANITIZED)
        int excused = 1; // the sanitizer's own
#else
        int excused = 0;
#endif
        if (auto* tasks = ::opendir("/proc/self/task")) {
            while (const auto* task = ::readdir(tasks)) {
                const std::string thread = task->d_name;
                if (found.empty() && thread.front() != '.' && blocks_trap("/proc/self/task/" + thread + "/status") &&
                    excused-- == 0) {
                    found = thread;
                }
            }
            ::closedir(tasks);
        }
        return found;
    }
    static bool blocks_trap(const std::string& status) {
        try {
            const auto text = reader::read_all(status);
            const auto line = text.find("\nSigBlk:");
            const auto mask = line != text.npos ? std::stoull(text.substr(line + 8), nullptr, 16) : 0;
            return (mask >> (breakpoint_signal - 1) & 1) != 0;
        } catch (const note_error&) {
            return false; // it ended meanwhile
        }
    }

    bool installed_ = false;
    std::vector<std::unique_ptr<const trap_table>> tables_; // signal handlers may be in older ones
};

} // namespace usdtpp::detail::attach

#endif
