// Events of a recorder in the trace-event format, which ui.perfetto.dev and chrome://tracing show.
#ifndef USDTPP_TRACE_EVENTS_HPP
#define USDTPP_TRACE_EVENTS_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <map>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <usdtpp/detail/attach_text.hpp>
#include <usdtpp/recorded_event.hpp>
#include <usdtpp/recorded_json.hpp>

namespace usdtpp {

/// Which two probes are the ends of one slice. Of one provider they are always.
struct trace_event_options {
    enum class pairing {
        first_argument, ///< those with equal first arguments, whatever their threads; by thread if there is none
        thread          ///< those of one thread; they nest
    };
    std::string start_suffix = "_start";
    std::string end_suffix = "_end";
    pairing pair_by = pairing::first_argument;
};

/// Writes events as JSON: "request_start" and "request_end" become a slice "request", all others a moment. An end whose
/// start is not there, because it was dropped or came before, is a moment too. Arguments stand by them, by their names.
///
///     std::ofstream file("trace.json");
///     usdtpp::trace_event_writer trace(file);
///     recorder.drain([&](const usdtpp::recorded_event& event) { trace.write(event); });
class trace_event_writer {
public:
    /// `to` must live longer.
    explicit trace_event_writer(std::ostream& to, trace_event_options options = {})
        : to_(to), options_(std::move(options)) {
        to_ << "[";
    }
    trace_event_writer(const trace_event_writer&) = delete;
    trace_event_writer& operator=(const trace_event_writer&) = delete;
    ~trace_event_writer() {
        finish();
    }

    /// Events of a thread must come in their order, as drain() has them.
    void write(const recorded_event& event) {
        std::string name = event.name();
        std::string id; // of a slice that is not of a thread
        char phase = 'i';
        if (const auto slice = without(name, options_.start_suffix); !slice.empty()) {
            id = id_of(event);
            ++open_[key_of(event, slice, id)];
            phase = id.empty() ? 'B' : 'b';
            name = slice;
        } else if (const auto ended = without(name, options_.end_suffix); !ended.empty()) {
            id = id_of(event);
            const auto open = open_.find(key_of(event, ended, id));
            if (open != open_.end()) {
                if (--open->second == 0) {
                    open_.erase(open);
                }
                phase = id.empty() ? 'E' : 'e';
                name = ended;
            }
        }
        write(event, name, phase, id);
    }
    /// Ends the file; the destructor does it too. Slices without an end are shown up to the end of the trace.
    void finish() {
        if (!finished_) {
            to_ << "\n]\n";
            finished_ = true;
        }
    }

private:
    static std::string without(const std::string& name, const std::string& suffix) {
        const bool ends = !suffix.empty() && name.size() > suffix.size() &&
                          name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0;
        return ends ? name.substr(0, name.size() - suffix.size()) : "";
    }
    std::string id_of(const recorded_event& event) const {
        std::string id;
        if (options_.pair_by == trace_event_options::pairing::first_argument && event.size() != 0) {
            const auto first = event[0];
            if (first.is_text()) {
                detail::recording::append_json_text(id, first.as<std::string_view>());
            } else {
                id = '"' + detail::attach::hexadecimal_text(first.bits()) + '"';
            }
        }
        return id;
    }
    static std::string key_of(const recorded_event& event, const std::string& slice, const std::string& id) {
        return event.provider() + ":" + slice + " " + (id.empty() ? std::to_string(event.thread()) : id);
    }
    void write(const recorded_event& event, const std::string& name, char phase, const std::string& id) {
        namespace recording = detail::recording;
        std::string line = first_ ? "\n{\"name\": " : ",\n{\"name\": ";
        first_ = false;
        recording::append_json_text(line, name);
        line += ", \"cat\": ";
        recording::append_json_text(line, event.provider());
        line += ", \"ph\": \"";
        line += phase;
        char time[40]; // microseconds
        std::snprintf(time, sizeof time, "%" PRIu64 ".%03" PRIu64, event.time() / 1000, event.time() % 1000);
        line += std::string("\", \"ts\": ") + time;
        line += ", \"pid\": " + std::to_string(::getpid()) + ", \"tid\": " + std::to_string(event.thread());
        line += !id.empty() && phase != 'i' ? ", \"id\": " + id : "";
        line += phase == 'i' ? ", \"s\": \"t\"" : ""; // a moment of its thread
        line += ", \"args\": ";
        recording::append_json_arguments(line, event, recording::json_names(event));
        to_ << line << '}';
    }

    std::ostream& to_;
    trace_event_options options_;
    std::map<std::string, std::uint64_t> open_;
    bool first_ = true;
    bool finished_ = false;
};

} // namespace usdtpp

#endif
#endif
