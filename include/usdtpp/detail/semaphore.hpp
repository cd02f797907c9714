// The semaphore of a probe: a counter of 16 bits that the kernel raises for each site that is traced, and gdb for each
// breakpoint.
//
// Each statement that uses a semaphore defines it too, once an assembly file (.ifndef); the weak hidden symbol makes
// one of all of them in an executable or shared object. Section .probes is where sys/sdt.h's own semaphores live as
// well. "R" keeps it through --gc-sections, since the only reference to it may be a note's.
#ifndef USDTPP_DETAIL_SEMAPHORE_HPP
#define USDTPP_DETAIL_SEMAPHORE_HPP

#include <usdtpp/detail/processor.hpp>

// clang-format off

// The section begins a page of its own. Of a program that starts under a tracer, the kernel looks for the semaphore in
// the first writable mapping of its page of the file; lld and mold would have that be the mapping of what is read-only
// after relocation, and PROBE_ENABLED would stay false. One section of that alignment, in its group, does for all.
#define USDTPP_DETAIL_ALIGN_SEMAPHORES \
    ".ifndef usdtpp.semaphores; .pushsection .probes, \"awGR\", %%progbits, usdtpp.semaphores, comdat; .balign 4096; \
     .weak usdtpp.semaphores; .hidden usdtpp.semaphores; usdtpp.semaphores: .2byte 0; .popsection; .endif;"

// `symbol` is the back-end's USDTPP_DETAIL_SEMAPHORE(provider, name), a string.
#define USDTPP_DETAIL_DEFINE_SEMAPHORE(symbol) \
    ".ifndef " symbol ";" USDTPP_DETAIL_ALIGN_SEMAPHORES \
    ".pushsection .probes, \"awR\", %%progbits; .weak " symbol "; .hidden " symbol "; \
     .balign 2; " symbol ": .2byte 0; .popsection; .endif\n"

// Statements that read it into a variable `usdtpp_enabled`, good for a bool. No two probes in one namespace may have the
// same C++ variable: they would have the same symbol.
#define USDTPP_DETAIL_READ_SEMAPHORE(provider, name) \
    USDTPP_DETAIL_LOAD_SEMAPHORE(usdtpp_##provider##_semaphore_##name, USDTPP_DETAIL_SEMAPHORE(provider, name))
#if !defined(USDTPP_DETAIL_LOAD_SEMAPHORE)
#define USDTPP_DETAIL_LOAD_SEMAPHORE(variable, symbol) \
    extern volatile unsigned short variable asm(symbol) __attribute__((visibility("hidden"))); \
    asm volatile(USDTPP_DETAIL_DEFINE_SEMAPHORE(symbol) : :); \
    const bool usdtpp_enabled = variable != 0
#if defined(__clang__)
// In an unnamed namespace the variable has internal linkage, and clang misses a definition; at the end of the
// translation unit, where no push and pop in the macro reach. For users' own variables the linker says the same.
#pragma clang diagnostic ignored "-Wundefined-internal"
#endif
#endif

// clang-format on

#endif
