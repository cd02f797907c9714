// A signal handler may do next to nothing: it leaves a note.
#include "interrupt.hpp"

#include <csignal>
#include <initializer_list>

namespace fosdem::run {
namespace {

volatile std::sig_atomic_t received = 0;

} // namespace

void catch_signals() {
    struct sigaction action {};
    action.sa_handler = [](int number) { received = number; };
    for (const int number : {SIGINT, SIGTERM}) {
        ::sigaction(number, &action, nullptr); // without SA_RESTART: waits end early
    }
    std::signal(SIGPIPE, SIG_IGN); // a child that has gone away is found out by its exit status
}

void check_signals() {
    if (received != 0) {
        throw interrupted{received};
    }
}

} // namespace fosdem::run
