// The socket that the server listens on.
#ifndef USDTPP_EXAMPLES_FOSDEM_LISTENER_HPP
#define USDTPP_EXAMPLES_FOSDEM_LISTENER_HPP

#include <string>

namespace fosdem {

struct listener {
    int descriptor = -1; // never blocks in accept
    std::string url;     // http://address:port, as it really is
};

// Throws std::runtime_error: what is wrong, and what to do.
listener listen_on(const std::string& host, int port);

} // namespace fosdem

#endif
