// Objects that work on in the child of a fork, which has only the thread that forked.
#ifndef USDTPP_DETAIL_ATTACH_FORKS_HPP
#define USDTPP_DETAIL_ATTACH_FORKS_HPP

#include <atomic>
#include <mutex>

#include <pthread.h>

#include <usdtpp/detail/attach_sanitizers.hpp>

namespace usdtpp::detail::attach {

enum class fork_moment { before, in_parent, in_child };

// A lock that the forking thread takes before a fork and releases after it, in both processes: so the child finds the
// lock free, and what it guards whole. A thread that forks while it has the lock, in a signal handler, keeps it in
// both. Between the two the forking thread passes through the lock: probes may fire in handlers of pthread_atfork().
class fork_lock {
public:
    fork_lock() = default;
    fork_lock(const fork_lock&) = delete;
    fork_lock& operator=(const fork_lock&) = delete;

    USDTPP_DETAIL_HIDDEN void lock() {
        if (!is_forking()) {
            mutex_.lock();
            owner_.store(::pthread_self(), std::memory_order_relaxed);
        }
    }
    USDTPP_DETAIL_HIDDEN void unlock() {
        if (!is_forking()) {
            owner_.store(pthread_t(), std::memory_order_relaxed);
            mutex_.unlock();
        }
    }

    USDTPP_DETAIL_HIDDEN void before_fork() {
        if (!is_mine()) {
            lock();
            is_forking_ = true;
        }
    }
    USDTPP_DETAIL_HIDDEN void after_fork() {
        if (is_forking()) {
            is_forking_ = false;
            unlock();
        }
    }
    // For a fork_participant, whose context is the lock.
    USDTPP_DETAIL_HIDDEN static void at_fork(void* lock, fork_moment now) noexcept {
        auto& self = *static_cast<fork_lock*>(lock);
        if (now == fork_moment::before) {
            self.before_fork();
        } else {
            self.after_fork();
        }
    }

private:
    USDTPP_DETAIL_HIDDEN bool is_mine() const noexcept {
        return owner_.load(std::memory_order_relaxed) == ::pthread_self(); // in the child it has the same value
    }
    USDTPP_DETAIL_HIDDEN bool is_forking() const noexcept {
        return is_mine() && is_forking_;
    }

    std::mutex mutex_;
    std::atomic<pthread_t> owner_{pthread_t()};
    bool is_forking_ = false; // only the owner reads and writes it
};

class fork_participant;
struct fork_list {
    fork_lock lock;
    fork_participant* first = nullptr;
    bool has_handlers = false;
};
// Of this executable or shared object.
USDTPP_DETAIL_HIDDEN inline fork_list participants;

// Has a function called at each fork() as long as it lives. Another executable or shared object may end it than the one
// that made it.
class fork_participant {
public:
    using function = void (*)(void* context, fork_moment) noexcept;

    USDTPP_DETAIL_HIDDEN fork_participant(function told, void* context) : told_(told), context_(context) {
        const std::lock_guard lock(list_.lock);
        list_.has_handlers = list_.has_handlers || ::pthread_atfork(before, in_parent, in_child) == 0;
        next_ = list_.first;
        list_.first = this;
    }
    fork_participant(const fork_participant&) = delete;
    fork_participant& operator=(const fork_participant&) = delete;
    USDTPP_DETAIL_HIDDEN ~fork_participant() {
        const std::lock_guard lock(list_.lock);
        auto** link = &list_.first;
        while (*link != this) {
            link = &(*link)->next_;
        }
        *link = next_;
    }

private:
    USDTPP_DETAIL_HIDDEN static void tell_all(fork_moment now) noexcept {
        for (auto* one = participants.first; one != nullptr; one = one->next_) {
            one->told_(one->context_, now);
        }
    }
    USDTPP_DETAIL_HIDDEN static void before() noexcept {
        participants.lock.before_fork();
        tell_all(fork_moment::before);
    }
    USDTPP_DETAIL_HIDDEN static void in_parent() noexcept {
        tell_all(fork_moment::in_parent);
        participants.lock.after_fork();
    }
    USDTPP_DETAIL_HIDDEN static void in_child() noexcept {
        tell_all(fork_moment::in_child);
        participants.lock.after_fork();
    }

    fork_list& list_ = participants;
    function told_;
    void* context_;
    fork_participant* next_ = nullptr;
};

} // namespace usdtpp::detail::attach

#endif
