// Breakpoints, for sites that have no room for a jump, and for the moment in which one is written where pages cannot be
// made writable.
#ifndef USDTPP_DETAIL_ATTACH_TRAP_HPP
#define USDTPP_DETAIL_ATTACH_TRAP_HPP

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <memory>
#include <new>
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

// The sites of breakpoints by their addresses, for the signal handler: it finds them while others are added. A table
// that is full goes on in one of twice its size, and stays, for a handler may be in it; all of them together are less
// than twice the last.
class USDTPP_DETAIL_HIDDEN trap_table {
public:
    explicit trap_table(std::size_t size) : entries_(size) {}

    const site* find(std::uint64_t address) const noexcept {
        const auto& entry = entries_[place_of(address)];
        return entry.address == address ? __atomic_load_n(&entry.at, __ATOMIC_ACQUIRE) : nullptr;
    }
    bool has_room() const noexcept {
        return 2 * (used_ + 1) <= entries_.size();
    }
    // There must be room.
    void add(std::uint64_t address, const site& at) noexcept {
        auto& entry = entries_[place_of(address)];
        used_ += entry.address == 0 ? 1 : 0;
        __atomic_store_n(&entry.at, &at, __ATOMIC_RELEASE);
        __atomic_store_n(&entry.address, address, __ATOMIC_RELEASE);
    }
    void add_all(const trap_table& from) noexcept {
        for (const auto& entry : from.entries_) {
            if (entry.address != 0) {
                add(entry.address, *entry.at);
            }
        }
    }
    std::size_t size() const noexcept {
        return entries_.size();
    }

private:
    struct breakpoint_entry {
        std::uint64_t address = 0;
        const site* at = nullptr;
    };
    // Where it is, or would be.
    std::size_t place_of(std::uint64_t address) const noexcept {
        constexpr std::uint64_t golden_ratio = 0x9e3779b97f4a7c15;
        const auto last = entries_.size() - 1; // a power of two, less one
        auto place = static_cast<std::size_t>(address * golden_ratio >> 32) & last;
        while (true) {
            const auto there = __atomic_load_n(&entries_[place].address, __ATOMIC_ACQUIRE);
            if (there == 0 || there == address) {
                return place;
            }
            place = (place + 1) & last;
        }
    }

    std::vector<breakpoint_entry> entries_;
    std::size_t used_ = 0;
};
USDTPP_DETAIL_HIDDEN inline const trap_table* known_traps = nullptr;
USDTPP_DETAIL_HIDDEN inline struct sigaction first_trap_action = {};    // before ours came
USDTPP_DETAIL_HIDDEN inline struct sigaction previous_trap_action = {}; // before it came again, over another's

// A signal that is none of ours goes to whom it went before, as the kernel would have it; but it stays unblocked,
// for that handler may reach a breakpoint.
USDTPP_DETAIL_HIDDEN inline void pass_on_trap(int number, siginfo_t* info, void* context) noexcept {
    thread_slot without;
    auto* own = slot_of_thread();
    auto& slot = own != nullptr ? *own : without;
    const auto* const before_context = slot.passed_context;
    const auto* const before_frame = slot.passed_frame;
    const void* frame = __builtin_frame_address(0);
    // A handler that came over ours may call it again: deeper on the stack, and of the same signal.
    const bool again = before_context == context && frame < before_frame;
    const auto& action = again ? first_trap_action : previous_trap_action;
    const bool plain = (action.sa_flags & SA_SIGINFO) == 0;
    slot.passed_context = context;
    slot.passed_frame = frame;
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
    slot.passed_context = before_context;
    slot.passed_frame = before_frame;
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

USDTPP_DETAIL_HIDDEN inline void fire_at_trap(const site& at, const ucontext_t& thread) noexcept {
    auto from = registers_of(thread);
    from.witness = reinterpret_cast<std::uint64_t>(&from);
    const auto begin = reinterpret_cast<std::uint64_t>(thread.uc_stack.ss_sp);
    const bool is_on_it = from.witness - begin < thread.uc_stack.ss_size;
    fire(at, from, vectors_of(thread), is_on_it ? begin : 0);
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
            fire_at_trap(*at, thread);
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
        continue_at(thread, at->address + sizeof nop + long_nop_size); // the jump is being written
    }
#endif
}

class USDTPP_DETAIL_HIDDEN trap_handler {
public:
    trap_handler() noexcept {
        firing_code.trap_handler = reinterpret_cast<std::uint64_t>(&on_trap);
        firing_code.fibre_start = find_fibre_start();
    }

    // From now on a breakpoint at this address is one of that site. For good: a thread may be on its way to it. Whether
    // there is memory for that.
    bool add(std::uint64_t address, const site& at) {
        constexpr std::size_t first_size = 64;
        auto* last = tables_.empty() ? nullptr : tables_.back().get();
        if (last != nullptr && last->find(address) == &at) {
            return true;
        }
        if (last != nullptr && last->has_room()) {
            last->add(address, at);
            return true;
        }
        try {
            auto next = std::make_unique<trap_table>(last != nullptr ? 2 * last->size() : first_size);
            tables_.push_back(std::move(next));
        } catch (const std::bad_alloc&) {
            return false;
        }
        if (last != nullptr) {
            tables_.back()->add_all(*last);
        }
        tables_.back()->add(address, at);
        __atomic_store_n(&known_traps, tables_.back().get(), __ATOMIC_RELEASE);
        return true;
    }

    // Sees to it that the handler is there. What keeps breakpoints from working, or nothing.
    std::string why_not() {
        struct sigaction now = {};
        const auto forbidden =
            std::string("breakpoints need a handler of ") + breakpoint_signal_name + ", and sigaction is forbidden";
        if (::sigaction(breakpoint_signal, nullptr, &now) != 0) {
            return forbidden;
        }
        if ((now.sa_flags & SA_SIGINFO) == 0 || now.sa_sigaction != on_trap) {
            const auto previous = std::exchange(previous_trap_action, now);
            first_trap_action = installed_ ? first_trap_action : now;
            struct sigaction ours = {};
            ours.sa_sigaction = on_trap;
            ours.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK | SA_RESTART; // handlers may meet other breakpoints
            if (::sigaction(breakpoint_signal, &ours, nullptr) != 0) {
                previous_trap_action = previous;
                return forbidden;
            }
            installed_ = true;
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
    std::vector<std::unique_ptr<trap_table>> tables_; // signal handlers may be in older ones
};

} // namespace usdtpp::detail::attach

#endif
