// Probes by sys/sdt.h's own macros beside ours, in one function; one provider:name is used by both. For each line of
// standard input all fire, and the flags of three probes are printed.
//     THEIRS_FIRST           include sys/sdt.h before usdtpp
//     _SDT_HAS_SEMAPHORES    sys/sdt.h's own switch: its probes have semaphores, which their users define
//     SEMAPHORES_ELSEWHERE   other_header.cpp defines them
// An expectation stands on the line of its probe:
// clang-format off
#if defined(THEIRS_FIRST)
#include <sys/sdt.h>
#endif
#include <usdtpp/usdtpp.hpp>
#include <sys/sdt.h>

#include <iostream>
#include <string>

#if defined(SEMAPHORES_ELSEWHERE)
extern "C" __attribute__((visibility("hidden"))) unsigned short theirs_one_semaphore, theirs_two_semaphore, shared_name_semaphore;
#elif defined(_SDT_HAS_SEMAPHORES)
#define SEMAPHORE(symbol) extern "C" { unsigned short symbol __attribute__((used, section(".probes"))); }
SEMAPHORE(theirs_one_semaphore)
SEMAPHORE(theirs_two_semaphore)
SEMAPHORE(shared_name_semaphore)
#endif

[[gnu::noinline]] static void fire(int a, long b, const char* text) {
    DTRACE_PROBE2(theirs, one, a, text); // expect: -4=1, 8="text"
    PROBE(ours, one, a, b, text); // expect: -4=1, -8=2, 8="text"
    DTRACE_PROBE1(shared, name, a + 20); // expect: -4=21
    PROBE(shared, name, a + 10); // expect: -4=11
    DTRACE_PROBE1(shared, name, a + 30); // expect: -4=31
    PROBE(shared, name, a + 40); // expect: -4=41
    PROBE_IF_ENABLED(ours, two, b + 1); // expect: -8=3
    DTRACE_PROBE(theirs, two); // expect: none
}

#if defined(OTHER_FILE)
void fire_in_other_file(int a);
#endif

int main() {
    const std::string text = "text"; // on a page that has been touched
    for (std::string line; std::getline(std::cin, line);) {
        fire(1, 2, text.c_str());
#if defined(OTHER_FILE)
        fire_in_other_file(5);
#endif
        std::cout << PROBE_ENABLED(ours, one) << PROBE_ENABLED(shared, name) << PROBE_ENABLED(theirs, one) << std::endl;
    }
}
