// The server's own tracer: the events of its probes as lines of JSON on standard output, without rights or a tracer.
#ifndef USDTPP_EXAMPLES_FOSDEM_SELF_TRACE_HPP
#define USDTPP_EXAMPLES_FOSDEM_SELF_TRACE_HPP

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include <usdtpp/recorder.hpp>

namespace fosdem {

// Traces as long as it lives. Its last lines are how many events were lost, if any were, and how many were written of
// each probe.
class self_trace {
public:
    // Throws usdtpp::attach_error.
    self_trace();
    ~self_trace();
    self_trace(const self_trace&) = delete;
    self_trace& operator=(const self_trace&) = delete;

private:
    void write();

    usdtpp::recorder recorder_;
    std::map<std::string, std::int64_t> written_;
    std::mutex mutex_;
    std::condition_variable ending_;
    bool ends_ = false;
    std::thread writer_;
};

} // namespace fosdem

#endif
