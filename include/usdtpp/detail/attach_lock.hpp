// The lock of an engine. Who has it waits for no other thread but for one that has the lock of alone_in_process().
#ifndef USDTPP_DETAIL_ATTACH_LOCK_HPP
#define USDTPP_DETAIL_ATTACH_LOCK_HPP

#include <mutex>
#include <new>

#include <pthread.h>

#include <usdtpp/detail/attach_threads.hpp>

namespace usdtpp::detail::attach {

USDTPP_DETAIL_HIDDEN inline __thread bool has_engine_lock __attribute__((tls_model("initial-exec"))) = false;

class USDTPP_DETAIL_HIDDEN engine_lock {
public:
    engine_lock() {
        mutex().lock();
        has_engine_lock = true;
    }
    engine_lock(const engine_lock&) = delete;
    engine_lock& operator=(const engine_lock&) = delete;
    ~engine_lock() {
        has_engine_lock = false;
        mutex().unlock();
    }

    // The child of a fork must not get code or lists that are half changed, nor a lock that nobody will release; but
    // this thread may be changing them, and be in a signal handler or at a probe of malloc.
    static void keep_in_forks() {
        ::pthread_atfork(
            [] {
                if (!has_engine_lock) {
                    mutex().lock();
                }
            },
            [] {
                if (!has_engine_lock) {
                    mutex().unlock();
                }
            },
            [] {
                keep_slot_in_child();
                new (&mutex()) std::mutex;
                if (has_engine_lock) {
                    mutex().lock();
                }
            });
    }

private:
    static std::mutex& mutex() {
        static auto* one = new std::mutex; // threads may need it until the process is gone
        return *one;
    }
};

} // namespace usdtpp::detail::attach

#endif
