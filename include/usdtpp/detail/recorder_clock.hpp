// Time stamps of the recorder: a counter of the processor, and what turns it into nanoseconds when it is read.
#ifndef USDTPP_DETAIL_RECORDER_CLOCK_HPP
#define USDTPP_DETAIL_RECORDER_CLOCK_HPP

#include <algorithm>
#include <cstdint>
#include <string>

#include <usdtpp/detail/attach_dispatch.hpp>
#include <usdtpp/detail/attach_machine.hpp>
#include <usdtpp/detail/reader_process.hpp>

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

// From ticks to nanoseconds of CLOCK_MONOTONIC: a line through moments at which both were read. An event lies between
// two of them, so the error is that of reading both, half of what that took (some 20 ns), however fast the clock is
// just then being made to go.
class clock_line {
public:
    explicit clock_line(bool uses_ticks) : uses_ticks_(uses_ticks) {
        if (uses_ticks_) {
            last_ = before_ = oldest_ = read_both();
        }
    }
    // To be called once all events to be converted have happened, and those of the next time have not been looked for.
    // Events that came between the last time's look and its moment are older than that: hence three.
    void move_on() noexcept {
        if (uses_ticks_) {
            oldest_ = before_;
            before_ = last_;
            last_ = read_both();
        }
    }
    std::uint64_t nanoseconds(std::uint64_t at) const noexcept {
        return !uses_ticks_ ? at : at < before_.ticks ? between(oldest_, before_, at) : between(before_, last_, at);
    }

private:
    struct moment {
        std::uint64_t ticks = 0;
        std::uint64_t time = 0;
    };
    static moment read_both() noexcept {
        moment best;
        auto best_took = ~std::uint64_t{0};
        for (int i = 0; i != 8; ++i) { // some are interrupted
            const auto before = ticks();
            const auto time = attach::monotonic_time();
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
    moment oldest_;
    moment before_;
    moment last_;
};

} // namespace usdtpp::detail::recording

#endif
