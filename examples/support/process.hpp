// Child processes: start one, talk to it line by line, stop it, and know what it used. The runner and the tests stand
// on this.
#ifndef USDTPP_EXAMPLES_SUPPORT_PROCESS_HPP
#define USDTPP_EXAMPLES_SUPPORT_PROCESS_HPP

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <sys/resource.h>
#include <sys/types.h>

namespace support {

using milliseconds = std::chrono::milliseconds;

struct start_options {
    std::vector<std::pair<std::string, std::string>> environment; // added to this process's own
    std::string directory;                                        // empty: this process's own
};

struct finished {
    int status = 0; // exit code, or 128 + the number of the signal that ended it
    rusage usage{};
};

// A running child. Its standard streams are pipes; what it writes is collected while this process waits for it. The
// child is killed when this object is destroyed, and when the thread that started it ends.
class process {
public:
    // Throws std::system_error where the program cannot be started: not found, not executable.
    explicit process(const std::vector<std::string>& command, const start_options& options = {});
    process(process&& other) noexcept;
    process(const process&) = delete;
    process& operator=(const process&) = delete;
    process& operator=(process&&) = delete;
    ~process();

    pid_t pid() const noexcept {
        return pid_;
    }

    // The next line of standard output, without its newline; none at the end of the output or after `timeout`.
    std::optional<std::string> read_line(milliseconds timeout);

    // Whether standard output has been read to its end.
    bool at_end() const noexcept;

    // Everything that came on standard error so far; on standard output, beyond the lines that were read.
    const std::string& error_output() const noexcept {
        return error_.text;
    }
    std::string unread_output() const {
        return output_.text.substr(output_.taken);
    }

    void write(const std::string& text);
    void close_input() noexcept;
    void signal(int number) const noexcept;

    // Waits until the child has ended, collecting its output meanwhile; none after `timeout`.
    std::optional<finished> wait(milliseconds timeout);

private:
    struct stream {
        int descriptor = -1;
        std::string text;
        std::size_t taken = 0; // how much of it has been read by read_line
    };
    bool collect(milliseconds timeout); // whether anything came, an end included

    pid_t pid_ = -1;
    int input_ = -1;
    stream output_;
    stream error_;
    std::optional<finished> finished_;
};

struct result {
    int status = 0; // as in `finished`
    bool timed_out = false;
    std::string output;
    std::string errors;
};

// Runs a command to its end, without input. After `timeout` it is killed.
result run(const std::vector<std::string>& command, milliseconds timeout = std::chrono::minutes(2),
           const start_options& options = {});

// A field of /proc/PID/status, "VmHWM" or "State", as the kernel writes it; empty where there is none.
std::string status_of(pid_t pid, const std::string& field);

// Where a program is on PATH; empty if it is nowhere.
std::string find_program(const std::string& name);

} // namespace support

#endif
