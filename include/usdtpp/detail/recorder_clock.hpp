// Time stamps of the recorder: a counter of the processor, and what turns it into nanoseconds when it is read.
#ifndef USDTPP_DETAIL_RECORDER_CLOCK_HPP
#define USDTPP_DETAIL_RECORDER_CLOCK_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include <sys/prctl.h>

#include <usdtpp/detail/attach_clock.hpp>
#include <usdtpp/detail/attach_machine.hpp>
#include <usdtpp/detail/reader_process.hpp>
#include <usdtpp/detail/recorder_rings.hpp>

namespace usdtpp::detail::recording {

USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_FIRING inline std::uint64_t ticks() noexcept {
#if defined(__x86_64__)
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    asm volatile("rdtsc" : "=a"(low), "=d"(high));
    return std::uint64_t{high} << 32 | low;
#else
    std::uint64_t now = 0;
    asm volatile("mrs %0, cntvct_el0" : "=r"(now));
    return now;
#endif
}

// Whether they go at one pace, and alike on all processors.
inline bool has_steady_ticks() {
#if defined(__x86_64__)
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    constexpr unsigned invariant = 1U << 8;
    if (__get_cpuid(0x80000007, &a, &b, &c, &d) == 0 || (d & invariant) == 0) {
        return false;
    }
    try { // what Linux takes once it has found that they do not
        const auto source = reader::read_all("/sys/devices/system/clocksource/clocksource0/current_clocksource");
        return source.find("hpet") != 0 && source.find("acpi_pm") != 0 && source.find("jiffies") == source.npos;
    } catch (const note_error&) {
        return true;
    }
#else
    return true;
#endif
}

// While it lives, the calling thread may read the counter, if the kernel lets it.
class counter_reading {
public:
    counter_reading() noexcept
        : was_forbidden_(!attach::may_read_counter()),
          works_(!was_forbidden_ || ::prctl(PR_SET_TSC, PR_TSC_ENABLE) == 0) {}
    counter_reading(const counter_reading&) = delete;
    counter_reading& operator=(const counter_reading&) = delete;
    ~counter_reading() {
        if (was_forbidden_ && works_) {
            ::prctl(PR_SET_TSC, PR_TSC_SIGSEGV);
        }
    }
    bool works() const noexcept {
        return works_;
    }

private:
    bool was_forbidden_;
    bool works_;
};

// From ticks to nanoseconds of CLOCK_MONOTONIC: a line through moments at which both were read. An event lies between
// two of them, so the error is that of reading both, half of what that took (some 20 ns), however fast the clock is
// just then being made to go.
class clock_line {
public:
    explicit clock_line(bool uses_ticks) noexcept : uses_ticks_(uses_ticks) {
        move_on();
    }
    // To be called once all events to be converted have fired.
    void move_on() noexcept {
        if (!uses_ticks_) {
            return;
        }
        const counter_reading counter;
        if (counter.works()) {
            if (count_ == most) {
                forget_one();
            }
            moments_[count_++] = read_both();
        }
    }
    // Forgets what was before. Allocates nothing, whatever another thread was at.
    void start_anew() noexcept {
        count_ = 0;
        move_on();
    }
    // Of a record's time_word.
    std::uint64_t nanoseconds(std::uint64_t time) const noexcept {
        if ((time & is_nanoseconds) != 0) {
            return time & ~is_nanoseconds;
        }
        if (count_ < 2) {
            return count_ != 0 ? moments_[0].time : 0;
        }
        const auto* const begin = moments_ + 1;
        const auto* const end = moments_ + count_ - 1;
        const auto* next =
            std::lower_bound(begin, end, time, [](const moment& a, auto ticks) { return a.ticks < ticks; });
        return between(next[-1], next[0], time);
    }

private:
    struct moment {
        std::uint64_t ticks = 0;
        std::uint64_t time = 0;
    };
    static constexpr std::size_t most = 128;

    // Events may be converted long after they fired: their thread was suspended, or drain() threw again and again. So
    // old moments stay, but fewer and fewer of them: the one that goes is the one with the smallest distance between
    // its neighbours, as a part of its own age.
    void forget_one() noexcept {
        const auto distance = [](const moment& a, const moment& b) { return static_cast<double>(b.ticks - a.ticks); };
        const auto& last = moments_[count_ - 1];
        auto* least = moments_ + 1;
        auto least_part = distance(least[-1], least[1]) / distance(*least, last);
        for (auto* one = least + 1; one != &last; ++one) {
            const auto part = distance(one[-1], one[1]) / distance(*one, last);
            if (part < least_part) {
                least_part = part;
                least = one;
            }
        }
        std::copy(least + 1, moments_ + count_, least);
        --count_;
    }
    static moment read_both() noexcept {
        moment best;
        auto best_took = ~std::uint64_t{0};
        for (int i = 0; i != 8; ++i) { // some are interrupted
            const auto before = ticks();
            const auto time = attach::monotonic_time(true);
            const auto took = ticks() - before;
            if (took < best_took) {
                best_took = took;
                best = {before + took / 2, time};
            }
        }
        return best;
    }
    static std::uint64_t between(const moment& a, const moment& b, std::uint64_t at) noexcept {
        if (at <= a.ticks || b.ticks <= a.ticks) {
            return a.time;
        }
        const double pace = static_cast<double>(b.time - a.time) / static_cast<double>(b.ticks - a.ticks);
        return a.time + static_cast<std::uint64_t>(static_cast<double>(at - a.ticks) * pace);
    }

    bool uses_ticks_;
    std::size_t count_ = 0;
    moment moments_[most];
};

} // namespace usdtpp::detail::recording

#endif
