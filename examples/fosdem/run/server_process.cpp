// Starting and stopping the server.
#include "server_process.hpp"

#include <chrono>
#include <csignal>
#include <filesystem>
#include <stdexcept>

#include <httplib.h>

#include "interrupt.hpp"

namespace fosdem::run {
namespace {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::string beside_this_program(const std::string& name) {
    return std::filesystem::read_symlink("/proc/self/exe").replace_filename(name);
}

std::vector<std::string> command(const std::string& program, const std::vector<std::string>& options) {
    std::vector<std::string> words = {beside_this_program(program), "/dev/stdin"};
    words.insert(words.end(), options.begin(), options.end());
    return words;
}

} // namespace

// The inputs go through a pipe: no file can be left behind.
server_process::server_process(const std::string& program, inputs values, const std::vector<std::string>& options)
    : child_(command(program, options)) {
    values.host = server_host;
    values.port = 0;
    child_.write(to_json(values));
    child_.close_input();

    std::optional<std::string> line;
    for (const auto deadline = clock::now() + seconds(10); !line && !child_.at_end() && clock::now() < deadline;) {
        check_signals();
        line = child_.read_line(milliseconds(100));
    }
    if (!line) {
        child_.signal(SIGKILL);
        child_.wait(seconds(10));
        throw std::runtime_error(program + " did not start: " + child_.error_output());
    }
    port_ = std::stoi(line->substr(line->rfind(':') + 1));
    if (!is_healthy()) {
        throw std::runtime_error(program + " does not answer GET /health");
    }
}

bool server_process::is_healthy() const {
    httplib::Client client(server_host, port_);
    const auto response = client.Get("/health");
    return response && response->status == 200 && response->body == "OK\n";
}

std::int64_t server_process::peak_memory() const {
    const auto kibibytes = support::status_of(pid(), "VmHWM");
    return kibibytes.empty() ? 0 : std::stoll(kibibytes) * 1024;
}

std::optional<support::finished> server_process::stop() {
    if (!ended_) {
        child_.signal(SIGTERM);
        ended_ = child_.wait(seconds(15)); // it gives requests in flight 10 seconds
    }
    return ended_;
}

} // namespace fosdem::run
