// The semaphore of a probe: a counter of 16 bits that the kernel raises for each site that is traced, and gdb for each
// breakpoint.
//
// Each statement that uses a semaphore defines it too, once an assembly file (.ifndef); the weak hidden symbol makes
// one of all of them in an executable or shared object. Section .probes is where sys/sdt.h's own semaphores live as
// well. "R" keeps it through --gc-sections, since the only reference to it may be a note's.
#ifndef USDTPP_DETAIL_SEMAPHORE_HPP
#define USDTPP_DETAIL_SEMAPHORE_HPP

// clang-format off

// Its tokens as a string of assembly: one string for many lines, because compilers take their time over each.
#define USDTPP_DETAIL_ASM(...) #__VA_ARGS__ "\n"

// The section begins a page of its own. Of a program that starts under a tracer, the kernel looks for the semaphore in
// the first writable mapping of its page of the file; lld and mold would have that be the mapping of what is read-only
// after relocation, and PROBE_ENABLED would stay false. One section of that alignment, in its group, does for all.
#define USDTPP_DETAIL_ALIGN_SEMAPHORES \
    USDTPP_DETAIL_ASM(.ifndef usdtpp.semaphores; \
                      .pushsection .probes, "awGR", %%progbits, usdtpp.semaphores, comdat; .balign 4096; \
                      .weak usdtpp.semaphores; .hidden usdtpp.semaphores; usdtpp.semaphores: .2byte 0; \
                      .popsection; .endif)

// `symbol` is the back-end's USDTPP_DETAIL_SEMAPHORE(provider, name).
#define USDTPP_DETAIL_DEFINE_SEMAPHORE(symbol) \
    USDTPP_DETAIL_ASM(.ifndef symbol) \
    USDTPP_DETAIL_ALIGN_SEMAPHORES \
    USDTPP_DETAIL_ASM(.pushsection .probes, "awR", %%progbits; .weak symbol; .hidden symbol; \
                      .balign 2; symbol: .2byte 0; .popsection; .endif)

// The statements that read a semaphore, into a variable `usdtpp_enabled` that converts to bool. In assembly where that is
// shorter: with a flag as the output, a branch on it is one comparison with memory and one jump.
#if defined(__x86_64__) && defined(__LP64__)
#define USDTPP_DETAIL_READ_SEMAPHORE(symbol) \
    bool usdtpp_enabled; \
    asm volatile(USDTPP_DETAIL_DEFINE_SEMAPHORE(symbol) \
                 "cmpw $0, " USDTPP_DETAIL_ASM(symbol(%%rip)) : "=@ccne"(usdtpp_enabled))
#elif defined(__aarch64__) && defined(__LP64__)
#define USDTPP_DETAIL_READ_SEMAPHORE(symbol) \
    unsigned long usdtpp_enabled; \
    asm volatile(USDTPP_DETAIL_DEFINE_SEMAPHORE(symbol) \
                 USDTPP_DETAIL_ASM(adrp %0, symbol; ldrh %w0, [%0, :lo12:symbol]) : "=r"(usdtpp_enabled))
#else
#define USDTPP_DETAIL_READ_SEMAPHORE(symbol) \
    extern volatile unsigned short usdtpp_semaphore asm(#symbol) __attribute__((visibility("hidden"))); \
    asm volatile(USDTPP_DETAIL_DEFINE_SEMAPHORE(symbol) : :); \
    const bool usdtpp_enabled = usdtpp_semaphore != 0
#endif

// clang-format on

#endif
