#include "process.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace support {
namespace {

using clock = std::chrono::steady_clock;

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

struct pipe_ends {
    int read_end = -1;
    int write_end = -1;

    pipe_ends() {
        int ends[2];
        if (::pipe2(ends, O_CLOEXEC) != 0) {
            fail("pipe2");
        }
        read_end = ends[0];
        write_end = ends[1];
    }
    pipe_ends(const pipe_ends&) = delete;
    pipe_ends& operator=(const pipe_ends&) = delete;
    ~pipe_ends() {
        close(read_end);
        close(write_end);
    }
    static void close(int& end) {
        if (end >= 0) {
            ::close(end);
        }
        end = -1;
    }
    static int take(int& end) {
        return std::exchange(end, -1);
    }
};

// In the child, after fork: only async-signal-safe calls.
[[noreturn]] void become(char* const* arguments, char* const* environment, const char* program, const char* directory,
                         int input, int output, int error, int report, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
        ::_exit(127);
    }
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::signal(SIGPIPE, SIG_DFL);
    ::dup2(input, 0);
    ::dup2(output, 1);
    ::dup2(error, 2);
    if (*directory == '\0' || ::chdir(directory) == 0) {
        ::execve(program, arguments, environment);
    }
    const int reason = errno;
    [[maybe_unused]] const auto written = ::write(report, &reason, sizeof reason);
    ::_exit(127);
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> result;
    for (auto& string : strings) {
        result.push_back(string.data());
    }
    result.push_back(nullptr);
    return result;
}

std::vector<std::string> merged_environment(const start_options& options) {
    std::vector<std::string> result;
    for (char** entry = ::environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        bool replaced = false;
        for (const auto& [name, value] : options.environment) {
            replaced = replaced || text.compare(0, name.size() + 1, name + "=") == 0;
        }
        if (!replaced) {
            result.push_back(text);
        }
    }
    for (const auto& [name, value] : options.environment) {
        result.push_back(name + "=" + value);
    }
    return result;
}

} // namespace

std::string status_of(pid_t pid, const std::string& field) {
    std::ifstream lines("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind(field + ":\t", 0) == 0) {
            return line.substr(field.size() + 2);
        }
    }
    return "";
}

std::string find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) {
        return ::access(name.c_str(), X_OK) == 0 ? name : "";
    }
    const char* path = std::getenv("PATH");
    std::string rest = path != nullptr ? path : "/usr/bin:/bin";
    while (!rest.empty()) {
        const auto colon = rest.find(':');
        const std::string candidate = rest.substr(0, colon) + "/" + name;
        if (::access(candidate.c_str(), X_OK) == 0) {
            return candidate;
        }
        rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
    }
    return "";
}

process::process(const std::vector<std::string>& command, const start_options& options) {
    const std::string program = find_program(command.at(0));
    if (program.empty()) {
        throw std::system_error(ENOENT, std::generic_category(), command[0]);
    }
    auto words = command;
    auto variables = merged_environment(options);
    const auto arguments = pointers(words);
    const auto environment = pointers(variables);

    pipe_ends input, output, error, report;
    const pid_t parent = ::getpid();
    pid_ = ::fork();
    if (pid_ < 0) {
        fail("fork");
    }
    if (pid_ == 0) {
        become(arguments.data(), environment.data(), program.c_str(), options.directory.c_str(), input.read_end,
               output.write_end, error.write_end, report.write_end, parent);
    }
    pipe_ends::close(report.write_end);
    int reason = 0;
    ssize_t got = 0;
    do {
        got = ::read(report.read_end, &reason, sizeof reason); // the end of the file is a successful exec
    } while (got < 0 && errno == EINTR);
    if (got == static_cast<ssize_t>(sizeof reason)) {
        ::waitpid(pid_, nullptr, 0);
        throw std::system_error(reason, std::generic_category(), command[0]);
    }
    input_ = pipe_ends::take(input.write_end);
    output_.descriptor = pipe_ends::take(output.read_end);
    error_.descriptor = pipe_ends::take(error.read_end);
    for (const int descriptor : {output_.descriptor, error_.descriptor}) {
        ::fcntl(descriptor, F_SETFL, ::fcntl(descriptor, F_GETFL) | O_NONBLOCK);
    }
}

