// Ctrl-C: the program ends in order, so that no process is left behind.
#ifndef USDTPP_EXAMPLES_FOSDEM_RUN_INTERRUPT_HPP
#define USDTPP_EXAMPLES_FOSDEM_RUN_INTERRUPT_HPP

namespace fosdem::run {

struct interrupted {
    int signal;
};

// From here on SIGINT and SIGTERM are only remembered.
void catch_signals();

// Throws `interrupted` if one has come. For the main thread, in every loop that waits.
void check_signals();

} // namespace fosdem::run

#endif
