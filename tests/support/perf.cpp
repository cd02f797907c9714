#include "perf.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace support {
namespace {

const std::string uprobe_events = "/sys/kernel/tracing/uprobe_events";

std::vector<uprobe> read_uprobes(const std::string& group) {
    static const std::regex line_form(R"(^p:([^/]+)/(\S+) (.*:0x([0-9a-f]+)(?:\(0x([0-9a-f]+)\))?)((?: \w+=\S+)*)$)");
    std::vector<uprobe> all;
    std::istringstream lines(read_file(uprobe_events));
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (!std::regex_match(line, match, line_form) || match[1] != group) {
            continue;
        }
        auto& one = all.emplace_back();
        one.group = match[1];
        one.name = match[2];
        one.place = match[3];
        one.offset = std::stoull(match[4], nullptr, 16);
        one.semaphore = match[5].matched ? std::stoull(match[5], nullptr, 16) : 0;
        std::istringstream words(match[6]);
        for (std::string word; words >> word;) {
            one.arguments[word.substr(0, word.find('='))] = word.substr(word.find('=') + 1);
        }
    }
    return all;
}

std::string output_of(const flags& command, milliseconds timeout = std::chrono::minutes(2)) {
    const auto done = run(command, timeout);
    if (done.status != 0) {
        throw std::runtime_error(joined(command) + ": " + done.errors);
    }
    return done.output;
}

// A named pipe, removed with this object.
class fifo {
public:
    explicit fifo(std::string path) : path_(std::move(path)) {
        if (::mkfifo(path_.c_str(), 0600) != 0 || (descriptor_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC)) < 0) {
            throw std::system_error(errno, std::generic_category(), path_);
        }
    }
    fifo(const fifo&) = delete;
    fifo& operator=(const fifo&) = delete;
    ~fifo() {
        ::close(descriptor_);
        ::unlink(path_.c_str());
    }

    void write(const std::string& text) const {
        if (::write(descriptor_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
            throw std::system_error(errno, std::generic_category(), path_);
        }
    }
    // What comes first; empty after `timeout`.
    std::string read(milliseconds timeout) const {
        pollfd polled = {descriptor_, POLLIN, 0};
        char buffer[64];
        if (::poll(&polled, 1, static_cast<int>(timeout.count())) <= 0) {
            return "";
        }
        return {buffer, static_cast<std::size_t>(std::max<ssize_t>(0, ::read(descriptor_, buffer, sizeof buffer)))};
    }

private:
    std::string path_;
    int descriptor_ = -1;
};

} // namespace

std::string why_no_perf() {
    if (find_program("perf").empty()) {
        return "perf is not installed";
    }
    if (::geteuid() != 0) {
        return "perf probe needs root";
    }
    if (::access(uprobe_events.c_str(), W_OK) != 0) {
        return "perf probe needs " + uprobe_events + ", of a mounted tracefs";
    }
    static const auto tried = run({"perf", "--version"}); // Ubuntu's is a script, for the kernel that it knows
    return tried.status == 0 ? "" : "perf does not run here: " + tried.errors;
}

std::string own_provider(const std::string& provider) {
    return provider + "_" + std::to_string(::getpid());
}

namespace {

// Removes what tests left behind that were killed: groups of own_provider() whose process is gone.
void remove_stale_events() {
    static const std::regex own("p:((?:sdt_)?[a-z]+_([0-9]+))/.*");
    std::set<std::string> stale;
    std::istringstream lines(read_file(uprobe_events));
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, match, own) && ::access(("/proc/" + match.str(2)).c_str(), F_OK) != 0) {
            stale.insert(match[1]);
        }
    }
    for (const auto& group : stale) {
        run({"perf", "probe", "-q", "-d", group + ":*"});
    }
}

} // namespace

perf_events::turn::turn() {
    const auto path = (std::filesystem::temp_directory_path() / "usdtpp-perf.lock").string();
    descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (descriptor_ < 0 || ::flock(descriptor_, LOCK_EX) != 0) {
        throw std::system_error(errno, std::generic_category(), path);
    }
    remove_stale_events();
}

