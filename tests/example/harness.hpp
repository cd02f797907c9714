// What the tests of the example share: a server of their own, a client that may send anything, and how to wait.
#ifndef USDTPP_TESTS_EXAMPLE_HARNESS_HPP
#define USDTPP_TESTS_EXAMPLE_HARNESS_HPP

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <thread>
#include <vector>

#include "support/process.hpp"
#include "toolchain.hpp"

namespace example {

using clock = std::chrono::steady_clock;
using std::chrono::milliseconds;
using std::chrono::seconds;

// Longer than anything here takes, on a busy machine too.
inline constexpr seconds long_enough{60};

// Whether it becomes true in time.
template <class Condition>
bool eventually(const Condition& condition, seconds timeout = long_enough) {
    for (const auto deadline = clock::now() + timeout; !condition();) {
        if (clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(milliseconds(5));
    }
    return true;
}

// How often `part` occurs in `text`.
std::size_t count_of(const std::string& part, const std::string& text);

// Whether `errors` is all that a program may say about a mistake: one line, "name: what is wrong: what to do".
bool is_one_line_of(const std::string& name, const std::string& errors);

struct answer {
    int status = 0; // 0: none came
    std::string body;
};
inline bool operator==(const answer& left, const answer& right) {
    return left.status == right.status && left.body == right.body;
}
std::ostream& operator<<(std::ostream& out, const answer& one);

inline const answer healthy{200, "OK\n"};
inline const answer loaded{200, "Hello World\n"};

std::string request_for(const std::string& path);

// A connection, byte by byte.
class client {
public:
    // Throws std::system_error where it is refused.
    explicit client(int port, const std::string& host = "127.0.0.1");
    client(client&& other) noexcept;
    client(const client&) = delete;
    client& operator=(const client&) = delete;
    client& operator=(client&&) = delete;
    ~client();

    // False where the server does not take it in time, or the connection is over.
    bool send(const std::string& bytes, milliseconds timeout = long_enough);

    // The next answer; none at the end of the connection, or after `timeout`.
    answer receive(milliseconds timeout = long_enough);

    answer get(const std::string& path) {
        send(request_for(path));
        return receive();
    }

    // Whether something of an answer, or the end of the connection, is here already.
    bool has_input() const;

    // Whether the server ends the connection without another word.
    bool is_closed(milliseconds timeout = long_enough);

private:
    bool read_more(clock::time_point deadline);

    int socket_ = -1;
    std::string received_;
};

// fosdem-server, as a user starts it.
class server {
public:
    // On a free port of `host`, with these other fields of the inputs: "\"workers\": 1, ". Throws std::runtime_error.
    explicit server(const std::string& fields = "", const std::string& host = "127.0.0.1",
                    const std::string& program = FOSDEM_SERVER);

    // What it says about itself: "http://127.0.0.1:40123".
    const std::string& url() const noexcept {
        return url_;
    }
    int port() const {
        return std::stoi(url_.substr(url_.rfind(':') + 1));
    }
    support::process& process() noexcept {
        return process_;
    }
    pid_t pid() const noexcept {
        return process_.pid();
    }

    // A line of /proc/PID/status: "T (stopped)" for "State".
    std::string status(const std::string& field) const;

    // "VmRSS", the memory that it has, or "VmHWM", the most that it ever had; in MiB.
    std::int64_t memory(const std::string& field) const {
        return std::stoll(status(field)) / 1024;
    }

private:
    support::temporary_directory directory_;
    support::process process_;
    std::string url_;
};

// A field for the inputs that makes each GET /load keep so much memory while it works: how many are at work can be told
// from the memory of the server. It is enough for a mapping of its own, which goes away with the request.
inline constexpr std::int64_t load_mib = 40;
inline const std::string load_memory = "\"allocs_num\": 1, \"alloc_size\": " + std::to_string(load_mib << 20) + ", ";

// Waits until so many GET /load, each of load_memory, have been at work at a time. False where they are not in time.
bool have_begun(const server& server, int loads);

// What fosdem-server says about a file with this text, and its exit status.
support::result run_server(const std::string& inputs);

// Clients, a thread each, that send GET /load one after the other.
class load {
public:
    static constexpr int endless = -1; // until it is stopped

    // Each sends so many, and begins so much later than the one before it.
    load(int port, int clients, int requests, milliseconds apart = {});
    load(const load&) = delete;
    load& operator=(const load&) = delete;
    ~load() {
        stop();
    }
    // Waits until what was begun is over.
    void stop();
    // Waits until each has sent its requests.
    void finish();

    std::int64_t answered() const noexcept {
        return answered_;
    }
    std::int64_t failed() const noexcept {
        return failed_;
    }

private:
    std::atomic<bool> stopped_{false};
    std::atomic<std::int64_t> answered_{0};
    std::atomic<std::int64_t> failed_{0};
    std::vector<std::thread> threads_;
};

} // namespace example

#endif
