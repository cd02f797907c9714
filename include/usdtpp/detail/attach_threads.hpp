// Who is at a probe just now: what a thread does on its way through a handler, and how one that detaches waits for
// them.
#ifndef USDTPP_DETAIL_ATTACH_THREADS_HPP
#define USDTPP_DETAIL_ATTACH_THREADS_HPP

#include <atomic>
#include <cerrno>
#include <cstdint>
#include <new>

#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <usdtpp/detail/attach_clock.hpp>
#include <usdtpp/detail/attach_machine.hpp>

namespace usdtpp::detail::attach {

// A thread's own, on cache lines of its own. Threads take one when they first fire, and nobody allocates memory for it
// by malloc, which may have a probe itself. Those of threads that ended are found when slots run short.
struct alignas(128) thread_slot {
    std::int32_t thread = 0;   // its id; 0: free
    std::uint32_t number = 0;  // of the slot
    std::uint32_t ring = 0;    // the same, or with no_counter beyond all numbers: the thread may not read the counter
    std::uint64_t entered = 0; // odd while the thread is at a probe
    std::uint64_t skipped = 0; // probes that it met meanwhile: in a handler, or in a signal handler above one
};

constexpr std::uint32_t no_counter = 1U << 31;
constexpr unsigned slots_in_chunk = 256;
struct slot_chunk {
    thread_slot slots[slots_in_chunk];
    slot_chunk* next = nullptr;
};

USDTPP_DETAIL_HIDDEN inline slot_chunk first_slots;
// initial-exec: what reads it calls nothing, in a shared object either.
USDTPP_DETAIL_HIDDEN inline __thread thread_slot* own_slot __attribute__((tls_model("initial-exec"))) = nullptr;

USDTPP_DETAIL_HIDDEN inline std::int32_t thread_id() noexcept {
    return static_cast<std::int32_t>(::syscall(SYS_gettid));
}
USDTPP_DETAIL_HIDDEN inline bool is_alive(std::int32_t thread) noexcept {
    return ::syscall(SYS_tgkill, ::getpid(), thread, 0) == 0 || errno != ESRCH;
}

template <class Do>
USDTPP_DETAIL_HIDDEN void for_each_slot(Do what) noexcept {
    unsigned number = 0;
    for (auto* chunk = &first_slots; chunk != nullptr; chunk = __atomic_load_n(&chunk->next, __ATOMIC_ACQUIRE)) {
        for (auto& slot : chunk->slots) {
            what(slot, number++);
        }
    }
}

// For the calling thread; nothing if memory is short.
[[gnu::noinline]] USDTPP_DETAIL_HIDDEN inline thread_slot* take_slot() noexcept {
    const int saved = errno;
    const auto self = thread_id();
    thread_slot* taken = nullptr;
    for (int attempt = 0; taken == nullptr && attempt != 3; ++attempt) {
        for_each_slot([&](thread_slot& slot, unsigned number) {
            auto owner = __atomic_load_n(&slot.thread, __ATOMIC_RELAXED);
            const bool free = owner == 0 || (attempt == 1 && !is_alive(owner));
            if (taken == nullptr && free &&
                __atomic_compare_exchange_n(&slot.thread, &owner, self, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
                __atomic_store_n(&slot.entered, slot.entered + (slot.entered & 1), __ATOMIC_RELEASE);
                slot.number = number;
                slot.ring = may_read_counter() ? number : number | no_counter;
                taken = &slot;
            }
        });
        if (taken == nullptr && attempt == 1) {
            auto* memory =
                ::mmap(nullptr, sizeof(slot_chunk), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            if (memory != MAP_FAILED) {
                auto* chunk = new (memory) slot_chunk;
                auto** last = &first_slots.next;
                for (slot_chunk* none = nullptr;
                     !__atomic_compare_exchange_n(last, &none, chunk, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
                     none = nullptr) {
                    last = &none->next;
                }
            }
        }
    }
    own_slot = taken;
    errno = saved;
    return taken;
}

// The calling thread may have been forbidden to read the counter, or been allowed to, since it took its slot.
USDTPP_DETAIL_HIDDEN inline void ask_for_counter_again() noexcept {
    if (own_slot != nullptr) {
        own_slot->ring = may_read_counter() ? own_slot->number : own_slot->number | no_counter;
    }
}
// In nanoseconds of CLOCK_MONOTONIC, for the thread that has the slot.
USDTPP_DETAIL_HIDDEN inline std::uint64_t monotonic_time(const thread_slot& slot) noexcept {
    return monotonic_time((slot.ring & no_counter) == 0);
}

// That of the calling thread, with this engine.
using slot_function = thread_slot* (*)() noexcept;
USDTPP_DETAIL_HIDDEN inline thread_slot* slot_of_thread() noexcept {
    return own_slot != nullptr ? own_slot : take_slot();
}

// Whether the calling thread may call handlers: not while it is in one. Then come leave(), and nothing in between that
// throws.
USDTPP_DETAIL_FIRING inline bool enter(thread_slot& slot) noexcept {
    if ((slot.entered & 1U) != 0) {
        ++slot.skipped;
        return false;
    }
    __atomic_store_n(&slot.entered, slot.entered + 1, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST); // for the processor, whoever waits has the fence
    return true;
}
USDTPP_DETAIL_FIRING inline void leave(thread_slot& slot) noexcept {
    __atomic_store_n(&slot.entered, slot.entered + 1, __ATOMIC_RELEASE);
}

// All threads of the process have a fence here, and (`code`) fetch their instructions anew. Whether that works.
USDTPP_DETAIL_HIDDEN inline bool fence_all_threads(bool code) noexcept {
    const auto call = [](int command) { return ::syscall(SYS_membarrier, command, 0, 0); };
    const int wanted = code ? MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE : MEMBARRIER_CMD_PRIVATE_EXPEDITED;
    const int first =
        code ? MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE : MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED;
    return call(wanted) == 0 || (errno == EPERM && call(first) == 0 && call(wanted) == 0);
}

// Until each thread that was at a probe has left it, but for the calling one. What they came for must be out of reach
// already.
USDTPP_DETAIL_HIDDEN inline void wait_for_threads() noexcept {
    fence_all_threads(false);
    for_each_slot([](thread_slot& slot, unsigned) {
        const auto seen = __atomic_load_n(&slot.entered, __ATOMIC_ACQUIRE);
        if ((seen & 1U) == 0 || &slot == own_slot) {
            return;
        }
        for (unsigned turns = 1; __atomic_load_n(&slot.entered, __ATOMIC_ACQUIRE) == seen; ++turns) {
            if (turns % 1024 == 0 && !is_alive(__atomic_load_n(&slot.thread, __ATOMIC_RELAXED))) {
                return; // it ended in a handler
            }
            ::sched_yield();
        }
    });
}

// The child of a fork has one thread, with another id.
USDTPP_DETAIL_HIDDEN inline void keep_slot_in_child() noexcept {
    for_each_slot([](thread_slot& slot, unsigned) {
        if (&slot != own_slot) {
            slot.thread = 0;
            slot.entered += slot.entered & 1U;
        } else {
            slot.thread = thread_id();
        }
    });
}

} // namespace usdtpp::detail::attach

#endif
