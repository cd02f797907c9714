// A shared object with a probe and an engine: engines.cpp loads copies of it. With -DCALLS_HOST it has no engine, and
// its constructor and its destructor call engines.cpp.
#include <usdtpp/usdtpp.hpp>

#define EXPORTED extern "C" __attribute__((visibility("default")))

#if defined(CALLS_HOST)

EXPORTED void host_calls();

namespace {
[[gnu::constructor]] void loading() {
    host_calls();
}
[[gnu::destructor]] void unloading() {
    host_calls();
}
} // namespace

EXPORTED void fire(long number) {
    PROBE(engine, guest, number);
}

#else

#include <atomic>
#include <exception>
#include <string>

#include <usdtpp/attach.hpp>
#include <usdtpp/recorder.hpp>

namespace {

std::atomic<long> sum = 0;
std::string problem;

[[gnu::noinline]] void fire_own(long number) {
    PROBE_IF_ENABLED(engine, own, number);
}

} // namespace

EXPORTED void fire(long number) {
    fire_own(number);
}
EXPORTED usdtpp::attachment* attach(const char* pattern) {
    try {
        return new usdtpp::attachment(usdtpp::attach(pattern, [](const usdtpp::event& fired) {
            sum += fired[0].as<long>();
            fire_own(1000); // this engine passes it over, another does not
        }));
    } catch (const std::exception& what) {
        problem = what.what();
        return nullptr;
    }
}
EXPORTED const char* error() {
    return problem.c_str();
}
EXPORTED void detach(usdtpp::attachment* which) { // of any engine
    delete which;
}
EXPORTED long events() { // their numbers added, since the last time
    return sum.exchange(0);
}
EXPORTED usdtpp::recorder* record(const char* pattern) {
    return new usdtpp::recorder(pattern);
}
EXPORTED long recorded(usdtpp::recorder* which) {
    long all = 0;
    which->drain([&](const usdtpp::recorded_event& event) { all += event[0].as<long>(); });
    delete which;
    return all;
}

#endif
