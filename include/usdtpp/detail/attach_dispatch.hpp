// From a probe that fires to what is attached to it.
#ifndef USDTPP_DETAIL_ATTACH_DISPATCH_HPP
#define USDTPP_DETAIL_ATTACH_DISPATCH_HPP

#include <cerrno>
#include <cstdint>

#include <usdtpp/detail/attach_machine.hpp>
#include <usdtpp/detail/attach_site.hpp>
#include <usdtpp/detail/attach_threads.hpp>
#include <usdtpp/event.hpp>

namespace usdtpp::detail::attach {

// The thread is at a probe already, so this one is passed over. Whoever detaches waits for it to leave that other one:
// what is attached here does not go away.
USDTPP_DETAIL_FIRING inline void pass_over(const site& at, thread_slot& slot) noexcept {
    const auto* attached = __atomic_load_n(&at.attached, __ATOMIC_ACQUIRE);
    for (const auto* const* one = attached != nullptr ? attached->begin : nullptr;
         attached != nullptr && one != attached->end; ++one) {
        if ((*one)->missed != nullptr) {
            (*one)->missed((*one)->context, slot);
        }
    }
}

// Calls all that is attached; vector registers were saved. A handler that throws ends the program.
USDTPP_DETAIL_HIDDEN inline void fire(const site& at, const registers& from, const void* vectors) noexcept {
    const int saved_errno = errno;
    auto* slot = slot_of_thread();
    if (slot != nullptr && !enter(*slot)) {
        pass_over(at, *slot);
    } else if (slot != nullptr) {
        if (const auto* attached = __atomic_load_n(&at.attached, __ATOMIC_ACQUIRE)) {
            const event fired(at, from, vectors, __atomic_load_n(&slot->thread, __ATOMIC_RELAXED),
                              monotonic_time(*slot));
            for (const auto* one : attached->all) {
                if (one->record != nullptr) {
                    one->record(one->context, at, from, vectors, *slot);
                } else {
                    one->handler(fired);
                }
            }
        }
        leave(*slot);
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
        fire(at, from, vectors);
    }
};

// What stubs lead to.
USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_FIRING inline void dispatch(const site& at, const registers& from) {
    const auto* attached = __atomic_load_n(&at.attached, __ATOMIC_ACQUIRE);
    if (attached == nullptr) {
        return;
    }
    auto* slot = own_slot;
    if (!may_leave_vectors || slot == nullptr || !__atomic_load_n(&at.only_record, __ATOMIC_RELAXED)) {
        const firing all = {at, from};
        with_vectors_saved(at.vectors, all);
    } else if (enter(*slot)) {
        attached = __atomic_load_n(&at.attached, __ATOMIC_ACQUIRE); // now it will not go away
        for (const auto* const* one = attached != nullptr ? attached->begin : nullptr;
             attached != nullptr && one != attached->end; ++one) {
            if ((*one)->record != nullptr) {
                (*one)->record((*one)->context, at, from, nullptr, *slot);
            }
        }
        leave(*slot);
    } else {
        pass_over(at, *slot);
    }
}
#endif

} // namespace usdtpp::detail::attach

#endif
