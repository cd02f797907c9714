// Threads that check every register behind each probe, while another one attaches and detaches, a timer's signals fire
// probes as well, and a profiler's unwind. Arguments: how many threads, how often to attach. Prints what it counted.
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <cpuid.h>
#include <csignal>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <sys/time.h>
#include <unistd.h>

#include <usdtpp/attach.hpp>
#include <usdtpp/usdtpp.hpp>

// Numbered as in instructions; then flags, and the sixteen words of the red zone, the nearest first.
struct general_state {
    std::uint64_t registers[16];
    std::uint64_t flags;
    std::uint64_t red_zone[16];
};
constexpr std::uint64_t arithmetic_flags = 0x8d5;

// What xsave saves.
struct alignas(64) vector_area {
    unsigned char bytes[4096];
};

// Loads all registers, fires, and stores them all.
using fire_function = void(const general_state* in, general_state* out, const vector_area* vectors_in,
                           vector_area* vectors_out, std::uint64_t mask);
extern "C" fire_function fire_in_line, fire_across_lines;

// The second note says that the long nop is the probe's (docs/note.md).
//
// The first two bytes of the second one's jump are in two aligned blocks of eight: they cannot be written at once.
asm(R"(
    .macro fire_with function, before_site
    .text
    .balign 16
    .globl \function
    .type \function, @function
\function:
    push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15
    push %rsi
    push %rcx
    push %r8
    mov %rdi, %rbx
    mov %r8d, %eax
    mov %rdx, %rcx
    xor %edx, %edx
    xrstor64 (%rcx)
    push 128(%rbx)
    popfq
    .set i, 0
    .rept 16
    mov 136+8*i(%rbx), %rax
    mov %rax, -8-8*i(%rsp)
    .set i, i+1
    .endr
    mov 16(%rsp), %rax
    mov %rsp, 32(%rax)
    mov (%rbx), %rax; mov 8(%rbx), %rcx; mov 16(%rbx), %rdx; mov 40(%rbx), %rbp; mov 48(%rbx), %rsi
    mov 56(%rbx), %rdi; mov 64(%rbx), %r8; mov 72(%rbx), %r9; mov 80(%rbx), %r10; mov 88(%rbx), %r11
    mov 96(%rbx), %r12; mov 104(%rbx), %r13; mov 112(%rbx), %r14; mov 120(%rbx), %r15; mov 24(%rbx), %rbx
    .balign 16
    .fill \before_site, 1, 0x90
.Lsite_of_\function:
    nop
    .8byte 0x841f0f2e66
    .2byte 0
    xchg %rax, 16(%rsp)
    mov %rcx, 8(%rax); mov %rdx, 16(%rax); mov %rbx, 24(%rax); mov %rbp, 40(%rax); mov %rsi, 48(%rax)
    mov %rdi, 56(%rax); mov %r8, 64(%rax); mov %r9, 72(%rax); mov %r10, 80(%rax); mov %r11, 88(%rax)
    mov %r12, 96(%rax); mov %r13, 104(%rax); mov %r14, 112(%rax); mov %r15, 120(%rax)
    mov 16(%rsp), %rcx; mov %rcx, (%rax)
    .set i, 0
    .rept 16
    mov -8-8*i(%rsp), %rcx
    mov %rcx, 136+8*i(%rax)
    .set i, i+1
    .endr
    pushfq
    pop 128(%rax)
    cmp %rsp, 32(%rax)
    je 7f
    ud2
7:  mov %rax, %rbx
    mov 8(%rsp), %rcx
    mov (%rsp), %eax
    xor %edx, %edx
    xsave64 (%rcx)
    add $24, %rsp
    pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx
    ret
    .size \function, . - \function

    .pushsection .note.stapsdt, "", @note
    .balign 4
    .4byte 8, 9f-8f, 3
    .asciz "stapsdt"
8:  .8byte .Lsite_of_\function, 0, 0
    .asciz "fire", "registers"
    .asciz "8@%rax 8@%rbx 8@%r15 -4@%ecx 2@%di 1@%sil -8@-8(%rsp) 8@-128(%rsp) 4@-60(%rsp) -8@$-5 8@%rbp 1@%dh"
9:  .balign 4
    .popsection
    .pushsection .note.usdtpp, "", @note
    .balign 4
    .4byte 7, 9f-8f, 0x1001
    .asciz "usdtpp", ""
8:  .8byte .Lsite_of_\function, 0x10000000000000
    .4byte 0
    .asciz "", ""
9:  .balign 4
    .popsection
    .endm
    fire_with fire_in_line, 2
    fire_with fire_across_lines, 14
)");

