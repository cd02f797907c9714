// Has a handler of breakpoints' signal of the kind that its argument names, and gets traps of its own as before while it is
// attached to a breakpoint. -DUSDTPP_COMPACT makes it one.
#include <atomic>
#include <csignal>
#include <iostream>
#include <string>

#include <unistd.h>

#include <usdtpp/attach.hpp>
#include <usdtpp/usdtpp.hpp>

#if defined(__x86_64__)
#define SIGNAL SIGILL
#define OWN ".byte 0xd6"
#else
#define SIGNAL SIGTRAP
#define OWN "brk #0"
#endif

namespace {

volatile std::sig_atomic_t own = 0;
volatile std::sig_atomic_t code = 0;
volatile std::sig_atomic_t blocked = 0;
struct sigaction before = {};

void note_blocked() {
    sigset_t now;
    ::pthread_sigmask(SIG_SETMASK, nullptr, &now);
    blocked = ::sigismember(&now, SIGUSR1);
}
void plain(int) {
    own = own + 1;
    note_blocked();
    PROBE(traps, fired, -1); // a breakpoint in the handler
}
void informed(int number, siginfo_t* info, void*) {
    code = info->si_code;
    plain(number);
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
    ::sigaction(SIGNAL, &action, nullptr);
}
void install(void (*handler)(int, siginfo_t*, void*)) {
    struct sigaction action = {};
    action.sa_sigaction = handler;
    action.sa_flags = SA_SIGINFO;
    ::sigaction(SIGNAL, &action, &before);
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
    std::raise(SIGNAL);
    std::cout << "raised " << taken(was) << std::flush;
    if (kind != "ignored" && kind != "once") {
        asm volatile(OWN); // which nobody may ignore
    }
    std::cout << " trapped " << taken(was) << " code " << code << " blocked " << blocked << std::flush;
    PROBE(traps, fired, 2);
    std::cout << " fired " << fired << std::endl;
    if (kind == "ignored" || kind == "once") {
        asm volatile(OWN); // ends it
    }
}
