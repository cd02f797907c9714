// Semaphores in an executable, as a linker made it.
#ifndef USDTPP_TESTS_SEMAPHORES_BINARIES_HPP
#define USDTPP_TESTS_SEMAPHORES_BINARIES_HPP

#include "linkers.hpp"
#include "toolchain.hpp"

// Builds target.cpp with these flags. Checks that its probes are enabled while they are traced, in a process that ran
// before and in one that starts meanwhile.
void check_semaphores(const support::flags& flags);

#endif
