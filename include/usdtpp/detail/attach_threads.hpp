// Who is at a probe just now: what a thread does on its way through a handler, and how one that detaches waits for
// them.
#ifndef USDTPP_DETAIL_ATTACH_THREADS_HPP
#define USDTPP_DETAIL_ATTACH_THREADS_HPP

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <new>
#include <utility>

#include <fcntl.h>
#include <limits.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <usdtpp/detail/attach_clock.hpp>
#include <usdtpp/detail/attach_machine.hpp>

namespace usdtpp::detail::attach {

struct subscription;

// A thread's own, on cache lines of its own. Threads take one when they first fire, and nobody allocates memory for it
// by malloc, which may have a probe itself. A thread gives it back when it ends; where it could not, the slot is found
// when slots run short.
//
// A thread that fires while it is at a probe is nested in that firing, unless it has left that one (siglongjmp) or that
// one waits on another stack (swapcontext). Then it goes on with another slot, and this one is set aside.
struct alignas(128) thread_slot {
    std::int32_t thread = 0;   // its id; 0: free
    std::uint32_t number = 0;  // of the slot
    std::uint32_t ring = 0;    // the same, or with no_counter beyond all numbers: the thread may not read the counter
    std::uint64_t entered = 0; // odd while the thread is at a probe
    const registers* frame = nullptr;      // of that firing, on its stack; null where nothing can be told by it
    std::uint64_t stack = 0;               // where the alternate stack begins that it is on, or 0
    const subscription* current = nullptr; // whose handler it is in; null while it is in none
    thread_slot* outer = nullptr;          // which was set aside for this one
    bool is_set_aside = false;
    const void* passed_context = nullptr; // what pass_on_trap() is at
    const void* passed_frame = nullptr;
    std::uint64_t own_data = 0;     // an address of the thread's static TLS: of a pthread, above its stack
    std::uint64_t signal_stack = 0; // its alternate stack, as it was when it took the slot
    std::uint64_t signal_stack_end = 0;
};

constexpr std::uint32_t no_counter = 1U << 31;
constexpr unsigned slots_in_chunk = 256;
struct slot_chunk {
    thread_slot slots[slots_in_chunk];
    slot_chunk* next = nullptr;
};

USDTPP_DETAIL_HIDDEN inline slot_chunk first_slots;
// No slot before that number is free, unless one is given back this moment.
USDTPP_DETAIL_HIDDEN inline std::uint32_t first_free_slot = 0;
// initial-exec: what reads it calls nothing, in a shared object either. There is room for some two hundred such
// pointers in the objects that a process loads by dlopen(), so it is the only one.
USDTPP_DETAIL_HIDDEN inline __thread thread_slot* own_slot __attribute__((tls_model("initial-exec"))) = nullptr;

USDTPP_DETAIL_HIDDEN inline std::int32_t thread_id() noexcept {
    return static_cast<std::int32_t>(::syscall(SYS_gettid));
}
USDTPP_DETAIL_HIDDEN inline bool is_alive(std::int32_t thread) noexcept {
    return ::syscall(SYS_tgkill, ::getpid(), thread, 0) == 0 || errno != ESRCH;
}

// Until `use` returns true.
template <class Use>
USDTPP_DETAIL_HIDDEN void for_each_slot(Use use) noexcept {
    unsigned number = 0;
    for (auto* chunk = &first_slots; chunk != nullptr; chunk = __atomic_load_n(&chunk->next, __ATOMIC_ACQUIRE)) {
        for (auto& slot : chunk->slots) {
            if (use(slot, number++)) {
                return;
            }
        }
    }
}

// Ends what its thread, which is gone or has left it, was at.
USDTPP_DETAIL_HIDDEN inline void end_firing(thread_slot& slot) noexcept {
    __atomic_store_n(&slot.frame, nullptr, __ATOMIC_RELAXED);
    __atomic_store_n(&slot.stack, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&slot.current, nullptr, __ATOMIC_RELAXED);
    const auto entered = __atomic_load_n(&slot.entered, __ATOMIC_RELAXED);
    __atomic_store_n(&slot.entered, entered + (entered & 1U), __ATOMIC_RELEASE);
}
USDTPP_DETAIL_HIDDEN inline void give_back(thread_slot& slot) noexcept {
    end_firing(slot);
    slot.outer = nullptr;
    __atomic_store_n(&slot.is_set_aside, false, __ATOMIC_RELAXED);
    auto first = __atomic_load_n(&first_free_slot, __ATOMIC_RELAXED);
    const auto number = slot.number;
    __atomic_store_n(&slot.thread, 0, __ATOMIC_RELEASE);
    while (number < first &&
           !__atomic_compare_exchange_n(&first_free_slot, &first, number, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
}

// Gives back the slots of threads that end. The first 32 keys take no memory in a thread of glibc; where this one came
// later there is none, for pthread_setspecific() would allocate, and may have been called by a probe of malloc.
class USDTPP_DETAIL_HIDDEN slot_key {
public:
    static void make() noexcept {
        auto& own = key();
        if (own < 0) {
            pthread_key_t made = 0;
            const auto end = [](void*) {
                for (auto* slot = std::exchange(own_slot, nullptr); slot != nullptr;) {
                    auto* outer = slot->outer;
                    give_back(*slot);
                    slot = outer;
                }
            };
            if (::pthread_key_create(&made, end) == 0) {
#if defined(__GLIBC__)
                constexpr pthread_key_t without_memory = 32;
#else
                constexpr pthread_key_t without_memory = PTHREAD_KEYS_MAX;
#endif
                if (made < without_memory) {
                    own = static_cast<int>(made);
                } else {
                    ::pthread_key_delete(made);
                }
            }
        }
    }
    static void hold(const thread_slot* slot) noexcept {
        if (key() >= 0) {
            ::pthread_setspecific(static_cast<pthread_key_t>(key()), slot);
        }
    }

private:
    static int& key() noexcept {
        static int own = -1;
        return own;
    }
};

// The alternate stack of the calling thread, and whether it is on it.
USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_FIRING inline void ask_for_signal_stack(stack_t& stack) noexcept {
    stack.ss_sp = nullptr; // one by one: a compiler could call memset for all, which uses vector registers
    stack.ss_flags = 0;
    stack.ss_size = 0;
#if defined(__x86_64__)
    long result = SYS_sigaltstack;
    asm volatile("syscall" : "+a"(result) : "D"(0), "S"(&stack) : "rcx", "r11", "memory");
#else
    ::syscall(SYS_sigaltstack, nullptr, &stack);
#endif
}

// Where the calling thread, whose slot this is, has its stacks.
USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_FIRING inline void note_stacks(thread_slot& slot) noexcept {
    stack_t stack;
    ask_for_signal_stack(stack);
    const bool has_one = (stack.ss_flags & SS_DISABLE) == 0;
    slot.own_data = reinterpret_cast<std::uint64_t>(&own_slot);
    slot.signal_stack = has_one ? reinterpret_cast<std::uint64_t>(stack.ss_sp) : 0;
    slot.signal_stack_end = slot.signal_stack + (has_one ? stack.ss_size : 0);
}

// A free one, from number `first` on; with `of_dead`, those of threads that are gone are free too. Null if there is
// none.
USDTPP_DETAIL_HIDDEN inline thread_slot* find_slot(std::int32_t self, std::uint32_t first, bool of_dead) noexcept {
    thread_slot* taken = nullptr;
    for_each_slot([&](thread_slot& slot, unsigned number) {
        auto owner = number >= first ? __atomic_load_n(&slot.thread, __ATOMIC_RELAXED) : -1;
        const bool free = owner == 0 || (of_dead && owner != self && owner != -1 && !is_alive(owner));
        if (free &&
            __atomic_compare_exchange_n(&slot.thread, &owner, self, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED)) {
            end_firing(slot);
            slot.outer = nullptr;
            __atomic_store_n(&slot.is_set_aside, false, __ATOMIC_RELAXED);
            slot.number = number;
            slot.ring = may_read_counter() ? number : number | no_counter;
            note_stacks(slot);
            taken = &slot;
        }
        return taken != nullptr;
    });
    return taken;
}

// For the calling thread; nothing if memory is short.
[[gnu::noinline]] USDTPP_DETAIL_HIDDEN inline thread_slot* take_slot() noexcept {
    const int saved = errno;
    const auto self = thread_id();
    auto first = __atomic_load_n(&first_free_slot, __ATOMIC_RELAXED);
    auto* taken = find_slot(self, first, false);
    if (taken != nullptr) {
        __atomic_compare_exchange_n(&first_free_slot, &first, taken->number + 1, false, __ATOMIC_RELAXED,
                                    __ATOMIC_RELAXED);
    } else if ((taken = find_slot(self, 0, true)) == nullptr) {
        auto* memory = ::mmap(nullptr, sizeof(slot_chunk), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory != MAP_FAILED) {
            auto* chunk = new (memory) slot_chunk;
            auto** last = &first_slots.next;
            for (slot_chunk* none = nullptr;
                 !__atomic_compare_exchange_n(last, &none, chunk, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
                 none = nullptr) {
                last = &none->next;
            }
            taken = find_slot(self, 0, false);
        }
    }
    own_slot = taken;
    slot_key::hold(taken);
    errno = saved;
    return taken;
}

#if defined(USDTPP_DETAIL_HAS_JUMPS)
// The same where there is no stack for it, nor for vector registers: of the first slots only, and whether the thread
// may read the counter is not asked. Null if there is none.
USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_FIRING inline thread_slot* take_slot_in_place() noexcept {
    long self = SYS_gettid;
    asm volatile("syscall" : "+a"(self) : : "rcx", "r11", "memory");
    for (unsigned number = 0; number != slots_in_chunk; ++number) {
        auto& slot = first_slots.slots[number];
        std::int32_t owner = 0;
        if (__atomic_compare_exchange_n(&slot.thread, &owner, static_cast<std::int32_t>(self), false, __ATOMIC_ACQ_REL,
                                        __ATOMIC_RELAXED)) {
            slot.number = number;
            slot.ring = number | no_counter;
            note_stacks(slot);
            own_slot = &slot;
            return &slot;
        }
    }
    return nullptr;
}
#endif

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
// throws. A signal may come at any moment, and its handler fire: so `frame` is there only while `entered` is odd.
USDTPP_DETAIL_FIRING inline bool enter(thread_slot& slot, const registers* frame) noexcept {
    if ((slot.entered & 1U) != 0) {
        return false;
    }
    __atomic_store_n(&slot.entered, slot.entered + 1, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST); // for the processor, whoever waits has the fence
    __atomic_store_n(&slot.frame, frame, __ATOMIC_RELAXED);
    return true;
}
USDTPP_DETAIL_FIRING inline void leave(thread_slot& slot) noexcept {
    __atomic_store_n(&slot.frame, nullptr, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&slot.entered, slot.entered + 1, __ATOMIC_RELEASE);
}

// What a thread has for a frame that is in no firing, but in code whose probes are to be passed over.
USDTPP_DETAIL_HIDDEN inline const registers no_firing = {};

// All threads of the process have a fence here, and (`code`) fetch their instructions anew. Whether that works.
USDTPP_DETAIL_HIDDEN inline bool fence_all_threads(bool code) noexcept {
    const auto call = [](int command) { return ::syscall(SYS_membarrier, command, 0, 0); };
    const int wanted = code ? MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE : MEMBARRIER_CMD_PRIVATE_EXPEDITED;
    const int first =
        code ? MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE : MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED;
    return call(wanted) == 0 || (errno == EPERM && call(first) == 0 && call(wanted) == 0);
}

// Whether the frame of a firing is still on its stack, as far as that can be seen: it has words whose values are known.
// Memory that is not there any more is asked for by the kernel, which says so.
USDTPP_DETAIL_HIDDEN inline bool is_intact(const registers* frame) noexcept {
    if (frame == &no_firing) {
        return true;
    }
    registers saved = {};
    auto* address = const_cast<registers*>(frame);
    const iovec to = {&saved, sizeof saved};
    const iovec from = {address, sizeof saved};
    const auto count = ::syscall(SYS_process_vm_readv, ::getpid(), &to, 1L, &from, 1L, 0L);
    if (count != static_cast<long>(sizeof saved)) {
        return !(count >= 0 || errno == EFAULT); // where the call is forbidden nothing is known
    }
    return saved.witness == reinterpret_cast<std::uint64_t>(frame) || is_of_a_jump(saved, frame);
}

// Whether the firing that a thread is at, by its slot, has been left for sure, by a jump of the C library to a frame
// further up: then its own frame is gone as soon as something else is written there.
USDTPP_DETAIL_HIDDEN inline bool was_left(const thread_slot& slot) noexcept {
    const int saved = errno;
    const auto* frame = __atomic_load_n(&slot.frame, __ATOMIC_RELAXED);
    const bool left = frame != nullptr && !is_intact(frame) && __atomic_load_n(&slot.frame, __ATOMIC_RELAXED) == frame;
    errno = saved;
    return left;
}

// Whether a thread that has its stack pointer there has left the firing that it is at, by its slot, unless a handler
// has switched to another stack: it is further up on that one's stack, or that one was on its alternate stack, or on
// one of less depth. A signal that has interrupted the firing is no way to leave it: its handler may be on the
// alternate stack, wherever that is.
USDTPP_DETAIL_HIDDEN inline bool is_elsewhere(const thread_slot& slot, std::uint64_t pointer) noexcept {
    const auto frame = reinterpret_cast<std::uint64_t>(__atomic_load_n(&slot.frame, __ATOMIC_RELAXED));
    const auto is_for_signals = [&](std::uint64_t at) { return at >= slot.signal_stack && at < slot.signal_stack_end; };
    if (is_for_signals(frame) != is_for_signals(pointer)) {
        return is_for_signals(frame);
    }
    const bool is_on_another = frame < slot.own_data && pointer > slot.own_data;
    return (pointer > frame && !is_on_another) || pointer < __atomic_load_n(&slot.stack, __ATOMIC_RELAXED);
}

// Whether a thread that waits in the kernel has left the firing that it is at, by its slot.
USDTPP_DETAIL_HIDDEN inline bool waits_elsewhere(const thread_slot& slot) noexcept {
    const int saved = errno;
    char path[64];
    std::snprintf(path, sizeof path, "/proc/self/task/%d/syscall", __atomic_load_n(&slot.thread, __ATOMIC_RELAXED));
    char line[256] = {};
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    const auto size = file >= 0 ? ::read(file, line, sizeof line - 1) : 0;
    if (file >= 0) {
        ::close(file);
    }
    errno = saved;
    // "202 0x7ffd4c0 0x80 0x0 0x0 0x0 0x0 0x7ffd4a8 0x7f30c1d2", the last but one; of a thread that runs, "running".
    unsigned long long pointer = 0;
    const bool waits = size > 0 && (std::sscanf(line, "%*d %*x %*x %*x %*x %*x %*x %llx", &pointer) == 1 ||
                                    std::sscanf(line, "-1 %llx", &pointer) == 1);
    return waits && is_elsewhere(slot, pointer);
}

// Until no other thread is in the handler of `what`, which must be out of reach already, or on the way to it. A firing
// that was set aside is not waited for: it may be over.
USDTPP_DETAIL_HIDDEN inline void wait_for_threads(const subscription* what) noexcept {
    fence_all_threads(false);
    for_each_slot([what](thread_slot& slot, unsigned) {
        const auto seen = __atomic_load_n(&slot.entered, __ATOMIC_ACQUIRE);
        const auto is_there = [&] {
            const auto* current = __atomic_load_n(&slot.current, __ATOMIC_ACQUIRE);
            return __atomic_load_n(&slot.entered, __ATOMIC_ACQUIRE) == seen &&
                   (current == nullptr || current == what) && !__atomic_load_n(&slot.is_set_aside, __ATOMIC_RELAXED);
        };
        constexpr unsigned patience = 1024;
        for (unsigned turns = 1; (seen & 1U) != 0 && &slot != own_slot && is_there(); ++turns) {
            if (turns % patience == 0 && (!is_alive(__atomic_load_n(&slot.thread, __ATOMIC_RELAXED)) ||
                                          was_left(slot) || waits_elsewhere(slot))) {
                break; // it ended in a handler, or jumped out of it
            }
            turns < patience ? static_cast<void>(::sched_yield()) : static_cast<void>(::usleep(10));
        }
        return false;
    });
}

// The child of a fork has one thread, with another id.
USDTPP_DETAIL_HIDDEN inline void keep_slot_in_child() noexcept {
    const auto is_own = [](const thread_slot* wanted) {
        const auto* own = own_slot;
        while (own != nullptr && own != wanted) {
            own = own->outer;
        }
        return own != nullptr;
    };
    const auto self = thread_id();
    for_each_slot([&](thread_slot& slot, unsigned) {
        if (is_own(&slot)) {
            slot.thread = self;
        } else if (slot.thread != 0) {
            give_back(slot);
        }
        return false;
    });
}

} // namespace usdtpp::detail::attach

#endif
