// fosdem-server inputs.json: an HTTP server whose requests bpftrace can watch.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

#include <sys/signalfd.h>
#include <unistd.h>

#include "command_line.hpp"
#include "inputs.hpp"
#include "listener.hpp"
#if defined(FOSDEM_SERVER_TRACES)
#include "self_trace.hpp"
#endif
#include "server.hpp"

namespace {

constexpr auto description = R"(An HTTP server with the probes fosdem:request_start and fosdem:request_end.

GET /health answers OK; GET /load does the work that the inputs ask for and answers Hello World.
SIGTERM and SIGINT end it: requests in flight may finish within 10 seconds. A second signal ends it at once.)";

constexpr auto fields = R"(The inputs are a JSON object; each field may be left out:
  host        name or address to listen on ("127.0.0.1")
  port        0 to 65535; 0 picks a free one (8080)
  workers     how many /load are worked on at a time, up to 512 (0: one for each core)
  loops_num   iterations of a CPU loop for each /load, up to 100000000000 (0)
  allocs_num  blocks of memory for each /load, up to 1000000 (0)
  alloc_size  bytes of each block; up to 1 GiB in all (0); also spelt allocs_size
  off_cpu     seconds slept in each /load, up to 3600 (0))";

void complain(const std::string& message) {
    std::fprintf(stderr, "fosdem-server: %s\n", message.c_str());
}

// Blocks the signals that stop the server, here and in the threads to come; readable when one has come.
int stop_signals(sigset_t& signals) {
    ::sigemptyset(&signals);
    for (const int number : {SIGTERM, SIGINT}) {
        ::sigaddset(&signals, number);
        std::signal(number, SIG_DFL); // even where the parent ignores it, as shells do for background jobs
    }
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    return ::signalfd(-1, &signals, SFD_CLOEXEC);
}

int serve(const std::string& path, [[maybe_unused]] bool trace) {
    sigset_t signals;
    const int stop = stop_signals(signals);
    const auto inputs = fosdem::read_inputs(path);
    if (!inputs.warning.empty()) {
        complain(inputs.warning);
    }
    const auto listener = fosdem::listen_on(inputs.values.host, inputs.values.port);
    fosdem::server server(inputs.values);
    std::printf("fosdem-server: listening on %s\n", listener.url.c_str());
    std::fflush(stdout);
#if defined(FOSDEM_SERVER_TRACES)
    std::optional<fosdem::self_trace> traced;
    if (trace) {
        traced.emplace();
    }
#endif
    server.accept(listener.descriptor, stop);

    signalfd_siginfo first;
    [[maybe_unused]] const auto size = ::read(stop, &first, sizeof first);
    ::sigprocmask(SIG_UNBLOCK, &signals, nullptr);
    if (const int unfinished = server.finish(); unfinished != 0) {
        complain("ending, though " + std::to_string(unfinished) + " requests were not answered within 10 seconds");
        std::_Exit(0);
    }
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app(description, "fosdem-server");
    std::string path;
    app.add_option("inputs", path, "JSON file that says where to listen and what work to do")->required();
    bool trace = false;
#if defined(FOSDEM_SERVER_TRACES)
    app.add_flag("--trace", trace, "Print each event of the probes as a line of JSON; needs no tracer and no rights");
#endif
    app.footer(fields);
    if (const auto status = fosdem::parse_command_line(app, argc, argv)) {
        return *status;
    }
    try {
        return serve(path, trace);
    } catch (const std::exception& error) {
        complain(error.what());
        return 1;
    }
}
