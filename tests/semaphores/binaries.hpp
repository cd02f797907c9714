// Semaphores in an executable, as a linker made it.
#ifndef USDTPP_TESTS_SEMAPHORES_BINARIES_HPP
#define USDTPP_TESTS_SEMAPHORES_BINARIES_HPP

#include "toolchain.hpp"

// Builds target.cpp with these flags. Checks that its probes are enabled while they are traced, in a process that ran
// before and in one that starts meanwhile.
void check_semaphores(const support::flags& flags);

// The linkers, a test case each, so that one that is not installed is skipped for itself.
struct bfd {
    static constexpr auto name = "bfd", program = "ld.bfd";
};
struct gold {
    static constexpr auto name = "gold", program = "ld.gold";
};
struct lld {
    static constexpr auto name = "lld", program = "ld.lld";
};
struct mold {
    static constexpr auto name = "mold", program = "mold";
};

#endif
