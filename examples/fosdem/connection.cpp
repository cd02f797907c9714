// Every wait here has an end, and so has every buffer.
#include "connection.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace fosdem {
namespace {

using clock = std::chrono::steady_clock;

constexpr auto malformed = std::string::npos;

// Whether one of them became ready in time.
template <std::size_t Count>
bool wait_for(pollfd (&descriptors)[Count], clock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock::now()).count();
        const int ready = ::poll(descriptors, Count, static_cast<int>(std::max<decltype(left)>(left, 0)));
        if (ready >= 0 || errno != EINTR) {
            return ready > 0;
        }
    }
}

bool has_body(const std::string& lower_case_head) {
    const std::string length = "\r\ncontent-length:";
    for (auto field = lower_case_head.find(length); field != std::string::npos;
         field = lower_case_head.find(length, field + 1)) {
        if (lower_case_head[lower_case_head.find_first_not_of(" \t0", field + length.size())] != '\r') {
            return true;
        }
    }
    return lower_case_head.find("\r\ntransfer-encoding:") != std::string::npos;
}

} // namespace

connection::~connection() {
    // To close a socket with unread input resets the connection, and the client may never see why it was refused: read
    // on for a moment.
    if (refused_ && ::shutdown(socket_, SHUT_WR) == 0) {
        const auto deadline = clock::now() + std::chrono::seconds(1);
        do {
            received_.clear();
        } while (receive(deadline) == arrival::bytes);
    }
    ::close(socket_);
}

bool connection::receive_head() {
    received_.erase(0, head_);
    taken_ = 0;
    auto deadline = clock::now() + (received_.empty() ? idle_time : patience);
    for (std::size_t line = 0;;) {
        head_ = end_of_head(line);
        if (head_ == malformed) {
            refuse("400 Bad Request");
            return false;
        }
        if ((head_ != 0 ? head_ : received_.size()) > largest_head) {
            refuse("431 Request Header Fields Too Large");
            return false;
        }
        if (head_ != 0) {
            return check_fields();
        }
        const bool idle = received_.empty();
        const auto arrived = receive(deadline);
        if (arrived == arrival::late && !idle) {
            refuse("408 Request Timeout");
        }
        if (arrived != arrival::bytes) {
            return false;
        }
        if (idle) {
            deadline = clock::now() + patience;
        }
    }
}

connection::arrival connection::receive(clock::time_point deadline) {
    pollfd descriptors[] = {{socket_, POLLIN, 0}, {stopping_, POLLIN, 0}};
    if (!wait_for(descriptors, deadline)) {
        return arrival::late;
    }
    if (descriptors[0].revents == 0) {
        return arrival::nothing_more; // the server stops; what had come until then has been read
    }
    char buffer[16 * 1024];
    const auto count = ::recv(socket_, buffer, sizeof buffer, 0);
    if (count <= 0) {
        return arrival::nothing_more;
    }
    received_.append(buffer, static_cast<std::size_t>(count));
    return arrival::bytes;
}

// 0 while it has not come in. Strict about \r\n, for otherwise the library and this function might disagree on the end.
// `line` is where the search goes on.
std::size_t connection::end_of_head(std::size_t& line) const {
    for (auto newline = received_.find('\n', line); newline != std::string::npos;
         newline = received_.find('\n', line)) {
        if (newline == line || received_[newline - 1] != '\r') {
            return malformed;
        }
        const bool empty = newline == line + 1;
        line = newline + 1;
        if (empty) {
            return line;
        }
    }
    return 0;
}

bool connection::check_fields() {
    std::string head = received_.substr(0, head_);
    std::transform(head.begin(), head.end(), head.begin(), [](unsigned char c) { return std::tolower(c); });
    if (has_body(head)) {
        refuse("413 Payload Too Large");
        return false;
    }
    // Nothing here comes in ranges, and the library parses them with a recursive regular expression, which takes
    // megabytes of stack for a long one. So it is not to know the field.
    for (auto field = head.find("\r\nrange:"); field != std::string::npos; field = head.find("\r\nrange:", field + 1)) {
        received_[field + 2] = 'x';
    }
    return true;
}

void connection::refuse(const char* status) {
    answer_ = std::string("HTTP/1.1 ") + status + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    refused_ = true;
    flush();
}

bool connection::flush() {
    const auto deadline = clock::now() + patience;
    std::size_t sent = 0;
    while (sent < answer_.size()) {
        const auto count = ::send(socket_, answer_.data() + sent, answer_.size() - sent, MSG_NOSIGNAL);
        pollfd descriptors[] = {{socket_, POLLOUT, 0}};
        if (count > 0) {
            sent += static_cast<std::size_t>(count);
        } else if ((errno != EAGAIN && errno != EINTR) || !wait_for(descriptors, deadline)) {
            return false;
        }
    }
    answer_.clear();
    return true;
}

ssize_t connection::read(char* data, std::size_t size) {
    const auto count = received_.copy(data, std::min(size, head_ - taken_), taken_);
    taken_ += count;
    return static_cast<ssize_t>(count);
}

ssize_t connection::write(const char* data, std::size_t size) {
    answer_.append(data, size);
    return static_cast<ssize_t>(size);
}

} // namespace fosdem
