// Two threads fire while a third drains what they record; prints whether it has what was fired.
#include <atomic>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

#include <usdtpp/recorder.hpp>
#include <usdtpp/usdtpp.hpp>

namespace {

std::string text_of(long number) {
    return "number " + std::to_string(number) + std::string(static_cast<std::size_t>(number % 40), '.');
}

void check(usdtpp::when_full mode) {
    usdtpp::recorder_options options;
    options.ring_size = 16384;
    options.when_full = mode;
    usdtpp::recorder recorder("recorded:*", options);
    std::atomic<bool> enough{false};
    std::atomic<std::uint64_t> fired{0};
    const auto fire = [&] {
        long i = 0;
        for (; !enough; ++i) {
            const auto text = text_of(i);
            const std::string_view view = text;
            const double half = static_cast<double>(i) / 2;
            PROBE(recorded, numbered, i, text, USDTPP_SIZED(view), half, static_cast<short>(-i), nullptr);
        }
        fired += static_cast<std::uint64_t>(i);
    };
    std::thread first(fire);
    std::thread second(fire);
    std::uint64_t drained = 0;
    std::uint64_t wrong = 0;
    std::map<std::int32_t, long> next;
    const auto use = [&](const usdtpp::recorded_event& event) {
        const auto i = event["i"].as<long>();
        const auto text = text_of(i);
        const bool right = i >= next[event.thread()] && event["text"].as<std::string>() == text &&
                           event["view"].as<std::string>() == text &&
                           event["half"].as<double>() == static_cast<double>(i) / 2 &&
                           event[5].as<short>() == static_cast<short>(-i);
        next[event.thread()] = i + 1;
        wrong += right ? 0 : 1;
        ++drained;
    };
    while (drained < 5000) {
        recorder.drain(use);
    }
    enough = true;
    first.join();
    second.join();
    recorder.drain(use);
    std::cout << "wrong " << wrong << ", " << (drained + recorder.dropped() == fired ? "all" : "not all")
              << " counted\n";
}

} // namespace

int main() {
    check(usdtpp::when_full::drop);
    check(usdtpp::when_full::overwrite);
}
