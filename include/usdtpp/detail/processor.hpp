// What differs by processor. Those with a section here have native probes; on others they go through <sys/sdt.h>.
//
// A section defines USDTPP_DETAIL_SITE, and of the others what is not as most have it:
//     USDTPP_DETAIL_SITE         the label of the probe, and its instructions;
//     USDTPP_DETAIL_LONG_NOP     where that is a nop and a long nop behind it;
//     USDTPP_DETAIL_ADDRESS      the directive for an address;
//     USDTPP_DETAIL_FIRST_TEXT   what the note says of the first argument, and
//     USDTPP_DETAIL_TEXT(i, j)   of the one that is operands i and j of the asm statement: size and sign, @, and where
//                                it is, in the words of the processor's assembler, which its tracers know;
//     USDTPP_DETAIL_IN_MEMORY    where twelve arguments of 8 bytes do not fit into registers;
//     USDTPP_DETAIL_LOAD_SEMAPHORE(variable, symbol)
//                                where assembly reads a semaphore in fewer instructions than the general way of
//                                semaphore.hpp: statements that make a variable `usdtpp_enabled`, good for a bool.
#ifndef USDTPP_DETAIL_PROCESSOR_HPP
#define USDTPP_DETAIL_PROCESSOR_HPP

// clang-format off

#define USDTPP_DETAIL_STRING(...) #__VA_ARGS__

#if defined(__x86_64__) && defined(__LP64__)
// The probe is the one-byte nop. The ten-byte one behind it is room for a call: newer kernels and tracers in the same
// process use it. It must be neither of five bytes (Linux 6.18 makes that a call that overwrites the red zone) nor the
// probe itself (Linux 6.18 refuses to attach there, error 524).
// In braces: AT&T syntax | Intel syntax, whose operands no tracer reads.
#if defined(USDTPP_COMPACT)
#define USDTPP_DETAIL_SITE \
    ".Lusdtpp%=: {nop|.error \"usdtpp: probes cannot be compiled with -masm=intel\"};"
#else
#define USDTPP_DETAIL_LONG_NOP
#define USDTPP_DETAIL_SITE \
    ".Lusdtpp%=: {nop|.error \"usdtpp: probes cannot be compiled with -masm=intel\"}; \
     .8byte 0x841f0f2e66; .2byte 0;"
#endif
// Registers go by their 64-bit names (q), since gdb 13 knows no %r8b; the size in front of the @ is what counts.
#define USDTPP_DETAIL_REGISTER "%q"
// With a flag as the output, a branch on it is one comparison with memory and one jump.
#define USDTPP_DETAIL_LOAD_SEMAPHORE(variable, symbol) \
    bool usdtpp_enabled; \
    asm volatile(USDTPP_DETAIL_DEFINE_SEMAPHORE(symbol) \
                 "cmpw $0, " symbol "(%%rip)" : "=@ccne"(usdtpp_enabled))

#elif defined(__aarch64__) && defined(__LP64__)
#define USDTPP_DETAIL_SITE ".Lusdtpp%=: nop;"
#define USDTPP_DETAIL_LOAD_SEMAPHORE(variable, symbol) \
    unsigned long usdtpp_enabled; \
    asm volatile(USDTPP_DETAIL_DEFINE_SEMAPHORE(symbol) \
                 "adrp %0, " symbol "; ldrh %w0, [%0, :lo12:" symbol "]" : "=r"(usdtpp_enabled))

#elif defined(__riscv) && defined(__LP64__)
#define USDTPP_DETAIL_SITE ".Lusdtpp%=: nop;"
#define USDTPP_DETAIL_LOAD_SEMAPHORE(variable, symbol) \
    unsigned long usdtpp_enabled; \
    asm volatile(USDTPP_DETAIL_DEFINE_SEMAPHORE(symbol) "lhu %0, " symbol : "=r"(usdtpp_enabled))

#elif defined(__s390x__)
#define USDTPP_DETAIL_SITE ".Lusdtpp%=: nop 0;"
#define USDTPP_DETAIL_LOAD_SEMAPHORE(variable, symbol) \
    unsigned long usdtpp_enabled; \
    asm volatile(USDTPP_DETAIL_DEFINE_SEMAPHORE(symbol) "llghrl %0, " symbol : "=r"(usdtpp_enabled))

#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define USDTPP_DETAIL_SITE ".Lusdtpp%=: nop;"
// A register is a bare number, so a constant has an i before it (I).
#define USDTPP_DETAIL_TEXT(i, j) USDTPP_DETAIL_STRING(%c##i@%I##j%j)

#elif defined(__i386__)
#define USDTPP_DETAIL_SITE \
    ".Lusdtpp%=: {nop|.error \"usdtpp: probes cannot be compiled with -masm=intel\"};"
#define USDTPP_DETAIL_ADDRESS ".4byte"
#define USDTPP_DETAIL_IN_MEMORY
#define USDTPP_DETAIL_TEXT(i, j) USDTPP_DETAIL_STRING(%c##i@%c##j(%2))
#define USDTPP_DETAIL_FIRST_TEXT USDTPP_DETAIL_STRING(%c1@(%2))

#elif defined(__arm__)
#define USDTPP_DETAIL_SITE ".Lusdtpp%=: nop;"
#define USDTPP_DETAIL_ADDRESS ".4byte"
#define USDTPP_DETAIL_IN_MEMORY
#define USDTPP_DETAIL_TEXT(i, j) "%c" #i "@[%2, #%c" #j "]"
#define USDTPP_DETAIL_FIRST_TEXT USDTPP_DETAIL_STRING(%c1@[%2])

#endif

// What most of them have.
#if !defined(USDTPP_DETAIL_ADDRESS)
#define USDTPP_DETAIL_ADDRESS ".8byte"
#endif
#if !defined(USDTPP_DETAIL_REGISTER)
#define USDTPP_DETAIL_REGISTER "%"
#endif
#if defined(USDTPP_DETAIL_TEXT) && !defined(USDTPP_DETAIL_FIRST_TEXT)
#define USDTPP_DETAIL_FIRST_TEXT USDTPP_DETAIL_TEXT(1, 2)
#endif

// Operand i, a constant of 64 bits, of which GCC's %c has but 32 or 8 on some.
#if !defined(__clang__) && (defined(__x86_64__) || defined(__i386__))
#define USDTPP_DETAIL_NUMBER(i) "%p" #i
#elif !defined(__clang__) && (defined(__s390x__) || defined(__riscv))
#define USDTPP_DETAIL_NUMBER(i) "%" #i
#else
#define USDTPP_DETAIL_NUMBER(i) "%c" #i
#endif

// clang-format on

#endif
