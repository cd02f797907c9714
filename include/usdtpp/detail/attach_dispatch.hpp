// From a probe that fires to what is attached to it.
#ifndef USDTPP_DETAIL_ATTACH_DISPATCH_HPP
#define USDTPP_DETAIL_ATTACH_DISPATCH_HPP

#include <cerrno>
#include <cstdint>

#include <pthread.h>

#include <usdtpp/detail/attach_machine.hpp>
#include <usdtpp/detail/attach_nesting.hpp>
#include <usdtpp/detail/attach_site.hpp>
#include <usdtpp/detail/attach_threads.hpp>
#include <usdtpp/event.hpp>

namespace usdtpp::detail::attach {

// The thread is at a probe already, so this one is passed over. Whoever detaches what is attached here waits meanwhile,
// as for a thread that is in no handler yet.
USDTPP_DETAIL_FIRING inline void pass_over(const site& at, thread_slot& slot) noexcept {
    const auto* current = slot.current;
    __atomic_store_n(&slot.current, nullptr, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    const auto* attached = __atomic_load_n(&at.attached, __ATOMIC_ACQUIRE);
    for (const auto* const* one = attached != nullptr ? attached->begin : nullptr;
         attached != nullptr && one != attached->end; ++one) {
        if ((*one)->missed != nullptr && __atomic_load_n(&(*one)->is_active, __ATOMIC_RELAXED)) {
            (*one)->missed((*one)->context, slot);
        }
    }
    __atomic_store_n(&slot.current, current, __ATOMIC_RELEASE);
}

// Cancellation of the thread waits until the handler is done: it would unwind through the code between a probe and its
// handler, which ends the program.
class USDTPP_DETAIL_HIDDEN without_cancellation {
public:
    without_cancellation() noexcept {
        ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state_);
    }
    without_cancellation(const without_cancellation&) = delete;
    without_cancellation& operator=(const without_cancellation&) = delete;
    ~without_cancellation() {
        ::pthread_setcancelstate(state_, nullptr);
    }

private:
    int state_ = PTHREAD_CANCEL_ENABLE;
};

// Calls all that is attached and not detached meanwhile. A handler that throws ends the program.
USDTPP_DETAIL_HIDDEN inline void call_all(const site& at, const registers& from, const void* vectors,
                                          thread_slot& slot) noexcept {
    const auto* attached = __atomic_load_n(&at.attached, __ATOMIC_ACQUIRE);
    if (attached == nullptr) {
        return;
    }
    const without_cancellation handled;
    const event fired(at, from, vectors, __atomic_load_n(&slot.thread, __ATOMIC_RELAXED), monotonic_time(slot));
    for (const auto* one : attached->all) {
        // Whoever detaches says so first, then has all threads have a fence, and then looks who is in there.
        __atomic_store_n(&slot.current, one, __ATOMIC_RELAXED);
        __atomic_signal_fence(__ATOMIC_SEQ_CST);
        if (__atomic_load_n(&one->is_active, __ATOMIC_ACQUIRE)) {
            if (one->record != nullptr) {
                one->record(one->context, at, from, vectors, slot);
            } else {
                one->handler(fired);
            }
        }
        __atomic_store_n(&slot.current, nullptr, __ATOMIC_RELEASE);
    }
}

// A firing whose vector registers were saved. `stack`: see thread_slot.
USDTPP_DETAIL_HIDDEN inline void fire(const site& at, const registers& from, const void* vectors,
                                      std::uint64_t stack) noexcept {
    const int saved_errno = errno;
    if (auto* slot = slot_of_thread(); slot != nullptr) {
        const bool is_first = enter(*slot, &from);
        auto* entered = is_first ? slot : go_on(*slot, from);
        if (is_first && is_in_a_handler(*slot)) {
            pass_over(at, *slot);
        } else if (entered != nullptr) {
            __atomic_store_n(&entered->stack, stack, __ATOMIC_RELAXED);
            call_all(at, from, vectors, *entered);
            __atomic_store_n(&entered->stack, 0, __ATOMIC_RELAXED);
        } else {
            pass_over(at, *slot);
        }
        if (entered != nullptr) {
            leave(*entered);
        }
    }
    errno = saved_errno;
}

#if defined(USDTPP_DETAIL_HAS_JUMPS)
#if defined(USDTPP_DETAIL_SANITIZED)
constexpr bool may_leave_vectors = false; // what sanitizers have functions call may use them
#else
constexpr bool may_leave_vectors = true;
#endif

struct firing {
    const site& at;
    const registers& from;
    USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_FIRING void operator()(const void* vectors) const noexcept {
        fire(at, from, vectors, 0);
    }
};

[[gnu::noinline]] USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_FIRING inline void
fire_with_vectors(const site& at, const registers& from, thread_slot* slot) noexcept {
    const bool is_nested = slot != nullptr && (slot->entered & 1U) != 0; // as far as it knows
    const bool may_be_short = is_nested || slot == nullptr;              // of stack, to unwind or to take a slot
    if (may_be_short && stack_left() < stack_to_unwind + at.vectors.size) {
        slot = slot != nullptr ? slot : take_slot_in_place();
        if (slot != nullptr) {
            pass_over(at, *slot);
        }
    } else {
        const firing all = {at, from};
        with_vectors_saved(at.vectors, all);
    }
}

// What stubs lead to.
USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_FIRING inline void dispatch(const site& at, const registers& from) {
    const auto* attached = __atomic_load_n(&at.attached, __ATOMIC_ACQUIRE);
    if (attached == nullptr) {
        return;
    }
    auto* slot = own_slot;
    if (!may_leave_vectors || slot == nullptr || !__atomic_load_n(&at.only_record, __ATOMIC_RELAXED) ||
        !enter(*slot, &from)) {
        fire_with_vectors(at, from, slot);
        return;
    }
    attached = __atomic_load_n(&at.attached, __ATOMIC_ACQUIRE); // now it will not go away
    for (const auto* const* one = attached != nullptr ? attached->begin : nullptr;
         attached != nullptr && one != attached->end; ++one) {
        if ((*one)->record != nullptr) {
            (*one)->record((*one)->context, at, from, nullptr, *slot);
        }
    }
    leave(*slot);
}
#endif

} // namespace usdtpp::detail::attach

#endif
