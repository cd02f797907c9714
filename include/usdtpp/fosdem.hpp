// The probes of provider `fosdem`, and the pattern for your own: one line binds a provider to a macro.
//
//     #define MYAPP_PROBE(...) USDTPP_PROBE(myapp, __VA_ARGS__)
#ifndef USDTPP_FOSDEM_HPP
#define USDTPP_FOSDEM_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <usdtpp/probe.hpp>

/// FOSDEM_PROBE(name, args...): PROBE(fosdem, name, args...).
#define FOSDEM_PROBE(...) USDTPP_PROBE(fosdem, __VA_ARGS__)

/// FOSDEM_PROBE_ENABLED(name): PROBE_ENABLED(fosdem, name).
#define FOSDEM_PROBE_ENABLED(name) USDTPP_PROBE_ENABLED(fosdem, name)

/// FOSDEM_PROBE_IF_ENABLED(name, args...): PROBE_IF_ENABLED(fosdem, name, args...).
#define FOSDEM_PROBE_IF_ENABLED(...) USDTPP_PROBE_IF_ENABLED(fosdem, __VA_ARGS__)

#endif
#endif