namespace {

std::atomic<std::uint64_t> fired = 0;
std::atomic<std::uint64_t> handled = 0;
std::atomic<std::uint64_t> handled_leaf = 0;
std::atomic<std::uint64_t> handled_signal = 0;
std::atomic<std::uint64_t> wrong = 0;
std::atomic<bool> done = false;
thread_local const general_state* expected = nullptr;

void check(bool right) {
    wrong += right ? 0U : 1U;
}

void handle_registers(const usdtpp::event& event) {
    ++handled;
    const auto& in = *expected;
    const auto& r = in.registers;
    std::uint64_t middle = 0;
    std::memcpy(&middle, reinterpret_cast<const char*>(&in.red_zone[7]) + 4, 4); // -60(%rsp)
    const std::uint64_t values[] = {r[0],           r[3],
                                    r[15],          static_cast<std::uint64_t>(static_cast<std::int32_t>(r[1])),
                                    r[7] & 0xffff,  r[6] & 0xff,
                                    in.red_zone[0], in.red_zone[15],
                                    middle,         static_cast<std::uint64_t>(-5),
                                    r[5],           r[2] >> 8 & 0xff};
    for (std::size_t i = 0; i != std::size(values); ++i) {
        check(event[i].is_readable() && event[i].bits() == values[i]);
    }
}

// Clobbers what a handler may: vector and x87 registers, flags, the stack below.
double spoil(int seed) {
    volatile double all[64];
    for (int i = 0; i != 64; ++i) {
        all[i] = seed * 1.5 + i;
    }
    volatile long double sum = 0;
    for (const double one : all) {
        sum = sum + one;
    }
    return static_cast<double>(sum);
}

// A leaf that keeps its locals in the red zone.
__attribute__((noinline)) int leaf(int a, int b, int c) {
    volatile int local[6] = {a, b, c, a + b, b + c, a + c};
    const int x = local[0];
    PROBE(fire, leaf, a, b, c, x, local[1], local[2], local[3], local[4], local[5], a * b, b * c, 12);
    return local[0] + local[1] + local[2] + local[3] + local[4] + local[5] - x;
}
void handle_leaf(const usdtpp::event& event) {
    ++handled_leaf;
    const auto a = event[0].as<int>();
    const auto b = event[1].as<int>();
    const auto c = event[2].as<int>();
    const int values[] = {a, b, c, a, b, c, a + b, b + c, a + c, a * b, b * c, 12};
    for (std::size_t i = 0; i != std::size(values); ++i) {
        check(event[i].as<int>() == values[i]);
    }
    check(b == a + 1 && c == a + 2);
}

void on_timer(int) {
    static volatile int ticks = 0;
    ticks = ticks + 1;
    PROBE(fire, in_signal, ticks, 77);
}

// A profiler: unwinds from wherever a thread is, 1,000 times a second of processor time.
volatile long profiled = 0;
void on_profile(int) {
    void* frames[32];
    profiled = profiled + ::backtrace(frames, 32);
}

void run(unsigned seed, const vector_area& valid, std::size_t size, std::uint64_t mask) {
    std::mt19937_64 random(seed);
    general_state in = {};
    general_state out = {};
    vector_area vectors = valid;
    vector_area vectors_after = {};
    expected = &in;
    for (int turn = 0; !done; ++turn) {
        for (auto& one : in.registers) {
            one = random();
        }
        for (auto& one : in.red_zone) {
            one = random();
        }
        in.flags = (random() & arithmetic_flags) | 0x202;
        const auto fill = [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i != end; ++i) {
                vectors.bytes[i] = static_cast<unsigned char>(random());
            }
        };
        for (std::size_t i = 32; i != 160; i += 16) {
            fill(i, i + 10);
        }
        fill(160, 416);
        fill(576, size);
        std::memcpy(&vectors_after, &vectors, sizeof vectors);
        (turn % 2 == 0 ? fire_in_line : fire_across_lines)(&in, &out, &vectors, &vectors_after, mask);
        ++fired;
        for (std::size_t i = 0; i != 16; ++i) {
            check(i == 4 || out.registers[i] == in.registers[i]);
            check(out.red_zone[i] == in.red_zone[i]);
        }
        check((out.flags & arithmetic_flags) == (in.flags & arithmetic_flags));
        check(std::memcmp(vectors.bytes, vectors_after.bytes, 512) == 0); // then comes a header
        check(std::memcmp(vectors.bytes + 576, vectors_after.bytes + 576, size - 576) == 0);
        check(leaf(turn % 1000, turn % 1000 + 1, turn % 1000 + 2) == 8 * (turn % 1000) + 9);
    }
}

