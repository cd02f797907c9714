// Reading the rings of a recorder while threads go on writing to them.
#ifndef USDTPP_DETAIL_RECORDER_READ_HPP
#define USDTPP_DETAIL_RECORDER_READ_HPP

#include <algorithm>
#include <cstdint>
#include <vector>

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
    ring_reader(rings& all, std::uint32_t ring, bool overwrites)
        : all_(&all), own_(&all.controls[ring]), ring_(ring), overwrites_(overwrites) {}

    // Whether there is something to take.
    bool look() noexcept {
        end_ = __atomic_load_n(&own_->head, __ATOMIC_ACQUIRE);
        return has_one_ || end_ != own_->read;
    }
    // Copies the next record, unless the last one was not used; see recorder_write.hpp for why it is a whole one.
    // Whether there is one.
    bool take() {
        auto at = own_->read;
        if (has_one_) {
            return true;
        }
        for (;;) {
            if (overwrites_) {
                at = std::max(at, __atomic_load_n(&own_->tail, __ATOMIC_ACQUIRE));
            }
            if (at >= end_) {
                return false;
            }
            const auto* record = all_->record_at(ring_, at);
            const auto size = static_cast<std::uint32_t>(load(record[size_and_thread]));
            const bool is_size =
                size % word_size == 0 && size >= first_value * word_size && size <= all_->most_in_record;
            copy_.resize(is_size ? size / word_size : 0);
            for (std::size_t i = 0; i != copy_.size(); ++i) {
                copy_[i] = load(record[i]);
            }
            acquire_fence();
            if (!overwrites_ || load(own_->tail) <= at) {
                break;
            }
        }
        const auto index = copy_[index_word];
        __atomic_store_n(&own_->lost, own_->lost + index - own_->next, __ATOMIC_RELAXED);
        __atomic_store_n(&own_->next, index + 1, __ATOMIC_RELAXED);
        __atomic_store_n(&own_->read, at + copy_.size() * word_size, __ATOMIC_RELEASE);
        has_one_ = true;
        return true;
    }
    std::uint64_t ticks() const noexcept {
        return copy_[ticks_word];
    }
    // Of a thread they do not go back, even if the processors' counters differ by a little.
    void use(recorded_event& into, const clock_line& clock) {
        has_one_ = false;
        last_time_ = std::max(last_time_, clock.nanoseconds(ticks()));
        into.read(copy_.data(), last_time_);
    }

private:
    rings* all_;
    ring_control* own_;
    std::uint32_t ring_;
    bool overwrites_;
    std::uint64_t end_ = 0;
    std::uint64_t last_time_ = 0;
    bool has_one_ = false; // in copy_
    std::vector<std::uint64_t> copy_;
};

class reader_of_all {
public:
    reader_of_all(rings& all, bool overwrites, bool uses_ticks) : clock_(uses_ticks) {
        for (std::uint32_t i = 0; i != all.threads; ++i) {
            readers_.emplace_back(all, i, overwrites);
        }
    }

    // Calls `use` for each, in the order of their times. How many there were.
    template <class Use>
    std::uint64_t read(Use& use) {
        next_.clear();
        for (auto& one : readers_) {
            if (one.look()) {
                next_.push_back(&one);
            }
        }
        clock_.move_on();
        next_.erase(std::remove_if(next_.begin(), next_.end(), [](auto* one) { return !one->take(); }), next_.end());
        const auto later = [](const auto* a, const auto* b) { return a->ticks() > b->ticks(); };
        std::make_heap(next_.begin(), next_.end(), later);
        std::uint64_t count = 0;
        while (!next_.empty()) {
            std::pop_heap(next_.begin(), next_.end(), later);
            next_.back()->use(event_, clock_);
            if (next_.back()->take()) {
                std::push_heap(next_.begin(), next_.end(), later);
            } else {
                next_.pop_back();
            }
            ++count;
            use(static_cast<const recorded_event&>(event_));
        }
        return count;
    }

private:
    std::vector<ring_reader> readers_;
    std::vector<ring_reader*> next_;
    clock_line clock_;
    recorded_event event_;
};

} // namespace usdtpp::detail::recording

#endif
