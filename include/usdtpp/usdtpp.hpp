// usdtpp: USDT probes for C++17 and later. This header is the tour, and includes all that code with probes needs.
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
// Each of these has a comment of its own where it stands. The macros:
//     PROBE, USDTPP_PROBE                       <usdtpp/probe.hpp>; a probe
//     PROBE_ENABLED, USDTPP_PROBE_ENABLED       <usdtpp/probe.hpp>; whether it is traced
//     PROBE_IF_ENABLED, USDTPP_PROBE_IF_ENABLED <usdtpp/probe.hpp>; a probe that evaluates nothing unless it is traced
//     USDTPP_FENCE                              <usdtpp/probe.hpp>; stores before a probe, to what no argument leads to
//     USDTPP_SIZED                              <usdtpp/argument.hpp>; two arguments of a string_view, span, vector
//     USDTPP_ADDRESS                            <usdtpp/argument.hpp>; an integer that is an address
//     USDTPP_NAMED                              <usdtpp/argument.hpp>; an argument under a name of its own
//     FOSDEM_PROBE, FOSDEM_PROBE_ENABLED,
//     FOSDEM_PROBE_IF_ENABLED                   <usdtpp/fosdem.hpp>; those of one provider, and how to have your own
//     USDTPP_VERSION, USDTPP_VERSION_MAJOR,
//     USDTPP_VERSION_MINOR,
//     USDTPP_VERSION_PATCH                      <usdtpp/version.hpp>
//     USDTPP_HAS_NOTES, USDTPP_HAS_ATTACH       <usdtpp/version.hpp>; whether the headers below work in this build
// What C++ types become, and your own:
//     usdtpp::probe_argument                    <usdtpp/argument.hpp>
//     usdtpp::argument_kind                     <usdtpp/argument_kind.hpp>; what tools are told of an argument
// The knobs, to be defined for a whole program:
//     USDTPP_DISABLE                            <usdtpp/config.hpp>; no probes
//     USDTPP_USE_SYS_SDT                        <usdtpp/config.hpp>; by SystemTap's <sys/sdt.h>
//     USDTPP_COMPACT                            <usdtpp/config.hpp>; one byte of code, not eleven
//     USDTPP_NO_DESCRIPTIONS                    <usdtpp/config.hpp>; neither names nor kinds in the binary
//     USDTPP_NO_SHORT_NAMES                     <usdtpp/config.hpp>; no PROBE, ...
// Not included here, since it takes libelf; each of them includes what it names:
//     <usdtpp/notes.hpp>                        reads the probes of files and processes (<usdtpp/note_types.hpp>)
//     <usdtpp/attach.hpp>                       calls functions when probes of this process fire (<usdtpp/event.hpp>)
//     <usdtpp/recorder.hpp>                     records them (<usdtpp/recorded_event.hpp>), and writes them as JSON
//                                               (<usdtpp/recorded_json.hpp>) and as a trace (<usdtpp/trace_events.hpp>)
//     <usdtpp/testing.hpp>                      captures them in unit tests (<usdtpp/testing_event.hpp>)
//
// The note format: https://sourceware.org/systemtap/wiki/UserSpaceProbeImplementation
#ifndef USDTPP_HPP
#define USDTPP_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <usdtpp/argument.hpp>
#include <usdtpp/argument_kind.hpp>
#include <usdtpp/config.hpp>
#include <usdtpp/fosdem.hpp>
#include <usdtpp/probe.hpp>
#include <usdtpp/version.hpp>

#endif
#endif
