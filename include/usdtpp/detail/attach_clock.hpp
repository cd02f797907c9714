// What time it is when a probe fires: by the clock, and by the processor's counter where a thread may read it.
#ifndef USDTPP_DETAIL_ATTACH_CLOCK_HPP
#define USDTPP_DETAIL_ATTACH_CLOCK_HPP

#include <cerrno>
#include <cstdint>

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <usdtpp/detail/attach_machine.hpp>

namespace usdtpp::detail::attach {

// prctl(PR_SET_TSC, PR_TSC_SIGSEGV) forbids it to the calling thread and to those that it starts. Then clock_gettime()
// raises the signal too: the C library's, which reads the counter in the vDSO. The system call does not.
USDTPP_DETAIL_HIDDEN inline bool may_read_counter() noexcept {
    const int saved = errno;
    int mode = 0;
    const bool is_forbidden = ::prctl(PR_GET_TSC, &mode) == 0 && mode == PR_TSC_SIGSEGV;
    errno = saved;
    return !is_forbidden;
}

USDTPP_DETAIL_FIRING inline std::uint64_t nanoseconds_of(const timespec& time) noexcept {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

// By the system call itself: changes no vector register, and not errno.
USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_FIRING inline std::uint64_t monotonic_time_of_kernel() noexcept {
    timespec now;
    now.tv_sec = 0; // one by one: a compiler could call memset for both, which uses vector registers
    now.tv_nsec = 0;
#if defined(__x86_64__)
    long result = SYS_clock_gettime;
    asm volatile("syscall" : "+a"(result) : "D"(CLOCK_MONOTONIC), "S"(&now) : "rcx", "r11", "memory");
#else
    ::syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &now); // a breakpoint's signal handler, where all of it is saved
#endif
    return nanoseconds_of(now);
}

// In nanoseconds of CLOCK_MONOTONIC.
USDTPP_DETAIL_HIDDEN inline std::uint64_t monotonic_time(bool with_counter) noexcept {
    if (!with_counter) {
        return monotonic_time_of_kernel();
    }
    timespec now = {};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return nanoseconds_of(now);
}
// Asks each time whether the thread may read the counter.
USDTPP_DETAIL_HIDDEN inline std::uint64_t monotonic_time() noexcept {
    return monotonic_time(may_read_counter());
}

} // namespace usdtpp::detail::attach

#endif