// Whether the program's code in memory is that of its file.
bool code_is_that_of_the_file() {
    return ::dl_iterate_phdr(
               [](dl_phdr_info* info, std::size_t, void*) {
                   const int file = ::open("/proc/self/exe", O_RDONLY);
                   bool same = true;
                   for (int i = 0; i != info->dlpi_phnum; ++i) {
                       const auto& segment = info->dlpi_phdr[i];
                       if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0) {
                           std::vector<char> bytes(segment.p_filesz);
                           same = ::pread(file, bytes.data(), bytes.size(), static_cast<off_t>(segment.p_offset)) ==
                                      static_cast<ssize_t>(bytes.size()) &&
                                  std::memcmp(bytes.data(),
                                              reinterpret_cast<const void*>(info->dlpi_addr + segment.p_vaddr),
                                              bytes.size()) == 0 &&
                                  same;
                       }
                   }
                   ::close(file);
                   return same ? 1 : 2; // the executable comes first
               },
               nullptr) == 1;
}

} // namespace

int main(int argc, char** argv) {
    const int threads = argc > 1 ? std::atoi(argv[1]) : 8;
    const int turns = argc > 2 ? std::atoi(argv[2]) : 10'000;
    unsigned low = 0;
    unsigned high = 0;
    asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    const unsigned mask = low & 0xe7U;
    std::size_t size = 576;
    for (unsigned i = 2; i != 8; ++i) {
        unsigned a = 0;
        unsigned b = 0;
        unsigned c = 0;
        unsigned d = 0;
        __cpuid_count(13, i, a, b, c, d);
        size = (mask & 1U << i) != 0 && b + a > size ? b + a : size;
    }
    static vector_area valid;
    asm volatile("xsave64 %0" : "+m"(valid) : "a"(mask), "d"(0));
    valid.bytes[4] = 0xff;                              // all x87 registers are in use
    std::memcpy(valid.bytes + 512, &mask, sizeof mask); // all of them are there

    // In all threads, for no breakpoint is needed: it would end the program.
    sigset_t of_breakpoints;
    ::sigemptyset(&of_breakpoints);
    ::sigaddset(&of_breakpoints, SIGILL);
    ::pthread_sigmask(SIG_BLOCK, &of_breakpoints, nullptr);

    struct sigaction on_alarm = {};
    on_alarm.sa_handler = on_timer;
    on_alarm.sa_flags = SA_RESTART;
    ::sigaction(SIGALRM, &on_alarm, nullptr);
    const itimerval each = {{0, 300}, {0, 300}};
    ::setitimer(ITIMER_REAL, &each, nullptr);

    void* frames[4];
    ::backtrace(frames, 4); // loads what it needs
    on_alarm.sa_handler = on_profile;
    ::sigaction(SIGPROF, &on_alarm, nullptr);
    const itimerval each_millisecond = {{0, 1000}, {0, 1000}};
    ::setitimer(ITIMER_PROF, &each_millisecond, nullptr);

    std::vector<std::thread> running;
    for (int i = 0; i != threads; ++i) {
        running.emplace_back(run, static_cast<unsigned>(i), std::cref(valid), size, std::uint64_t{mask});
    }
    int sites = 0;
    for (int turn = 0; turn != turns; ++turn) {
        const auto attached = usdtpp::attach("fire:*", [](const usdtpp::event& event) {
            const auto before = wrong.load();
            spoil(static_cast<int>(before));
            event.name() == "registers" ? handle_registers(event)
            : event.name() == "leaf"    ? handle_leaf(event)
                                        : check(true);
            if (event.name() == "in_signal") {
                ++handled_signal;
                check(event[1].as<int>() == 77);
            }
        });
        sites = static_cast<int>(attached.sites());
        if (turn % 16 == 0) {
            ::usleep(200); // so that some are traced for longer
        }
    }
    done = true;
    for (auto& one : running) {
        one.join();
    }
    ::setitimer(ITIMER_REAL, nullptr, nullptr);
    ::setitimer(ITIMER_PROF, nullptr, nullptr);
    check(profiled > 0);
    std::printf("fired %s, handled %s registers %s leaf %s signal, wrong %llu, sites %d, code %s\n",
                fired > 0 ? "some" : "none", handled > 0 ? "some" : "no", handled_leaf > 0 ? "some" : "no",
                handled_signal > 0 ? "some" : "no", static_cast<unsigned long long>(wrong.load()), sites,
                code_is_that_of_the_file() ? "restored" : "changed");
    std::fprintf(stderr, "fired %llu, handled %llu %llu %llu\n", static_cast<unsigned long long>(fired.load()),
                 static_cast<unsigned long long>(handled.load()), static_cast<unsigned long long>(handled_leaf.load()),
                 static_cast<unsigned long long>(handled_signal.load()));
    return 0;
}
