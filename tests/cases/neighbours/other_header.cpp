// A file that knows nothing of usdtpp: only sys/sdt.h.
// An expectation stands on the line of its probe:
// clang-format off
#include <sys/sdt.h>

#if defined(_SDT_HAS_SEMAPHORES)
#define SEMAPHORE(symbol) extern "C" { unsigned short symbol __attribute__((used, visibility("hidden"), section(".probes"))); }
SEMAPHORE(theirs_other_semaphore)
SEMAPHORE(theirs_one_semaphore)
SEMAPHORE(theirs_two_semaphore)
SEMAPHORE(shared_name_semaphore)
#endif

void fire_in_other_file(int a);
void fire_in_other_file(int a) {
    DTRACE_PROBE1(theirs, other, a); // expect: -4=5
    DTRACE_PROBE1(shared, name, a + 50); // expect: -4=55
}
