// Threads that may not read the processor's counter, by prctl(PR_SET_TSC): neither rdtsc nor the vDSO's clock_gettime.
#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <sys/prctl.h>
#include <unistd.h>

#include <usdtpp/recorder.hpp>
#include <usdtpp/testing.hpp>
#include <usdtpp/usdtpp.hpp>

#include "catch.hpp"

namespace {

// As in a thread that may.
constexpr std::uint64_t error = 1000;
using window = std::pair<std::uint64_t, std::uint64_t>;

std::uint64_t now() {
    return usdtpp::detail::attach::monotonic_time();
}

bool is_forbidden() {
    int mode = 0;
    return ::prctl(PR_GET_TSC, &mode) == 0 && mode == PR_TSC_SIGSEGV;
}
bool forbid() {
    return ::prctl(PR_SET_TSC, PR_TSC_SIGSEGV) == 0 && is_forbidden();
}
bool can_be_forbidden() {
    bool can = false;
    std::thread([&] { can = forbid(); }).join();
    return can;
}

// In a thread that may not read it. It still may not behind that.
void forbidden(const std::function<void()>& what) {
    bool still = false;
    std::thread([&] {
        forbid();
        what();
        still = is_forbidden();
    }).join();
    CHECK(still);
}

void fire(std::vector<window>& windows, int which) {
    for (int i = 0; i != 50; ++i) {
        const auto before = now();
        PROBE(counter_test, fired, which, i, "text");
        windows.emplace_back(before, now());
    }
}

std::vector<usdtpp::recorded_event> all_of(usdtpp::recorder& recorder) {
    std::vector<usdtpp::recorded_event> all;
    recorder.drain([&](const usdtpp::recorded_event& event) { all.push_back(event); });
    return all;
}

template <class Events>
void check_times(const Events& events, const std::vector<std::vector<window>>& windows) {
    std::uint64_t last = 0;
    std::size_t expected = 0;
    for (const auto& each : windows) {
        expected += each.size();
    }
    CHECK(events.size() == expected);
    for (const auto& event : events) {
        const auto& [before, after] =
            windows.at(event[0].template as<std::size_t>()).at(event[1].template as<std::size_t>());
        CHECK(event.time() + error >= before);
        CHECK(event.time() <= after + error);
        CHECK(event.time() >= last);
        CHECK(event[2].template as<std::string>() == "text");
        last = event.time();
    }
}

} // namespace

#define SKIP_UNLESS_FORBIDDEN() SKIP_UNLESS(can_be_forbidden(), "prctl(PR_SET_TSC) does not forbid the counter here")

TEST_CASE("a recorder that is made where the counter is forbidden goes by the clock") {
    SKIP_UNLESS_FORBIDDEN();
    for (const auto mode : {usdtpp::when_full::drop, usdtpp::when_full::overwrite}) {
        std::vector<std::vector<window>> windows(2);
        std::vector<usdtpp::recorded_event> all;
        std::uint64_t dropped = 1;
        std::thread allowed;
        std::atomic<bool> ready{false};
        allowed = std::thread([&] {
            while (!ready) {
                std::this_thread::yield();
            }
            fire(windows[0], 0);
        });
        forbidden([&] {
            usdtpp::recorder_options options;
            options.when_full = mode;
            usdtpp::recorder recorder("counter_test:*", options);
            ready = true;
            fire(windows[1], 1);
            allowed.join();
            all = all_of(recorder);
            dropped = recorder.dropped();
        });
        check_times(all, windows);
        CHECK(dropped == 0);
    }
}

TEST_CASE("threads to which the counter is forbidden have their events beside others") {
    SKIP_UNLESS_FORBIDDEN();
    for (const auto mode : {usdtpp::when_full::drop, usdtpp::when_full::overwrite}) {
        usdtpp::recorder_options options;
        options.when_full = mode;
        usdtpp::recorder recorder("counter_test:*", options);
        std::vector<std::vector<window>> windows(4);
        std::thread other([&] { fire(windows[0], 0); });
        forbidden([&] {
            fire(windows[1], 1);
            std::thread([&] { fire(windows[2], 2); }).join(); // it may not either
        });
        other.join();
        fire(windows[3], 3);
        std::vector<usdtpp::recorded_event> all;
        forbidden([&] { all = all_of(recorder); });
        check_times(all, windows);
        CHECK(recorder.dropped() == 0);
    }
}

TEST_CASE("a thread that has no ring is counted as such where the counter is forbidden to it") {
    SKIP_UNLESS_FORBIDDEN();
    PROBE(counter_test, one_ring, 0);
    usdtpp::recorder_options options;
    options.threads = 1;
    usdtpp::recorder recorder("counter_test:one_ring", options);
    PROBE(counter_test, one_ring, 1); // takes the ring
    forbidden([] { PROBE(counter_test, one_ring, 2); });
    CHECK(all_of(recorder).size() == 1);
    CHECK(recorder.losses().threads == 1);
    CHECK(recorder.dropped() == 1);
}

TEST_CASE("handlers and captures have the time where the counter is forbidden") {
    SKIP_UNLESS_FORBIDDEN();
    const usdtpp::testing::capture captured("counter_test:*");
    std::vector<std::vector<window>> windows(1);
    bool waited = false;
    forbidden([&] {
        fire(windows[0], 0);
        waited = captured.wait_for("counter_test:fired", 50) &&
                 !captured.wait_for("counter_test:fired", 51, std::chrono::milliseconds(2));
    });
    CHECK(waited);
    check_times(captured.find("counter_test:fired"), windows);
}

TEST_CASE("whoever attaches anew after the counter was forbidden goes by the clock too") {
    SKIP_UNLESS_FORBIDDEN();
    std::vector<std::vector<window>> windows(1);
    std::vector<usdtpp::recorded_event> all;
    std::thread([&] {
        {
            const usdtpp::recorder before("counter_test:fired");
            PROBE(counter_test, fired, 0, 0, "text");
        }
        forbid();
        usdtpp::recorder recorder("counter_test:fired");
        fire(windows[0], 0);
        all = all_of(recorder);
    }).join();
    check_times(all, windows);
}