perf_events::turn::~turn() {
    ::close(descriptor_);
}

perf_events::group::~group() {
    // While a perf that was killed is not gone yet, its events are in use.
    for (int i = 0; i != 50 && !read_uprobes(name).empty(); ++i) {
        if (run({"perf", "probe", "-q", "-d", name + ":*"}).status != 0) {
            std::this_thread::sleep_for(milliseconds(100));
        }
    }
}

perf_events::perf_events(const std::string& program, const std::vector<expected_probe>& probes)
    : program_(program), sdt_("sdt_" + probes.at(0).provider), by_hand_(probes.at(0).provider) {
    output_of(perf({"buildid-cache", "--add", program}));
    flags command = perf({"probe"});
    for (const auto& probe : probes) {
        command.insert(command.end(), {"--add", sdt_.name + ":" + probe.name});
    }
    output_of(command);
}

flags perf_events::perf(const flags& words) const {
    flags command = {"perf", "--buildid-dir", directory_.file("cache")};
    command.insert(command.end(), words.begin(), words.end());
    return command;
}

std::vector<uprobe> perf_events::definitions() const {
    return read_uprobes(sdt_.name);
}

void perf_events::add(const uprobe& definition) {
    std::string line = "p:" + by_hand_.name + "/" + definition.name + " " + definition.place;
    for (const auto& [name, what] : definition.arguments) {
        line += " " + name + "=" + what;
    }
    line += "\n";
    const int file = ::open(uprobe_events.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC); // truncating would remove all
    const auto written = ::write(file, line.data(), line.size());
    const int reason = errno;
    ::close(file);
    if (written != static_cast<ssize_t>(line.size())) {
        throw std::system_error(reason, std::generic_category(), uprobe_events + ": " + line);
    }
}

process perf_events::run_record(const flags& options) const {
    flags command = perf({"record", "-q", "-o", directory_.file("data"), "-e", sdt_.name + ":*"});
    if (!read_uprobes(by_hand_.name).empty()) {
        command.insert(command.end(), {"-e", by_hand_.name + ":*"});
    }
    command.insert(command.end(), options.begin(), options.end());
    return process(command);
}

process perf_events::start_recording(const flags& options) const {
    const auto commands = directory_.file("commands"), answers = directory_.file("answers");
    const fifo to_perf(commands), from_perf(answers);
    flags all = {"--control", "fifo:" + commands + "," + answers};
    all.insert(all.end(), options.begin(), options.end());
    auto recording = run_record(all);
    to_perf.write("enable\n"); // it does by itself; it answers when it has done all that comes before
    if (from_perf.read(std::chrono::seconds(60)).rfind("ack", 0) != 0) {
        recording.signal(SIGKILL);
        recording.wait(std::chrono::seconds(30));
        throw std::runtime_error("perf does not record: " + recording.error_output());
    }
    return recording;
}

std::string perf_events::record(const std::string& input) {
    auto recording = run_record({"--", program_});
    recording.write(input);
    recording.close_input();
    const auto done = recording.wait(std::chrono::minutes(2));
    if (!done || done->status != 0) {
        throw std::runtime_error("perf record: " + recording.error_output());
    }
    return recording.unread_output();
}

std::vector<perf_sample> perf_events::samples() const {
    static const std::regex line_form(R"(^ *(\w+):(\w+): \([0-9a-f]+\)(.*)$)");
    static const std::regex argument_form(R"raw( (\w+)=("[^"]*"|\S+))raw");
    std::vector<perf_sample> all;
    std::istringstream lines(output_of(perf({"script", "-i", directory_.file("data"), "-F", "event,trace"})));
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (!std::regex_match(line, match, line_form)) {
            throw std::runtime_error("perf script: an unknown form: " + line);
        }
        auto& one = all.emplace_back();
        one.group = match[1];
        one.name = match[2];
        const std::string arguments = match[3];
        for (std::sregex_iterator i(arguments.begin(), arguments.end(), argument_form), end; i != end; ++i) {
            one.arguments[(*i)[1]] = (*i)[2];
        }
    }
    return all;
}

} // namespace support
