// The lock of an engine. Who has it waits for no other thread but for one that has the lock of alone_in_process().
#ifndef USDTPP_DETAIL_ATTACH_LOCK_HPP
#define USDTPP_DETAIL_ATTACH_LOCK_HPP

#include <cstdint>
#include <mutex>
#include <new>

#include <pthread.h>

#include <usdtpp/detail/attach_threads.hpp>

namespace usdtpp::detail::attach {

class USDTPP_DETAIL_HIDDEN engine_lock {
public:
    engine_lock() {
        mutex().lock();
        __atomic_store_n(&owner(), thread_id(), __ATOMIC_RELAXED);
    }
    engine_lock(const engine_lock&) = delete;
    engine_lock& operator=(const engine_lock&) = delete;
    ~engine_lock() {
        __atomic_store_n(&owner(), 0, __ATOMIC_RELAXED);
        mutex().unlock();
    }

    // The child of a fork must not get code or lists that are half changed, nor a lock that nobody will release; but
    // this thread may be changing them, and be in a signal handler or at a probe of malloc.
    static void keep_in_forks() {
        ::pthread_atfork(
            [] {
                if (!is_own()) {
                    mutex().lock();
                }
            },
            [] {
                if (!is_own()) {
                    mutex().unlock();
                }
            },
            [] {
                const bool was_own = __atomic_load_n(&owner(), __ATOMIC_RELAXED) != 0; // others have waited for
                keep_slot_in_child();
                new (&mutex()) std::mutex;
                if (was_own) {
                    mutex().lock();
                    __atomic_store_n(&owner(), thread_id(), __ATOMIC_RELAXED);
                }
            });
    }

private:
    static bool is_own() noexcept {
        return __atomic_load_n(&owner(), __ATOMIC_RELAXED) == thread_id();
    }
    // The id of the thread that has it, or 0. Not thread-local: see own_slot.
    static std::int32_t& owner() noexcept {
        static std::int32_t thread = 0;
        return thread;
    }
    static std::mutex& mutex() {
        static auto* one = new std::mutex; // threads may need it until the process is gone
        return *one;
    }
};

} // namespace usdtpp::detail::attach

#endif
