// Each line is a JSON object of its own.
#include "events.hpp"

#include <cstdio>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace fosdem::run {
namespace {

constexpr unsigned start_kind = 1;
constexpr unsigned end_kind = 2;
constexpr std::size_t most_requests = 1'000'000'000;

} // namespace

void events::add(const std::string& line) {
    if (line.empty()) {
        return;
    }
    if (long long lost = 0; std::sscanf(line.c_str(), "Lost %lld events", &lost) == 1) {
        lost_ += lost;
        return;
    }
    try {
        auto object = nlohmann::json::parse(line);
        if (const auto arguments = object.find("arguments"); arguments != object.end()) { // as the server writes them
            object.update(nlohmann::json(*arguments));
        }
        const auto number = [&](const char* field) { return object.at(field).get<std::int64_t>(); };
        const auto& event = object.at("event").get_ref<const std::string&>();
        if (event == "fosdem:request_start") {
            add(starts_, start_kind, object.at("id"), number("timestamp"));
        } else if (event == "fosdem:request_end") {
            add(ends_, end_kind, object.at("id"), number("start_timestamp"));
            if (number("start_timestamp") >= first_) {
                durations_.push_back(number("duration"));
            }
        } else {
            starts_.fired = number("fosdem:request_start");
            ends_.fired = number("fosdem:request_end");
            complete_ = true;
        }
    } catch (const std::exception& error) {
        throw std::runtime_error("the tracer printed " + line + ": " + error.what());
    }
}

void events::add(event_count& count, unsigned kind, const std::string& id, std::int64_t start) {
    const auto count_in = [&](event_count& which) { ++(start >= first_ ? which.seen : which.before); };
    count_in(count);
    const auto number = id.rfind("req-", 0) == 0 ? std::stoull(id.substr(4)) : most_requests;
    if (number >= most_requests) {
        throw std::runtime_error("not an id");
    }
    if (number >= kinds_.size()) {
        kinds_.resize(std::max<std::size_t>(2 * kinds_.size(), number + 1));
    }
    auto& kinds = kinds_[number];
    if ((kinds & kind) != 0) {
        ++repeated_;
    } else if (kinds != 0) {
        count_in(pairs_);
    }
    kinds = static_cast<unsigned char>(kinds | kind);
}

} // namespace fosdem::run
