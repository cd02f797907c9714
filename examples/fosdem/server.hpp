// The HTTP server: a thread for each connection, a request_trace for each request.
#ifndef USDTPP_EXAMPLES_FOSDEM_SERVER_HPP
#define USDTPP_EXAMPLES_FOSDEM_SERVER_HPP

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

#include <httplib.h>

#include "connection.hpp"
#include "inputs.hpp"
#include "work.hpp"

namespace fosdem {

constexpr int most_connections = 512;     // further ones are closed at once
constexpr std::chrono::seconds grace{10}; // for how long requests in flight may take to finish at the end

// httplib parses, routes and answers requests. Sockets and threads are this class's: the library's pool gives a thread
// to an idle connection until that goes away, so that a few of them would starve all others.
class server final : private httplib::Server {
public:
    explicit server(const inputs& values);

    ~server() override;

    // Accepts connections from `listener` until `stop` is readable, and closes `listener`. Both are file descriptors.
    void accept(int listener, int stop);

    // Ends idle connections and waits until the requests in flight are answered. Returns how many are not when the
    // grace is over; their threads still use this object then.
    int finish();

private:
    void start(int socket);
    void serve(int socket) noexcept;
    bool answer(connection& client); // whether another request may follow

    // Newer libraries want the addresses of both ends here; no request handler looks at them.
    using callback = std::function<void(httplib::Request&)>;
    template <class Self>
    static auto process(Self& self, httplib::Stream& stream, bool& last, const callback& parsed, int)
        -> decltype(self.process_request(stream, false, last, parsed)) {
        return self.process_request(stream, false, last, parsed);
    }
    template <class Self>
    static bool process(Self& self, httplib::Stream& stream, bool& last, const callback& parsed, long) {
        return self.process_request(stream, "", 0, "", 0, false, last, parsed);
    }

    workshop workshop_;
    const int stopping_; // an eventfd that every connection watches
    std::mutex mutex_;
    std::condition_variable ended_;
    int connections_ = 0;
};

} // namespace fosdem

#endif