process::process(process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)), input_(std::exchange(other.input_, -1)),
      output_(std::exchange(other.output_, {})), error_(std::exchange(other.error_, {})), finished_(other.finished_) {}

process::~process() {
    if (pid_ > 0 && !finished_) {
        ::kill(pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    close_input();
    pipe_ends::close(output_.descriptor);
    pipe_ends::close(error_.descriptor);
}

bool process::at_end() const noexcept {
    return output_.descriptor < 0 && output_.taken == output_.text.size();
}

bool process::collect(milliseconds timeout) {
    pollfd polled[] = {{output_.descriptor, POLLIN, 0}, {error_.descriptor, POLLIN, 0}};
    if (::poll(polled, 2, static_cast<int>(timeout.count())) <= 0) {
        return false;
    }
    stream* streams[] = {&output_, &error_};
    for (int i = 0; i != 2; ++i) {
        if (polled[i].revents == 0) {
            continue;
        }
        char buffer[65536];
        const auto count = ::read(streams[i]->descriptor, buffer, sizeof buffer);
        if (count > 0) {
            streams[i]->text.append(buffer, static_cast<std::size_t>(count));
        } else if (count == 0 || (errno != EAGAIN && errno != EINTR)) {
            pipe_ends::close(streams[i]->descriptor);
        }
    }
    return true;
}

std::optional<std::string> process::read_line(milliseconds timeout) {
    const auto deadline = clock::now() + timeout;
    auto searched = output_.taken;
    for (;;) {
        const auto newline = output_.text.find('\n', searched);
        if (newline != std::string::npos) {
            std::string line = output_.text.substr(output_.taken, newline - output_.taken);
            output_.taken = newline + 1;
            return line;
        }
        if (output_.descriptor < 0) {
            auto rest = unread_output();
            output_.taken = output_.text.size();
            return rest.empty() ? std::nullopt : std::optional(std::move(rest));
        }
        const auto left = std::chrono::ceil<milliseconds>(deadline - clock::now());
        if (left.count() < 0) {
            return std::nullopt;
        }
        output_.text.erase(0, output_.taken);
        output_.taken = 0;
        searched = output_.text.size();
        collect(left);
    }
}

void process::write(const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const auto count = ::write(input_, text.data() + done, text.size() - done);
        if (count < 0 && errno != EINTR) {
            fail("write to the child");
        }
        done += count > 0 ? static_cast<std::size_t>(count) : 0;
    }
}

void process::close_input() noexcept {
    pipe_ends::close(input_);
}

void process::signal(int number) const noexcept {
    if (pid_ > 0 && !finished_) {
        ::kill(pid_, number);
    }
}

std::optional<finished> process::wait(milliseconds timeout) {
    const auto deadline = clock::now() + timeout;
    while (!finished_) {
        int status = 0;
        finished done;
        if (::wait4(pid_, &status, WNOHANG, &done.usage) == pid_) {
            done.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            finished_ = done;
            while (collect(milliseconds(0))) {
            }
        } else if (clock::now() >= deadline) {
            return std::nullopt;
        } else {
            collect(milliseconds(5));
        }
    }
    return finished_;
}

result run(const std::vector<std::string>& command, milliseconds timeout, const start_options& options) {
    process child(command, options);
    child.close_input();
    auto done = child.wait(timeout);
    result out;
    if (!done) {
        out.timed_out = true;
        child.signal(SIGKILL);
        done = child.wait(std::chrono::seconds(10));
    }
    out.status = done ? done->status : -1;
    out.output = child.unread_output();
    out.errors = child.error_output();
    return out;
}

} // namespace support
