// A thread fires while it is at a probe already, by its slot: is that nested in the other firing, or has that one been
// left?
#ifndef USDTPP_DETAIL_ATTACH_NESTING_HPP
#define USDTPP_DETAIL_ATTACH_NESTING_HPP

#include <csignal>
#include <cstdint>

#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

#include <usdtpp/detail/attach_machine.hpp>
#include <usdtpp/detail/attach_threads.hpp>

namespace usdtpp::detail::attach {

// Where a firing can be told by in a chain of calls: the code that jumps lead to, and the handler of breakpoints'
// signals. Set before the first one is written.
struct code_of_firings {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::uint64_t trap_handler = 0;
    std::uint64_t fibre_start = 0; // where the first function of a fibre returns to
};
USDTPP_DETAIL_HIDDEN inline code_of_firings firing_code = {};

// The C library's, of fibres that makecontext() makes. It has no unwind information, so chains of calls end there.
USDTPP_DETAIL_HIDDEN inline std::uint64_t find_fibre_start() noexcept {
#if defined(__GLIBC__) && (defined(__x86_64__) || defined(__aarch64__))
    ucontext_t fibre;
    alignas(16) unsigned char stack[1024];
    if (::getcontext(&fibre) == 0) {
        fibre.uc_stack.ss_sp = stack;
        fibre.uc_stack.ss_size = sizeof stack;
        fibre.uc_link = nullptr;
        ::makecontext(
            &fibre, [] {}, 0);
#if defined(__x86_64__)
        return *reinterpret_cast<const std::uint64_t*>(fibre.uc_mcontext.gregs[REG_RSP]);
#else
        return fibre.uc_mcontext.regs[30];
#endif
    }
#endif
    return 0;
}

// How much of the stack is left to what unwinds, at least, for it to be tried.
constexpr std::uint64_t stack_to_unwind = 3072;

// What is left of the alternate stack, where the thread is on one: those of signal handlers are small.
USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_FIRING inline std::uint64_t stack_left() noexcept {
    stack_t stack;
    ask_for_signal_stack(stack);
    const auto here = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
    return (stack.ss_flags & SS_ONSTACK) != 0 ? here - reinterpret_cast<std::uint64_t>(stack.ss_sp) : ~std::uint64_t{0};
}

enum class nesting { in_a_firing, in_none, unknown };

// Whether a firing of this engine is among the calls that led to this one, which is in a firing itself. Unwinds, so it
// takes microseconds, and may be called only with vector registers saved. Unknown where something in between has no
// unwind information.
[[gnu::noinline]] USDTPP_DETAIL_HIDDEN inline nesting find_nesting() noexcept {
    struct search {
        unsigned firings = 0;
        unsigned frames = 0;
        std::uint64_t last = 1; // the last frame of a thread or fibre returns to nowhere
    } found;
    ::_Unwind_Backtrace(
        [](_Unwind_Context* frame, void* into) {
            constexpr unsigned most_frames = 4096;
            auto& all = *static_cast<search*>(into);
            const std::uint64_t at = ::_Unwind_GetIP(frame);
            const bool is_jump = at > firing_code.begin && at < firing_code.end;
            const bool is_trap = at != 0 && ::_Unwind_GetRegionStart(frame) == firing_code.trap_handler;
            all.firings += is_jump || is_trap ? 1U : 0U;
            all.last = at;
            return all.firings == 2 || ++all.frames == most_frames ? _URC_NORMAL_STOP : _URC_NO_REASON;
        },
        &found);
    const bool is_whole = found.last == 0 || found.last == firing_code.fibre_start;
    return found.firings == 2               ? nesting::in_a_firing
           : found.firings == 1 && is_whole ? nesting::in_none
                                            : nesting::unknown;
}

// The firing that `slot` is at would have its frame where this one has its own: so that is over.
USDTPP_DETAIL_HIDDEN inline bool is_overwritten(const thread_slot& slot, const registers* frame) noexcept {
    const auto other = reinterpret_cast<std::uint64_t>(__atomic_load_n(&slot.frame, __ATOMIC_RELAXED));
    const auto begin = reinterpret_cast<std::uint64_t>(__builtin_frame_address(0));
    const auto end = reinterpret_cast<std::uint64_t>(frame + 1);
    return other + sizeof(registers) > begin && other < end;
}

// For a firing that has its frame there, of a thread whose slot is at another one: the slot to go on with, entered;
// null if this is nested in that one. That it has left the other one, or that it waits on another stack, looks the same
// from here, so the slot that is at it is set aside, and is free again when that is over. No record is torn: each slot
// has records of its own.
[[gnu::noinline]] USDTPP_DETAIL_HIDDEN inline thread_slot* go_on(thread_slot& slot, const registers& frame) noexcept {
    constexpr unsigned most_set_aside = 64; // of a thread
    if (is_overwritten(slot, &frame) || was_left(slot)) {
        end_firing(slot);
        return enter(slot, &frame) ? &slot : nullptr;
    }
    if (__atomic_load_n(&slot.frame, __ATOMIC_RELAXED) == &no_firing || stack_left() < stack_to_unwind ||
        find_nesting() != nesting::in_none) {
        return nullptr;
    }
    unsigned set_aside = 1;
    for (auto** outer = &slot.outer; *outer != nullptr;) {
        auto* one = *outer;
        if ((__atomic_load_n(&one->entered, __ATOMIC_RELAXED) & 1U) == 0 || is_overwritten(*one, &frame) ||
            was_left(*one)) {
            *outer = one->outer;
            give_back(*one);
        } else {
            outer = &one->outer;
            ++set_aside;
        }
    }
    if (set_aside > most_set_aside) {
        return nullptr;
    }
    __atomic_store_n(&slot.is_set_aside, true, __ATOMIC_RELAXED);
    auto* next = take_slot();
    if (next == nullptr) {
        __atomic_store_n(&slot.is_set_aside, false, __ATOMIC_RELAXED);
        own_slot = &slot;
        return nullptr;
    }
    next->outer = &slot;
    return enter(*next, &frame) ? next : nullptr;
}

// Whether a thread that is at no probe by its slot, but has others set aside, is in a handler all the same: one that
// has switched stacks, and back.
USDTPP_DETAIL_HIDDEN inline bool is_in_a_handler(const thread_slot& slot) noexcept {
    for (const auto* outer = slot.outer; outer != nullptr; outer = outer->outer) {
        if ((__atomic_load_n(&outer->entered, __ATOMIC_RELAXED) & 1U) != 0 && !was_left(*outer)) {
            return find_nesting() != nesting::in_none;
        }
    }
    return false;
}

} // namespace usdtpp::detail::attach

#endif
