// Probes that are traced: how long one takes, by turns in one process.
#include <csignal>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>

#include <unistd.h>

#include "session.hpp"
#include "support/bpftrace.hpp"
#include "support/process.hpp"

namespace bench {
namespace {

using nlohmann::json;
using std::chrono::seconds;

// The event's arguments are a string of 20 characters and two numbers. In the function they are its parameters.
const std::string count_events = R"(
usdt:PROGRAM:ours:request { @usdtpp = count(); }
usdt:PROGRAM:theirs:request { @sys_sdt = count(); }
uprobe:PROGRAM:handle_request { @entry = count(); }
uretprobe:PROGRAM:handle_request { @function = count(); }
)";
const std::string decode_events = R"(
usdt:PROGRAM:ours:request { @by_usdtpp[str(arg0)] = count(); @usdtpp_took = hist(arg2); @usdtpp = count(); }
usdt:PROGRAM:theirs:request { @by_sys_sdt[str(arg0)] = count(); @sys_sdt_took = hist(arg2); @sys_sdt = count(); }
uprobe:PROGRAM:handle_request { @by_function[str(arg0)] = count(); @function_took = hist(arg2); }
uretprobe:PROGRAM:handle_request { @function = count(); }
)";

std::string with_program(std::string script, const std::string& program) {
    const std::string place = "PROGRAM";
    for (auto found = script.find(place); found != std::string::npos; found = script.find(place, found)) {
        script.replace(found, place.size(), program);
    }
    return script;
}

void must_run(const std::vector<std::string>& command) {
    const auto done = support::run(command);
    if (done.status != 0) {
        throw std::runtime_error(command[0] + " " + command[1] + ": " + done.errors);
    }
}

// A session of LTTng that records bench:request, with a daemon of our own where there is none.
class lttng_session {
public:
    explicit lttng_session(const std::string& directory) {
        if (support::run({"lttng", "list"}).status != 0) {
            daemon_.emplace(std::vector<std::string>{"lttng-sessiond", "--no-kernel", "--quiet"});
            for (int i = 0; i != 100 && support::run({"lttng", "list"}).status != 0; ++i) {
                std::this_thread::sleep_for(std::chrono::milliseconds(100));
            }
        }
        must_run({"lttng", "create", name_, "--output=" + directory});
        // So large that nothing is discarded: that would be cheaper than to record it.
        must_run({"lttng", "enable-channel", "-u", "-s", name_, "large", "--num-subbuf=16", "--subbuf-size=8M"});
        must_run({"lttng", "enable-event", "-u", "-s", name_, "-c", "large", "bench:request"});
        must_run({"lttng", "start", name_});
    }
    lttng_session(const lttng_session&) = delete;
    lttng_session& operator=(const lttng_session&) = delete;
    ~lttng_session() {
        support::run({"lttng", "destroy", "--no-wait", name_});
        if (daemon_) {
            daemon_->signal(SIGTERM);
            daemon_->wait(seconds(20));
        }
    }
    // Whether it has recorded all.
    bool complete() const {
        const auto done = support::run({"lttng", "stop", name_});
        return done.status == 0 && (done.output + done.errors).find("discarded") == std::string::npos;
    }

private:
    const std::string name_ = "usdtpp-bench-" + std::to_string(::getpid());
    std::optional<support::process> daemon_;
};

class firing {
public:
    explicit firing(const std::string& program) : process_({program}) {}

    // Nanoseconds for one of `count` events.
    double fire(const std::string& way, long count) {
        process_.write(way + " " + std::to_string(count) + "\n");
        const auto line = process_.read_line(seconds(120));
        if (!line) {
            throw std::runtime_error("enabled.cpp ended: " + process_.error_output());
        }
        fired_[way] += count;
        return std::stod(*line);
    }
    pid_t pid() const noexcept {
        return process_.pid();
    }
    long fired(const std::string& way) const {
        return fired_.at(way);
    }

private:
    support::process process_;
    std::map<std::string, long> fired_;
};

// "@usdtpp: 1234" of what bpftrace prints in the end.
long count_of(const std::string& printed, const std::string& map) {
    const auto found = ("\n" + printed).find("\n@" + map + ": ");
    return found == std::string::npos ? 0 : std::stol(printed.substr(found + map.size() + 3));
}

