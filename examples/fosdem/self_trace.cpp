// A thread of its own writes what threads of the server have recorded.
#include "self_trace.hpp"

#include <chrono>
#include <iostream>
#include <string>

#include <usdtpp/recorded_json.hpp>

namespace fosdem {
namespace {

// Room for a second of the fastest load.
usdtpp::recorder_options large_buffers() {
    usdtpp::recorder_options options;
    options.ring_size = 4 << 20;
    return options;
}

} // namespace

self_trace::self_trace() : recorder_("fosdem:*", large_buffers()) {
    for (const auto* name : {"fosdem:request_start", "fosdem:request_end"}) {
        written_[name] = 0;
    }
    writer_ = std::thread([this] {
        for (std::unique_lock lock(mutex_); !ends_;) {
            ending_.wait_for(lock, std::chrono::milliseconds(20));
            write();
        }
    });
}

self_trace::~self_trace() {
    recorder_.stop();
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    ending_.notify_one();
    writer_.join();
    write();
    if (const auto lost = recorder_.dropped(); lost != 0) {
        std::cout << "Lost " << std::to_string(lost) << " events\n"; // a number itself would be as the locale has it
    }
    std::cout << R"({"event": "written")";
    for (const auto& [name, count] : written_) {
        std::cout << ", \"" << name << "\": " << std::to_string(count);
    }
    std::cout << "}" << std::endl;
}

void self_trace::write() {
    recorder_.drain([this](const usdtpp::recorded_event& event) {
        ++written_[event.provider() + ":" + event.name()];
        usdtpp::write_json_line(std::cout, event);
    });
    std::cout << std::flush;
}

} // namespace fosdem
