// What attaching takes of a processor: its registers and how notes name them, its nop and its breakpoint, a signal's
// context; and with USDTPP_DETAIL_HAS_JUMPS, the code between a site and its handlers.
#ifndef USDTPP_DETAIL_ATTACH_MACHINE_HPP
#define USDTPP_DETAIL_ATTACH_MACHINE_HPP

#if defined(__x86_64__) && defined(__LP64__)
#include <usdtpp/detail/attach_x86_64.hpp>
#elif defined(__aarch64__) && defined(__LP64__)
#include <usdtpp/detail/attach_aarch64.hpp>
#else
#error "usdtpp: <usdtpp/attach.hpp> knows x86-64 and aarch64 only"
#endif

#endif