// All ways by turns, `nothing` included; what a traced one takes is without what the loop itself takes.
json by_turns(session& all, const std::string& title, firing& program, const std::map<std::string, long>& counts) {
    const int rounds = all.quick ? 2 : 25;
    std::map<std::string, std::vector<double>> times;
    for (int round = 0; round <= rounds; ++round) { // the first one warms up
        all.shown.show("enabled probes, " + title + ": round " + std::to_string(round) + "/" + std::to_string(rounds));
        const double loop = program.fire("nothing", 100000);
        for (const auto& [way, count] : counts) {
            const double time = program.fire(way, all.quick ? 100 : count) - loop;
            if (round != 0) {
                times[way].push_back(time);
            }
        }
    }
    json result = json::object();
    for (const auto& [way, values] : times) {
        result[way]["nanoseconds"] = to_json(estimate_of(values));
        if (way != "sys_sdt" && times.count("sys_sdt") != 0) {
            result[way]["ratio_to_sys_sdt"] = to_json(ratio_of(values, times["sys_sdt"]));
        }
    }
    return result;
}

json with_bpftrace(session& all, const std::string& title, const std::string& binary, const std::string& script) {
    firing program(binary);
    program.fire("function", 1); // so that its pages are there
    support::bpftrace tracer(program.pid(), with_program(script, binary));
    const auto before = program.fired("function");
    auto result = by_turns(all, title, program, {{"usdtpp", 20000}, {"sys_sdt", 20000}, {"function", 20000}});
    const auto printed = tracer.stop();
    for (const std::string way : {"usdtpp", "sys_sdt", "function"}) {
        const long expected = program.fired(way) - (way == "function" ? before : 0);
        if (count_of(printed, way) != expected) {
            throw std::runtime_error("bpftrace saw " + std::to_string(count_of(printed, way)) + " events of " + way +
                                     ", not " + std::to_string(expected));
        }
    }
    return result;
}

// Null where it cannot be.
json with_lttng(session& all, const std::string& compiler) {
    const auto binary = all.directory.file("enabled_lttng");
    const auto why =
        compile(compiler, {"-DWITH_LTTNG", project_file("bench/cases/enabled.cpp"),
                           project_file("bench/cases/lttng_provider.cpp"), "-llttng-ust", "-ldl", "-o", binary});
    if (!why.empty() || support::find_program("lttng-sessiond").empty() || support::find_program("lttng").empty()) {
        all.skip("enabled LTTng-UST", why.empty() ? "lttng-tools is not installed" : why);
        return nullptr;
    }
    const lttng_session session(all.directory.file("trace"));
    firing program(binary);
    auto result = by_turns(all, "LTTng-UST", program, {{"lttng_ust", 20000}});
    if (!session.complete()) {
        throw std::runtime_error("LTTng-UST discarded events: its figure would be too good");
    }
    return result;
}

// By usdtpp itself; and the probe that nothing is attached to, by the same loop. Null where it cannot be.
json from_inside(session& all, const std::string& compiler) {
    const auto binary = all.directory.file("enabled_inside");
    const auto why = compile(compiler, {"-std=c++17", "-DWITH_ATTACH", project_file("bench/cases/enabled.cpp"),
                                        "-pthread", "-lelf", "-ldl", "-o", binary});
    if (!why.empty()) {
        all.skip("enabled from inside", why);
        return nullptr;
    }
    firing program(binary);
    return by_turns(all, "from inside", program,
                    {{"usdtpp", 10000}, {"recorder", 10000}, {"recorder_two_threads", 10000}, {"handler", 10000}});
}

} // namespace

json measure_enabled(session& all) {
    json result = json::object();
    if (all.compilers.empty()) {
        all.skip("enabled probes", "there is no compiler");
        return result;
    }
    const auto& compiler = all.compilers.front();
    if (auto lttng = with_lttng(all, compiler); !lttng.is_null()) {
        result["lttng_ust"] = lttng;
    }
    if (auto inside = from_inside(all, compiler); !inside.is_null()) {
        result["inside"] = inside;
    }
    if (const auto why = support::why_no_bpftrace(); !why.empty()) {
        all.skip("enabled probes under bpftrace", why);
        return result;
    }
    const auto binary = all.directory.file("enabled");
    if (const auto why = compile(compiler, {project_file("bench/cases/enabled.cpp"), "-o", binary}); !why.empty()) {
        throw std::runtime_error("enabled.cpp does not build with " + compiler + ": " + why);
    }
    result["bpftrace_count"] = with_bpftrace(all, "bpftrace count()", binary, count_events);
    result["bpftrace_decode"] = with_bpftrace(all, "bpftrace str() and hist()", binary, decode_events);
    return result;
}

} // namespace bench
