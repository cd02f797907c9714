// Unwinds from within firings: from each instruction of one, and from a profiler's signals while others fire.
//     unwinding steps|samples|once record|handle      prints "ok", or what is wrong
// With -DWITH_LIBUNWIND, by that; otherwise by libgcc's unwinder. With -DWITH_TRAPS the site is a nop alone.
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

#include <execinfo.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#if defined(WITH_LIBUNWIND)
#define UNW_LOCAL_ONLY
#include <libunwind.h>
#endif
#if defined(WITH_TRAPS)
#include <sys/sdt.h>
#endif

#include <usdtpp/recorder.hpp>
#include <usdtpp/usdtpp.hpp>

namespace {

volatile long samples = 0;
volatile long short_ones = 0;
long wrong_at = 0;

// In sections of their own, so that an address tells the function.
#define IN_SECTION(name) [[gnu::noinline, gnu::section(name)]]
IN_SECTION("text_of_work") long work(long a, long b) {
#if defined(WITH_TRAPS)
    DTRACE_PROBE2(unwinding, work, a, b);
#else
    PROBE(unwinding, work, a, b);
#endif
    return a * b + 1;
}
IN_SECTION("text_of_caller") long caller(long a, long b) {
    const auto result = work(a, b);
    return result + samples; // no tail call
}

} // namespace

extern "C" {
extern const char __start_text_of_work[], __stop_text_of_work[], __start_text_of_caller[], __stop_text_of_caller[];
}

namespace {

bool is_in(const void* address, const char* begin, const char* end) {
    return address >= begin && address <= end; // which a return address may be
}

void look(void* context) {
    void* frames[64] = {};
    int count = 0;
#if defined(WITH_LIBUNWIND)
    unw_cursor_t cursor;
    unw_init_local2(&cursor, static_cast<unw_context_t*>(context), UNW_INIT_SIGNAL_FRAME);
    do {
        unw_word_t at = 0;
        unw_get_reg(&cursor, UNW_REG_IP, &at);
        frames[count++] = reinterpret_cast<void*>(at);
    } while (count != 64 && unw_step(&cursor) > 0);
#else
    static_cast<void>(context);
    count = ::backtrace(frames, 64);
#endif
    int work_frame = -1;
    int caller_frame = -1;
    for (int i = 0; i != count; ++i) {
        work_frame = is_in(frames[i], __start_text_of_work, __stop_text_of_work) ? i : work_frame;
        caller_frame = is_in(frames[i], __start_text_of_caller, __stop_text_of_caller) ? i : caller_frame;
    }
    samples = samples + 1;
    // Whoever is in neither of them is in main().
    const auto at = static_cast<const ucontext_t*>(context)->uc_mcontext.gregs[REG_RIP];
    const bool is_in_both = work_frame != -1 && caller_frame == work_frame + 1;
    const bool is_in_caller = caller_frame != -1 && work_frame == -1 &&
                              is_in(reinterpret_cast<void*>(at + 1), __start_text_of_caller, __stop_text_of_caller);
    if (!is_in_both && !is_in_caller) {
        short_ones = short_ones + 1;
        wrong_at = at;
    }
}

bool steps = false;
void on_trap(int, siginfo_t*, void* context) {
    auto& flags = static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL];
    if (steps) {
        look(context);
    } else {
        flags &= ~0x100;
    }
}
IN_SECTION("text_of_caller") long step_through(long a, long b) {
    steps = true;
    asm volatile("pushfq; orl $0x100, (%%rsp); popfq" : : : "memory", "cc");
    const auto result = work(a, b);
    steps = false;
    return result;
}

void on_profile(int, siginfo_t*, void* context) {
    void* frames[64];
    const int count = ::backtrace(frames, 64);
    samples = samples + 1;
    short_ones = short_ones + (count < 5 ? 1 : 0); // this, the signal, a function, main, and what calls it
    static_cast<void>(context);
}

void install(int number, void (*handler)(int, siginfo_t*, void*)) {
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    ::sigaction(number, &action, nullptr);
}

} // namespace

int main(int, char** arguments) {
    void* first[4];
    ::backtrace(first, 4); // loads what it needs
    usdtpp::recorder_options options;
    options.when_full = usdtpp::when_full::overwrite;
    options.ring_size = 1U << 16;
    std::unique_ptr<usdtpp::recorder> recorder;
    usdtpp::attachment attached;
    long handled = 0;
    if (std::strcmp(arguments[2], "record") == 0) {
        recorder = std::make_unique<usdtpp::recorder>("unwinding:*", options);
    } else {
        attached = usdtpp::attach("unwinding:*", [&](const usdtpp::event& fired) { handled += fired[1].as<long>(); });
    }
    long sum = caller(1, 2);
    if (std::strcmp(arguments[1], "once") == 0) { // for a debugger
        sum += caller(3, 4);
    } else if (std::strcmp(arguments[1], "steps") == 0) {
        install(SIGTRAP, on_trap);
        sum += step_through(3, 4);
        const long least = std::strcmp(arguments[2], "record") == 0 ? 100 : 300;
        if (samples < least || short_ones != 0) {
            std::printf("of %ld steps %ld ended early, the last at %lx\n", samples, short_ones, wrong_at);
            return 1;
        }
    } else {
        install(SIGPROF, on_profile);
        const itimerval at = {{0, 1000}, {0, 1000}};
        ::setitimer(ITIMER_PROF, &at, nullptr);
        while (samples < 400) {
            sum += caller(sum, 3);
        }
        if (short_ones != 0) {
            std::printf("of %ld samples %ld ended early\n", samples, short_ones);
            return 1;
        }
    }
    std::printf("ok\n");
    std::fprintf(stderr, "%ld samples, sum %ld\n", samples, sum + handled);
    return 0;
}
