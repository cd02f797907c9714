#include "tracing.hpp"

#include <algorithm>
#include <csignal>
#include <fstream>
#include <regex>
#include <stdexcept>

#include <elf.h>
#include <nlohmann/json.hpp>

#include "notes.hpp"

namespace example {
namespace {

std::vector<std::string> command(const server& server, const std::string& name,
                                 const std::vector<std::string>& options) {
    std::vector<std::string> words = {"bpftrace"};
    words.insert(words.end(), options.begin(), options.end());
    words.insert(words.end(), {"-p", std::to_string(server.pid()), std::string(FOSDEM_SCRIPTS) + "/" + name});
    return words;
}

} // namespace

script::script(const server& server, const std::string& name, const std::vector<std::string>& options)
    : process_(command(server, name, options)) {
    client asking(server.port());
    for (const auto deadline = clock::now() + long_enough; complete_since(0) == 0;) {
        if (process_.at_end() || clock::now() > deadline) {
            throw std::runtime_error("bpftrace does not attach: " + process_.error_output());
        }
        asking.get("/health");
        read(milliseconds(50));
    }
}

void script::read(milliseconds time) {
    const auto deadline = clock::now() + time;
    while (auto line = process_.read_line(std::chrono::ceil<milliseconds>(deadline - clock::now()))) {
        lines_.push_back(std::move(*line));
    }
}

int script::complete_since(std::int64_t timestamp) const {
    static const std::regex timestamp_pattern("[0-9]{19}"); // nanoseconds since the epoch, until 2286
    struct request {
        int lines = 0;
        std::int64_t start = -1;
    };
    std::map<std::string, request> requests;
    for (const auto& line : lines_) {
        if (const auto id = id_in(line); !id.empty()) {
            auto& one = requests[id];
            ++one.lines;
            if (std::smatch match; std::regex_search(line, match, timestamp_pattern)) {
                one.start = std::stoll(match[0]);
            }
        }
    }
    return static_cast<int>(std::count_if(requests.begin(), requests.end(), [&](const auto& one) {
        return one.second.lines == 2 && one.second.start >= timestamp;
    }));
}

int script::stop() {
    // bpftrace 0.17 forgets a signal that comes while it prints; once it prints its last, a second one would kill it.
    const auto is_last = [](const std::string& line) { return line[0] == '@' || count_of("\"total\"", line) != 0; };
    const auto deadline = clock::now() + long_enough;
    for (auto next = clock::now(); !process_.at_end() && clock::now() < deadline;) {
        if (clock::now() >= next && std::none_of(lines_.begin(), lines_.end(), is_last)) {
            process_.signal(SIGINT);
            next = clock::now() + seconds(5);
        }
        read(milliseconds(20));
    }
    return wait_for_end();
}

int script::wait_for_end() {
    for (const auto deadline = clock::now() + long_enough; !process_.at_end();) {
        if (clock::now() > deadline) {
            throw std::runtime_error("bpftrace does not end");
        }
        read(milliseconds(20));
    }
    const auto done = process_.wait(long_enough);
    return done ? done->status : -1;
}

std::string id_in(const std::string& line) {
    static const std::regex pattern("req-[0-9]+");
    std::smatch match;
    return std::regex_search(line, match, pattern) ? match[0] : std::string();
}

event_log::event_log(const std::vector<std::string>& lines) {
    for (const auto& line : lines) {
        if (line.empty()) {
            continue;
        }
        const auto object = nlohmann::json::parse(line);
        const auto number = [&](const char* field) { return object.at(field).get<std::int64_t>(); };
        const auto event = object.at("event").get<std::string>();
        if (event == "fosdem:request_start") {
            repeated += starts.emplace(object.at("id"), number("timestamp")).second ? 0 : 1;
        } else if (event == "fosdem:request_end") {
            const end one{number("start_timestamp"), number("duration")};
            repeated += ends.emplace(object.at("id"), one).second ? 0 : 1;
        } else if (event == "total" && total_starts == -1) {
            total_starts = number("fosdem:request_start");
            total_ends = number("fosdem:request_end");
        } else {
            throw std::runtime_error("an unexpected line: " + line);
        }
    }
}

std::int64_t event_log::started_since(std::int64_t timestamp) const {
    return std::count_if(starts.begin(), starts.end(), [&](const auto& start) { return start.second >= timestamp; });
}

std::int64_t now() {
    return std::chrono::nanoseconds(std::chrono::system_clock::now().time_since_epoch()).count();
}

std::vector<int> semaphores_of(const server& server) {
    const auto of_server = [&](const char* file) { return "/proc/" + std::to_string(server.pid()) + "/" + file; };
    Elf64_Ehdr header;
    std::ifstream(FOSDEM_SERVER, std::ios::binary).read(reinterpret_cast<char*>(&header), sizeof header);
    std::uint64_t moved = 0; // where the start of the program is, if that can be anywhere
    if (header.e_type == ET_DYN) {
        moved = std::stoull(support::read_file(of_server("maps")), nullptr, 16);
    }
    static const auto addresses = [] { // in the file
        std::map<std::string, std::uint64_t> found;
        for (const auto& note : support::read_notes(FOSDEM_SERVER)) {
            found[note.name] = note.semaphore;
        }
        return found;
    }();
    std::vector<int> values;
    std::ifstream memory(of_server("mem"), std::ios::binary);
    for (const auto* name : {"request_start", "request_end"}) {
        std::uint16_t value = 0;
        memory.seekg(static_cast<std::streamoff>(addresses.at(name) + moved));
        if (!memory.read(reinterpret_cast<char*>(&value), sizeof value)) {
            throw std::runtime_error("cannot read the memory of the server");
        }
        values.push_back(value);
    }
    return values;
}

} // namespace example
