// What stands at sites, before they are attached to, meanwhile, and behind it. Each situation is an argument; prints
// "ok", or what is wrong. -DKIND_SDT: probes of <sys/sdt.h>; with -DUSDTPP_COMPACT those of usdtpp are nops alone too.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <usdtpp/attach.hpp>
#include <usdtpp/usdtpp.hpp>
#if defined(KIND_SDT)
#include <sys/sdt.h>
#define FIRE(name, value) DTRACE_PROBE1(sites, name, value)
#else
#define FIRE(name, value) PROBE(sites, name, value)
#endif

namespace {

void expect(bool holds, const std::string& what) {
    if (!holds) {
        std::printf("not so: %s\n", what.c_str());
        std::fflush(stdout);
        std::_Exit(1);
    }
}

[[gnu::noinline, gnu::aligned(4096)]] void fire(int value) {
    FIRE(one, value);
}

// A loop behind a probe that is not reached begins where the assembler has padded: with multi-byte nops, those of ten
// bytes among them. Each function has another distance to the next boundary.
#define PADDED(n)                                                                                                      \
    [[gnu::noinline]] void padded_##n(int condition, volatile int* to, int count) {                                    \
        asm volatile(".fill " #n ", 1, 0x90");                                                                         \
        if (condition != 0) {                                                                                          \
            FIRE(padded, condition);                                                                                   \
        }                                                                                                              \
        asm volatile("" : : : "memory");                                                                               \
        do {                                                                                                           \
            *to = *to + count;                                                                                         \
        } while (--count != 0);                                                                                        \
    }
#define PADDED_4(a, b, c, d) PADDED(a) PADDED(b) PADDED(c) PADDED(d)
PADDED_4(0, 1, 2, 3)
PADDED_4(4, 5, 6, 7)
PADDED_4(8, 9, 10, 11)
PADDED_4(12, 13, 14, 15)

// The same without a compiler's choice: padding of exactly ten bytes behind a nop with a note, which code jumps to.
extern "C" void hand_padded(int condition, volatile int* to, int count);
asm(R"(
    .text
    .balign 16
    .globl hand_padded
    .hidden hand_padded
hand_padded:
    test %edi, %edi
    je 2f
    .Lhand_padded_site: nop
2:  .8byte 0x841f0f2e66
    .2byte 0
1:  add %edx, (%rsi)
    dec %edx
    jne 1b
    ret
    .pushsection .note.stapsdt, "", @note
    .balign 4
    .4byte 8, 9f-8f, 3
    .asciz "stapsdt"
8:  .8byte .Lhand_padded_site, 0, 0
    .asciz "sites", "padded", "4@%edi"
9:  .balign 4
    .popsection
)");

void padding_is_no_room() {
    int fired = 0;
    const auto attached = usdtpp::attach("sites:padded", [&](const usdtpp::event&) { ++fired; });
    void (*all[])(int, volatile int*, int) = {padded_0,  padded_1,  padded_2,  padded_3,  padded_4,   padded_5,
                                              padded_6,  padded_7,  padded_8,  padded_9,  padded_10,  padded_11,
                                              padded_12, padded_13, padded_14, padded_15, hand_padded};
    for (auto* function : all) {
        volatile int sum = 0;
        function(0, &sum, 3);
        expect(fired == 0, "a probe that is not reached does not fire");
        expect(sum == 6, "the loop does what it did");
    }
    for (auto* function : all) {
        volatile int sum = 0;
        function(1, &sum, 3);
    }
    expect(fired == 17, "one that is reached does");
}

unsigned char* code() {
    auto* at = reinterpret_cast<unsigned char*>(&fire);
    return at;
}
std::string bytes() {
    return std::string(reinterpret_cast<const char*>(code()), 64);
}
// "r-xp" of the page, and of what surrounds it.
std::string protection() {
    std::ifstream maps("/proc/self/maps");
    const auto wanted = reinterpret_cast<std::uintptr_t>(code());
    for (std::string line; std::getline(maps, line);) {
        const auto begin = std::strtoull(line.c_str(), nullptr, 16);
        const auto end = std::strtoull(line.c_str() + line.find('-') + 1, nullptr, 16);
        if (begin <= wanted && wanted < end) {
            return line.substr(line.find(' ') + 1, 4);
        }
    }
    return "none";
}

// Pages keep the protection that they had: of what changes its own code, writable.
void protection_stays() {
    for (const int wanted : {PROT_READ | PROT_EXEC, PROT_READ | PROT_WRITE | PROT_EXEC}) {
        expect(::mprotect(code(), 4096, wanted) == 0, "it can be protected otherwise");
        const auto before = protection();
        {
            const auto attached = usdtpp::attach("sites:one", [](const usdtpp::event&) {});
            expect(protection() == before, "it stays while attached: " + before + ", " + protection());
            fire(1);
        }
        expect(protection() == before, "it stays behind: " + before + ", " + protection());
    }
}

std::size_t find_long_nop() {
    const auto at = bytes().find(std::string("\x66\x2e\x0f\x1f\x84", 5));
    expect(at != std::string::npos, "there is a long nop");
    return at;
}
void write_code(std::size_t place, const std::string& with) {
    expect(::mprotect(code(), 4096, PROT_READ | PROT_WRITE | PROT_EXEC) == 0, "it can be written");
    std::memcpy(code() + place, with.data(), with.size());
    expect(::mprotect(code(), 4096, PROT_READ | PROT_EXEC) == 0, "and protected again");
}
void forbid_breakpoints() {
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGILL);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

// What Linux 7.2 leaves of a long nop that it had made a call: another one.
void nop_of_the_kernel_is_room() {
    write_code(find_long_nop() + 5, std::string("\xe8\x12\x34\x56\x78", 5));
    const auto before = bytes();
    forbid_breakpoints();
    int fired = 0;
    auto attached = usdtpp::attach("sites:one", [&](const usdtpp::event&) { ++fired; });
    fire(1);
    attached.detach();
    fire(1);
    expect(fired == 1, "it fired while attached");
    expect(bytes() == before, "each byte is as it was");
}

// Shorter nops, as a tool may put them where the long one crosses a page; and five bytes that are an instruction.
void mended_nop_is_no_room() {
    write_code(find_long_nop(), std::string("\x0f\x1f\x80\x00\x00\x00\x00\x0f\x1f\x00", 10));
    const auto before = bytes();
    int fired = 0;
    auto attached = usdtpp::attach("sites:one", [&](const usdtpp::event&) { ++fired; });
    fire(1);
    attached.detach();
    expect(fired == 1, "it fired, by a breakpoint");
    expect(bytes() == before, "each byte is as it was");
}

// More sites than stubs or pointers to them have room in a page.
#define FIRE_4(value)                                                                                                  \
    FIRE(many, value);                                                                                                 \
    FIRE(many, value + 1);                                                                                             \
    FIRE(many, value + 2);                                                                                             \
    FIRE(many, value + 3)
#define FIRE_16(value)                                                                                                 \
    FIRE_4(value);                                                                                                     \
    FIRE_4(value + 4);                                                                                                 \
    FIRE_4(value + 8);                                                                                                 \
    FIRE_4(value + 12)
#define FIRE_64(value)                                                                                                 \
    FIRE_16(value);                                                                                                    \
    FIRE_16(value + 16);                                                                                               \
    FIRE_16(value + 32);                                                                                               \
    FIRE_16(value + 48)
[[gnu::noinline]] void fire_many(int value) {
    FIRE_64(value);
    FIRE_64(value + 64);
    FIRE_64(value + 128);
    FIRE_64(value + 192);
}

void heap_can_grow() {
    const auto attached = usdtpp::attach("sites:*", [](const usdtpp::event&) {});
    fire_many(1);
    expect(::sbrk(256 << 20) != reinterpret_cast<void*>(-1), "the heap grows by 256 MiB");
}

} // namespace

int main(int, char** arguments) {
    const std::string wanted = arguments[1];
    const std::pair<const char*, void (*)()> all[] = {{"padding is no room", padding_is_no_room},
                                                      {"protection stays", protection_stays},
                                                      {"nop of the kernel is room", nop_of_the_kernel_is_room},
                                                      {"mended nop is no room", mended_nop_is_no_room},
                                                      {"heap can grow", heap_can_grow}};
    for (const auto& [name, run] : all) {
        if (wanted == name) {
            run();
            std::puts("ok");
            return 0;
        }
    }
    return 2;
}
