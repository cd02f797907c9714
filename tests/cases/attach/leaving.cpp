// Threads that leave firings, or suspend them, while they fire into a recorder and a handler: by siglongjmp, on
// alternate stacks, on fibres. Prints "ok", or what is wrong.
//     leaving WAY PLACE jump|trap     a way and a place of the tables in main()
#include <atomic>
#include <chrono>
#include <csetjmp>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>

#include <pthread.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#include <sys/sdt.h>

#include <usdtpp/recorder.hpp>
#include <usdtpp/usdtpp.hpp>

namespace {

using clock_type = std::chrono::steady_clock;

// What is fired is consistent in itself: a record that has parts of two is not.
bool is_trap = false;
std::atomic<std::uint64_t> fired{0};
[[gnu::noinline]] void fire(std::uint64_t number) {
    const char* text = number % 2 == 0 ? "even, and rather long, so that it takes a while" : "odd";
    const std::uint64_t inverse = ~number;
    const std::uint64_t product = number * 0x9e3779b97f4a7c15;
    if (is_trap) {
        DTRACE_PROBE4(leaving, record, number, inverse, product, text);
    } else {
        PROBE(leaving, record, number, inverse, product, text);
    }
    fired.fetch_add(1, std::memory_order_relaxed);
}
std::uint64_t torn = 0;
std::uint64_t drained = 0;
void check(const usdtpp::recorded_event& event) {
    const auto number = event[0].bits();
    ++drained;
    torn += event[1].bits() == ~number && event[2].bits() == number * 0x9e3779b97f4a7c15 ? 0U : 1U;
    if (event[3].note().kind == usdtpp::argument_kind::string) {
        const std::string wanted = number % 2 == 0 ? "even, and rather long, so that it takes a while" : "odd";
        torn += event[3].as<std::string>() == wanted ? 0U : 1U;
    }
}

// Calls `use` deeper in the stack.
[[gnu::noinline]] void below(unsigned depth, const std::function<void()>& use) {
    volatile char frame[400];
    frame[depth % sizeof frame] = 1;
    if (depth == 0) {
        use();
    } else {
        below(depth - 1, use);
    }
    frame[0] = frame[0] + 1;
}

sigjmp_buf back;
std::uint64_t in_signals = 0;
ucontext_t of_thread;
ucontext_t of_fibre;
void run_fibre() {
    for (;;) {
        below(in_signals % 3, [] { fire(in_signals * 3 + 1); });
        ::swapcontext(&of_fibre, &of_thread);
    }
}

void jump_out(int) {
    ++in_signals;
    siglongjmp(back, 1);
}
void fire_in_signal(int) {
    ++in_signals;
    fire(in_signals);
}
void switch_to_fibre(int) {
    ++in_signals;
    ::swapcontext(&of_thread, &of_fibre);
}

void arm(long microseconds) {
    const itimerval at = {{0, microseconds}, {0, microseconds}};
    ::setitimer(ITIMER_REAL, &at, nullptr);
}
void on_alarm(void (*handler)(int), int flags) {
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    ::sigaction(SIGALRM, &action, nullptr);
}

constexpr std::size_t stack_size = std::size_t{256} << 10;
alignas(64) char low_stack[stack_size]; // below all stacks of threads
bool wants_fibre = false;
sigset_t alarms;
void use_stack(char* stack) {
    ::sigemptyset(&alarms);
    ::sigaddset(&alarms, SIGALRM);
    if (wants_fibre) { // whose signals are blocked, as they are in the handler that switches to it
        ::pthread_sigmask(SIG_BLOCK, &alarms, nullptr);
        ::getcontext(&of_fibre);
        of_fibre.uc_stack.ss_sp = stack;
        of_fibre.uc_stack.ss_size = stack_size;
        ::makecontext(&of_fibre, run_fibre, 0);
        ::pthread_sigmask(SIG_UNBLOCK, &alarms, nullptr);
    } else {
        stack_t alternate = {};
        alternate.ss_sp = stack;
        alternate.ss_size = stack_size;
        ::sigaltstack(&alternate, nullptr);
    }
}

// Fires until the time is over; what the signals do comes in between.
void loop(const std::function<void(std::uint64_t)>& step) {
    const auto end = clock_type::now() + std::chrono::milliseconds(700);
    static std::uint64_t number; // survives jumps
    number = 0;
    sigsetjmp(back, 1);
    arm(200 + static_cast<long>(in_signals % 97));
    while (clock_type::now() < end) {
        step(++number);
    }
    arm(0);
}

} // namespace

int main(int, char** arguments) {
    const std::string way = arguments[1];
    const std::string place = arguments[2];
    is_trap = std::string(arguments[3]) == "trap";
    char high_stack[stack_size]; // above what is called from here
    high_stack[0] = 0;
    void (*handlers[])(int) = {jump_out, fire_in_signal, switch_to_fibre};
    const auto which = way == "jump" ? 0 : way == "signal" ? 1 : 2;
    wants_fibre = which == 2;
    use_stack(place == "low" ? low_stack : high_stack);
    on_alarm(handlers[which], SA_ONSTACK * (which == 1));

    usdtpp::recorder_options options;
    options.when_full = place == "high" ? usdtpp::when_full::overwrite : usdtpp::when_full::drop;
    options.ring_size = std::size_t{1} << 16;
    usdtpp::recorder recorder("leaving:*", options);
    std::atomic<bool> done{false};
    ::pthread_sigmask(SIG_BLOCK, &alarms, nullptr); // for the thread
    std::thread drains([&] {
        while (!done) {
            recorder.drain(check);
        }
    });
    ::pthread_sigmask(SIG_UNBLOCK, &alarms, nullptr);
    if (place == "deep") { // leaves it from deep in the stack, and fires further up; and the other way round
        loop([](std::uint64_t number) {
            below(number % 40, [&] {
                for (int i = 0; i != 20; ++i) {
                    fire(number);
                }
            });
        });
    } else {
        loop([](std::uint64_t number) {
            for (int i = 0; i != 20; ++i) {
                fire(number);
            }
        });
    }
    on_alarm(SIG_IGN, 0);
    done = true;
    drains.join();
    recorder.drain(check);
    const auto before = drained;
    fire(1);
    recorder.drain(check);
    const auto losses = recorder.losses();
    const bool is_mute = drained != before + 1;
    ::alarm(10); // of a detach that does not come back
    std::thread([&] { recorder.stop(); }).join();
    const auto all = drained + losses.full + losses.nested + losses.threads;
    // What was left is neither recorded nor lost, and a jump may come between a record and its count.
    const bool counts = all + in_signals >= fired && all <= fired + in_signals;
    if (torn != 0 || is_mute || !counts || in_signals < 100) {
        std::printf("torn %llu, %s, fired %llu, drained %llu, full %llu, nested %llu, threads %llu, signals %llu\n",
                    static_cast<unsigned long long>(torn), is_mute ? "mute" : "not mute",
                    static_cast<unsigned long long>(fired.load()), static_cast<unsigned long long>(drained),
                    static_cast<unsigned long long>(losses.full), static_cast<unsigned long long>(losses.nested),
                    static_cast<unsigned long long>(losses.threads), static_cast<unsigned long long>(in_signals));
        return 1;
    }
    std::printf("ok\n");
    std::fprintf(stderr, "fired %llu, drained %llu, nested %llu, signals %llu\n",
                 static_cast<unsigned long long>(fired.load()), static_cast<unsigned long long>(drained),
                 static_cast<unsigned long long>(losses.nested), static_cast<unsigned long long>(in_signals));
    return 0;
}
