// Reading the rings of a recorder while threads go on writing to them.
#ifndef USDTPP_DETAIL_RECORDER_READ_HPP
#define USDTPP_DETAIL_RECORDER_READ_HPP

#include <algorithm>
#include <cstdint>
#include <vector>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <usdtpp/detail/attach_forks.hpp>
#include <usdtpp/detail/recorder_clock.hpp>
#include <usdtpp/detail/recorder_rings.hpp>
#include <usdtpp/recorded_event.hpp>

namespace usdtpp::detail::recording {

// Not the builtin itself, which GCC refuses under the thread sanitizer: that does not know fences.
USDTPP_DETAIL_UNSANITIZED inline void acquire_fence() noexcept {
    __atomic_thread_fence(__ATOMIC_ACQUIRE);
}

inline std::uint64_t load(const std::uint64_t& from) noexcept {
    return __atomic_load_n(&from, __ATOMIC_RELAXED);
}

// The records of one ring, one after the other, up to where it was when the reader came.
class ring_reader {
public:
    ring_reader(rings& all, std::uint32_t ring, bool overwrites) noexcept
        : all_(&all), own_(&all.controls[ring]), ring_(ring), overwrites_(overwrites) {}

    // Whether there is something to take.
    bool look() noexcept {
        end_ = __atomic_load_n(&own_->head, __ATOMIC_ACQUIRE);
        return has_one_ || end_ != own_->read;
    }
    // Copies the next record, unless the last one was not used; see recorder_write.hpp for why it is a whole one.
    // Whether there is one.
    bool take(const clock_line& clock) noexcept {
        auto at = own_->read;
        if (has_one_) {
            return true;
        }
        auto* const copy = all_->copy_at(ring_);
        std::uint64_t size = 0;
        for (;;) {
            if (overwrites_) {
                at = std::max(at, __atomic_load_n(&own_->tail, __ATOMIC_ACQUIRE));
            }
            if (at >= end_) {
                return false;
            }
            const auto* record = all_->record_at(ring_, at);
            size = static_cast<std::uint32_t>(load(record[size_and_thread]));
            const auto words = std::min(size, all_->most_in_record) / word_size; // another size is being written over
            for (std::size_t i = 0; i != words; ++i) {
                copy[i] = load(record[i]);
            }
            acquire_fence();
            if (!overwrites_ || load(own_->tail) <= at) {
                break;
            }
        }
        const auto index = copy[index_word];
        if (index > own_->next) {
            __atomic_store_n(&own_->lost, own_->lost + index - own_->next, __ATOMIC_RELAXED);
        }
        __atomic_store_n(&own_->next, index + 1, __ATOMIC_RELAXED);
        __atomic_store_n(&own_->read, at + size, __ATOMIC_RELEASE);
        // Of a thread they do not go back, even if the processors' counters differ by a little.
        time_ = std::max(time_, clock.nanoseconds(copy[time_word]));
        has_one_ = true;
        return true;
    }
    // Of the record that was taken.
    std::uint64_t time() const noexcept {
        return time_;
    }
    void use(recorded_event& into) {
        into.read(all_->copy_at(ring_), time_);
        has_one_ = false;
    }
    // Passes over a record that was taken.
    void start_anew() noexcept {
        has_one_ = false;
    }

private:
    rings* all_;
    ring_control* own_;
    std::uint32_t ring_;
    bool overwrites_;
    std::uint64_t end_ = 0;
    std::uint64_t time_ = 0;
    bool has_one_ = false; // in the copy
};

// A lock that the child of a fork can open, whoever had it.
class turn {
public:
    void take() noexcept {
        while (__atomic_exchange_n(&taken_, 1, __ATOMIC_ACQUIRE) != 0) {
            ::syscall(SYS_futex, &taken_, FUTEX_WAIT_PRIVATE, 1, nullptr, nullptr, 0);
        }
    }
    void give() noexcept {
        __atomic_store_n(&taken_, 0, __ATOMIC_RELEASE);
        ::syscall(SYS_futex, &taken_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
    }

private:
    int taken_ = 0;
};

// Memory that the child of a fork finds half changed, because another thread was reading, would be lost to it. So what
// is kept from one time to the next has no memory that could change hands.
class reader_of_all {
public:
    reader_of_all(rings& all, bool overwrites, bool uses_ticks) : all_(all), clock_(uses_ticks) {
        readers_.reserve(all.threads);
        for (std::uint32_t i = 0; i != all.threads; ++i) {
            readers_.emplace_back(all, i, overwrites);
        }
    }

    // Calls `use` for each, in the order of their times. How many there were. If `use` forks, it ends in the child:
    // what is left is the parent's.
    template <class Use>
    std::uint64_t read(Use& use) {
        const reading mine(*this);
        std::vector<ring_reader*> next;
        for (auto& one : readers_) {
            if (one.look()) {
                next.push_back(&one);
            }
        }
        clock_.move_on();
        next.erase(std::remove_if(next.begin(), next.end(), [&](auto* one) { return !one->take(clock_); }), next.end());
        const auto later = [](const auto* a, const auto* b) { return a->time() > b->time(); };
        std::make_heap(next.begin(), next.end(), later);
        recorded_event event;
        std::uint64_t count = 0;
        while (!next.empty() && mine.is_going_on()) {
            std::pop_heap(next.begin(), next.end(), later);
            auto& first = *next.back();
            first.use(event);
            ++count;
            use(static_cast<const recorded_event&>(event));
            if (mine.is_going_on() && first.take(clock_)) {
                std::push_heap(next.begin(), next.end(), later);
            } else {
                next.pop_back();
            }
        }
        return count;
    }

private:
    // One thread's turn; in the child of a fork it is over.
    class reading {
    public:
        explicit reading(reader_of_all& reader) noexcept : reader_(reader) {
            reader_.turn_.take();
            forks_ = reader_.forks_;
        }
        reading(const reading&) = delete;
        reading& operator=(const reading&) = delete;
        ~reading() {
            if (is_going_on()) {
                reader_.turn_.give();
            }
        }
        bool is_going_on() const noexcept {
            return forks_ == reader_.forks_;
        }

    private:
        reader_of_all& reader_;
        std::uint64_t forks_ = 0;
    };

    void start_anew() noexcept {
        ++forks_;
        turn_ = turn();
        all_.start_anew();
        clock_.start_anew();
        for (auto& one : readers_) {
            one.start_anew();
        }
    }
    static void at_fork(void* self, attach::fork_moment now) noexcept {
        if (now == attach::fork_moment::in_child) {
            static_cast<reader_of_all*>(self)->start_anew();
        }
    }

    rings& all_;
    std::vector<ring_reader> readers_;
    clock_line clock_;
    turn turn_;
    std::uint64_t forks_ = 0; // on the way from the process that made it to this one
    attach::fork_participant participant_{at_fork, this};
};

} // namespace usdtpp::detail::recording

#endif
