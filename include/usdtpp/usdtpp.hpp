// usdtpp: USDT probes for C++17 and later. This header is the tour, and includes everything.
//
// A probe is one macro. It compiles to a nop and an ELF note, which is all that tracers (bpftrace, bcc, perf, gdb,
// SystemTap) need to attach to the running process and read the arguments; until one does, the nop is all it costs.
//
//     #include <usdtpp/usdtpp.hpp>
//
//     int lookup(const std::string& key, int shard) {
//         PROBE(myapp, lookup, key, shard);                          // fires whenever it is reached
//         PROBE_IF_ENABLED(myapp, lookup_cost, estimate(key));       // evaluates estimate() only while traced
//         if (PROBE_ENABLED(myapp, lookup_done)) { ... }             // prepare something only while traced
//         ...
//     }
//
//     $ readelf -n ./myapp                                           # is it there, with the right arguments?
//     $ bpftrace -p $(pidof myapp) -e 'usdt:*:myapp:lookup { printf("%s %d\n", str(arg0), arg1); }'
//
// The macros, each with its own comment:
//     PROBE, PROBE_ENABLED, PROBE_IF_ENABLED                         <usdtpp/probe.hpp>; in long: USDTPP_PROBE, ...
//     USDTPP_SIZED                                                   <usdtpp/argument.hpp>; string_view, span, ...
//     FOSDEM_PROBE, FOSDEM_PROBE_ENABLED, FOSDEM_PROBE_IF_ENABLED    <usdtpp/fosdem.hpp>; a provider of one's own
//     USDTPP_DISABLE, USDTPP_USE_SYS_SDT,
//     USDTPP_COMPACT, USDTPP_NO_SHORT_NAMES                          <usdtpp/config.hpp>; the knobs
// What C++ types become: usdtpp::probe_argument                      <usdtpp/argument.hpp>
//
// The note format: https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation
#ifndef USDTPP_HPP
#define USDTPP_HPP

#include <usdtpp/argument.hpp>
#include <usdtpp/config.hpp>
#include <usdtpp/fosdem.hpp>
#include <usdtpp/probe.hpp>
#include <usdtpp/version.hpp>

#endif
