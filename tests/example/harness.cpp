#include "harness.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace example {
namespace {

bool wait_for(int socket, short events, clock::time_point deadline) {
    pollfd descriptor = {socket, events, 0};
    const auto left = std::chrono::ceil<milliseconds>(deadline - clock::now()).count();
    return ::poll(&descriptor, 1, static_cast<int>(std::max<decltype(left)>(left, 0))) > 0;
}

} // namespace

std::size_t count_of(const std::string& part, const std::string& text) {
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) {
        ++count;
    }
    return count;
}

bool is_one_line_of(const std::string& name, const std::string& errors) {
    return errors.rfind(name + ": ", 0) == 0 && errors.find('\n') == errors.size() - 1;
}

std::ostream& operator<<(std::ostream& out, const answer& one) {
    return out << one.status << " \"" << one.body << '"';
}

std::string request_for(const std::string& path) {
    return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

client::client(int port, const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST;
    addrinfo* found = nullptr;
    if (const int error = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found); error != 0) {
        throw std::runtime_error(host + ": " + ::gai_strerror(error));
    }
    const std::unique_ptr<addrinfo, void (*)(addrinfo*)> address(found, &::freeaddrinfo);
    socket_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0 || ::connect(socket_, found->ai_addr, found->ai_addrlen) != 0) {
        const int reason = errno;
        ::close(socket_);
        throw std::system_error(reason, std::generic_category(), host + ", port " + std::to_string(port));
    }
    ::fcntl(socket_, F_SETFL, ::fcntl(socket_, F_GETFL) | O_NONBLOCK);
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

client::client(client&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}

client::~client() {
    if (socket_ >= 0) {
        ::close(socket_);
    }
}

bool client::send(const std::string& bytes, milliseconds timeout) {
    const auto deadline = clock::now() + timeout;
    for (std::size_t sent = 0; sent < bytes.size();) {
        const auto count = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count > 0) {
            sent += static_cast<std::size_t>(count);
        } else if (errno != EAGAIN || !wait_for(socket_, POLLOUT, deadline)) {
            return false;
        }
    }
    return true;
}

bool client::read_more(clock::time_point deadline) {
    char buffer[4096];
    const auto count = wait_for(socket_, POLLIN, deadline) ? ::recv(socket_, buffer, sizeof buffer, 0) : 0;
    if (count > 0) {
        received_.append(buffer, static_cast<std::size_t>(count));
    }
    return count > 0;
}

answer client::receive(milliseconds timeout) {
    const auto deadline = clock::now() + timeout;
    auto end = received_.find("\r\n\r\n");
    for (; end == std::string::npos; end = received_.find("\r\n\r\n")) {
        if (!read_more(deadline)) {
            return {};
        }
    }
    const std::string head = received_.substr(0, end + 4);
    const std::string field = "\r\nContent-Length: ";
    const auto length = head.find(field);
    const auto size = length != std::string::npos ? std::stoul(head.substr(length + field.size())) : 0;
    while (received_.size() < head.size() + size) {
        if (!read_more(deadline)) {
            return {};
        }
    }
    answer result{std::stoi(head.substr(head.find(' '))), received_.substr(head.size(), size)};
    received_.erase(0, head.size() + size);
    return result;
}

bool client::has_input() const {
    return !received_.empty() || wait_for(socket_, POLLIN, clock::now());
}

bool client::is_closed(milliseconds timeout) {
    char byte;
    return received_.empty() && wait_for(socket_, POLLIN, clock::now() + timeout) &&
           ::recv(socket_, &byte, 1, MSG_PEEK) <= 0;
}

server::server(const std::string& fields, const std::string& host, const std::string& program)
    : process_([&] {
          const auto file = directory_.file("inputs.json");
          support::write_file(file, "{" + fields + "\"port\": 0, \"host\": \"" + host + "\"}");
          return support::process({program, file});
      }()) {
    const auto line = process_.read_line(long_enough).value_or("");
    const std::string expected = "fosdem-server: listening on ";
    if (line.rfind(expected, 0) != 0) {
        throw std::runtime_error("fosdem-server did not start: " + line + process_.error_output());
    }
    url_ = line.substr(expected.size());
}

std::string server::status(const std::string& field) const {
    auto value = support::status_of(pid(), field);
    if (value.empty()) {
        throw std::runtime_error("fosdem-server has no " + field);
    }
    return value;
}

bool have_begun(const server& server, int loads) {
    return eventually([&] { return server.memory("VmHWM") >= loads * load_mib; });
}

support::result run_server(const std::string& inputs) {
    const support::temporary_directory directory;
    support::write_file(directory.file("inputs.json"), inputs);
    return support::run({FOSDEM_SERVER, directory.file("inputs.json")}, long_enough);
}

load::load(int port, int clients, int requests, milliseconds apart) {
    for (int i = 0; i != clients; ++i) {
        threads_.emplace_back([this, port, requests, wait = i * apart] {
            std::this_thread::sleep_for(wait);
            try {
                client mine(port);
                for (int sent = 0; sent != requests && !stopped_; ++sent) {
                    ++(mine.get("/load") == loaded ? answered_ : failed_);
                }
            } catch (const std::exception&) {
                ++failed_;
            }
        });
    }
}

void load::stop() {
    stopped_ = true;
    finish();
}

void load::finish() {
    for (auto& thread : threads_) {
        if (thread.joinable()) {
            thread.join();
        }
    }
}

} // namespace example
