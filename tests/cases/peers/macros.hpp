// The same probe through our PROBE or, with THROUGH_SYS_SDT, through sys/sdt.h's own macros, with the constraints that
// its users get. WITHOUT_PROBES is neither.
#ifndef USDTPP_TESTS_CASES_PEERS_MACROS_HPP
#define USDTPP_TESTS_CASES_PEERS_MACROS_HPP

#if defined(WITHOUT_PROBES)
#define PROBE1(...)
#define PROBE2(...)
#define PROBE3(...)
#elif defined(THROUGH_SYS_SDT)
#include <sys/sdt.h>
#define PROBE1 DTRACE_PROBE1
#define PROBE2 DTRACE_PROBE2
#define PROBE3 DTRACE_PROBE3
#else
#include <usdtpp/usdtpp.hpp>
#define PROBE1 PROBE
#define PROBE2 PROBE
#define PROBE3 PROBE
#endif

#endif
