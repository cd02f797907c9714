// Has a handler of breakpoints' signal of the kind that its argument names, and gets traps of its own as before while
// it is attached to a breakpoint. -DUSDTPP_COMPACT makes it one.
#include <atomic>
#include <csignal>
#include <iostream>
#include <string>

#include <unistd.h>

#include <usdtpp/attach.hpp>
#include <usdtpp/usdtpp.hpp>

#if defined(__x86_64__)
constexpr int number_of_signal = SIGILL;
#define OWN_BREAKPOINT ".byte 0xd6"
#define OTHER_BREAKPOINT "int3"
#else
constexpr int number_of_signal = SIGTRAP;
#define OWN_BREAKPOINT "brk #0"
#define OTHER_BREAKPOINT "nop"
#endif

namespace {

volatile std::sig_atomic_t own = 0;
volatile std::sig_atomic_t code = 0;
volatile std::sig_atomic_t blocked = 0;
struct sigaction before = {};

void note_blocked() {
    sigset_t now;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
    blocked = blocked != 0 || ::sigismember(&now, SIGUSR1) != 0 ? 1 : 0;
}
void plain(int) {
    own = own + 1;
    note_blocked();
    PROBE(traps, fired, -1); // a breakpoint in the handler
}
void informed(int number, siginfo_t* info, void* context) {
    code = info->si_code > 0 ? 1 : 0;
    plain(number);
    if (code != 0) { // go on behind it
        auto& thread = *static_cast<ucontext_t*>(context);
        usdtpp::detail::attach::continue_at(thread, usdtpp::detail::attach::trap_address(thread) +
                                                        sizeof usdtpp::detail::attach::breakpoint);
    }
}
// As crash reporters do, which are installed later.
void chaining(int number, siginfo_t* info, void* context) {
    own = own + 1;
    if ((before.sa_flags & SA_SIGINFO) != 0) {
        before.sa_sigaction(number, info, context);
    }
}

std::sig_atomic_t taken(std::sig_atomic_t from) {
    return own - from;
}

void install(void (*handler)(int), int flags) {
    struct sigaction action = {};
    action.sa_handler = handler;
    action.sa_flags = flags;
    ::sigaddset(&action.sa_mask, SIGUSR1);
    ::sigaction(number_of_signal, &action, nullptr);
}
void install(void (*handler)(int, siginfo_t*, void*)) {
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    ::sigaddset(&action.sa_mask, SIGUSR1);
    ::sigaction(number_of_signal, &action, &before);
}

} // namespace

int main(int, char** arguments) {
    const std::string kind = arguments[1];
    if (kind == "plain" || kind == "once" || kind == "chaining") {
        install(plain, kind == "once" ? static_cast<int>(SA_RESETHAND) : 0);
    } else if (kind == "informed") {
        install(informed);
    } else if (kind == "ignored") {
        install(SIG_IGN, 0);
    }
    std::atomic<int> fired = 0; // to the compiler a probe changes no variable
    const auto count = [&](const usdtpp::event& event) { fired += event[0].as<int>() > 0 ? 1 : 0; };
    auto attached = usdtpp::attach("traps:fired", count);
    if (kind == "chaining") {
        install(chaining);
        attached = {};
        attached = usdtpp::attach("traps:fired", count);
    }
    PROBE(traps, fired, 1);
    const auto was = own;
    std::raise(number_of_signal);
    std::cout << "raised " << taken(was) << std::flush;
    if (kind == "informed") {
        asm volatile(OWN_BREAKPOINT);
        std::signal(SIGTRAP, plain);
        asm volatile(OTHER_BREAKPOINT);
    }
    std::cout << " trapped " << taken(was) << " code " << code << " blocked " << blocked << std::flush;
    PROBE(traps, fired, 2);
    std::cout << " fired " << fired << std::endl;
    if (kind == "ignored" || kind == "once") { // nobody may ignore it
        asm volatile(OWN_BREAKPOINT);          // ends it
    }
}
