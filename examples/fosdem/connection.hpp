// One connection of the server: bytes in and out, with bounds on what a client can make the server keep or wait for.
#ifndef USDTPP_EXAMPLES_FOSDEM_CONNECTION_HPP
#define USDTPP_EXAMPLES_FOSDEM_CONNECTION_HPP

#include <chrono>
#include <cstddef>
#include <string>

#include <httplib.h>

namespace fosdem {

constexpr std::size_t largest_head = 16 * 1024; // bytes of request line and headers
constexpr std::chrono::seconds idle_time{60};   // for how long a connection may wait for its next request
constexpr std::chrono::seconds patience{10};    // for how long a head or an answer may be under way

// httplib reads a request from here and writes its answer here. The library takes headers and bodies without end,
// unpacks what is compressed in them, and waits without end as long as a byte comes now and then. So a head comes in
// here as a whole before the library sees any of it, and a body is refused: no request of this server has one.
class connection final : public httplib::Stream {
public:
    // Owns `socket`, which must not block. `stopping` becomes readable when the server stops.
    connection(int socket, int stopping) noexcept : socket_(socket), stopping_(stopping) {}
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;
    ~connection(); // no `override` here either: clang wants all or none

    // Waits for the head of a request. False where the connection is over: its client closed it, it was refused with
    // 400, 408, 413 or 431, or the server stops and nothing more has come.
    bool receive_head();

    // Answers with a status and closes, without the library.
    void refuse(const char* status);

    // Sends the answer, in one piece; false if that cannot be done.
    bool flush();

    // What httplib::Stream wants; which of these it declares depends on its version, so none says `override`.
    ssize_t read(char* data, std::size_t size);
    ssize_t write(const char* data, std::size_t size);
    bool is_readable() const {
        return true;
    }
    bool is_writable() const {
        return true;
    }
    bool wait_readable() const {
        return true;
    }
    bool wait_writable() const {
        return true;
    }
    void get_remote_ip_and_port(std::string&, int&) const {}
    void get_local_ip_and_port(std::string&, int&) const {}
    socket_t socket() const {
        return socket_;
    }
    time_t duration() const {
        return 0;
    }

private:
    using clock = std::chrono::steady_clock;
    enum class arrival { bytes, nothing_more, late };

    arrival receive(clock::time_point deadline);
    std::size_t end_of_head(std::size_t& line) const;
    bool check_fields();

    const int socket_;
    const int stopping_;
    std::string received_;
    std::size_t head_ = 0;  // how much of that is the head ...
    std::size_t taken_ = 0; // ... and how much of the head the library has read
    std::string answer_;
    bool refused_ = false;
};

} // namespace fosdem

#endif
