// The library could bind too, but it shares a port that is in use with its owner (SO_REUSEPORT), and does not say why
// it failed.
#include "listener.hpp"

#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace fosdem {
namespace {

int bound_socket(const addrinfo& address) {
    const int type = address.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK;
    const int descriptor = ::socket(address.ai_family, type, address.ai_protocol);
    const int on = 1; // a port whose last owner has just ended is free
    if (descriptor >= 0 && ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        ::bind(descriptor, address.ai_addr, address.ai_addrlen) == 0 && ::listen(descriptor, SOMAXCONN) == 0) {
        return descriptor;
    }
    const int reason = errno;
    ::close(descriptor);
    errno = reason;
    return -1;
}

std::string url_of(int descriptor) {
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto* address = reinterpret_cast<sockaddr*>(&storage);
    char host[NI_MAXHOST] = "";
    char port[NI_MAXSERV] = "";
    ::getsockname(descriptor, address, &size);
    ::getnameinfo(address, size, host, sizeof host, port, sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    const std::string name = host;
    return "http://" + (storage.ss_family == AF_INET6 ? "[" + name + "]" : name) + ":" + port;
}

} // namespace

listener listen_on(const std::string& host, int port) {
    const auto fail = [&](const char* reason, const char* advice) {
        throw std::runtime_error("cannot listen on " + host + ", port " + std::to_string(port) + ": " + reason + ": " +
                                 advice);
    };
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0) {
        fail(::gai_strerror(error), "correct \"host\"");
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, &::freeaddrinfo);
    for (const auto* address = found; address != nullptr; address = address->ai_next) {
        if (const int descriptor = bound_socket(*address); descriptor >= 0) {
            return {descriptor, url_of(descriptor)};
        }
    }
    fail(std::strerror(errno), "choose another \"host\" or \"port\" (0 picks a free port)");
    return {};
}

} // namespace fosdem
