// Accepting, serving and ending connections.
#include "server.hpp"

#include <cerrno>
#include <cstddef>
#include <exception>
#include <system_error>
#include <thread>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "request_trace.hpp"

namespace fosdem {

server::server(const inputs& values) : workshop_(values), stopping_(::eventfd(0, EFD_CLOEXEC)) {
    if (stopping_ < 0) {
        throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    // Only for what the library tells clients about connections.
    set_keep_alive_timeout(idle_time.count());
    set_keep_alive_max_count(1'000'000'000);

    Get("/health",
        [](const httplib::Request&, httplib::Response& response) { response.set_content("OK\n", "text/plain"); });
    Get("/load", [this](const httplib::Request&, httplib::Response& response) {
        workshop_.work();
        response.set_content("Hello World\n", "text/plain");
    });
}

server::~server() {
    ::close(stopping_);
}

void server::accept(int listener, int stop) {
    pollfd descriptors[] = {{listener, POLLIN, 0}, {stop, POLLIN, 0}};
    while (::poll(descriptors, 2, -1) < 0 || descriptors[1].revents == 0) {
        const int socket = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (socket >= 0) {
            start(socket);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1)); // until some connection has ended
        }
    }
    ::close(listener);
}

void server::start(int socket) {
    const int on = 1;
    ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const std::lock_guard<std::mutex> lock(mutex_);
    try {
        if (connections_ != most_connections) {
            std::thread(&server::serve, this, socket).detach();
            ++connections_;
            return;
        }
    } catch (const std::system_error&) { // no thread can be had
    }
    ::close(socket);
}

void server::serve(int socket) noexcept {
    try {
        connection client(socket, stopping_);
        while (client.receive_head() && answer(client)) {
        }
    } catch (const std::exception&) { // no memory can be had: this connection ends, the others live on
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    --connections_;
    ended_.notify_all();
}

bool server::answer(connection& client) {
    const request_trace trace;
    bool understood = false;
    bool last = false;
    const bool answered = process(
        *this, client, last, [&](const httplib::Request&) { understood = true; }, 0);
    return client.flush() && answered && understood && !last;
}

int server::finish() {
    ::eventfd_write(stopping_, 1);
    std::unique_lock<std::mutex> lock(mutex_);
    ended_.wait_for(lock, grace, [this] { return connections_ == 0; });
    return connections_;
}

} // namespace fosdem
