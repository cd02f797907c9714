// perf on USDT probes. What `perf probe` adds is seen by the whole system, so here everything has names of its own and
// goes away with its object.
#ifndef USDTPP_TESTS_SUPPORT_PERF_HPP
#define USDTPP_TESTS_SUPPORT_PERF_HPP

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cases.hpp"
#include "support/process.hpp"
#include "toolchain.hpp"

namespace support {

// Why perf cannot be used here; empty where it can.
std::string why_no_perf();

// A name that no other process uses: of a provider, to be given to the compiler, -Dvalues=values_4711.
std::string own_provider(const std::string& provider);

// A line of the kernel's list of events on user-space programs:
// "p:sdt_values/mixed /tmp/values:0x2ba3(0x40ee) arg1=%ax:s8 arg2=%dx:u8".
struct uprobe {
    std::string group;
    std::string name;
    std::string place; // "/tmp/values:0x2ba3(0x40ee)"
    std::uint64_t offset = 0;
    std::uint64_t semaphore = 0;
    std::map<std::string, std::string> arguments; // "arg1" -> "%ax:s8"
};

// What perf script shows of an event.
struct perf_sample {
    std::string group;
    std::string name;
    std::map<std::string, std::string> arguments; // "arg1" -> "251", "\"text\""
};

// perf's events for probes of a program, by way of a build-id cache that is its own. Their provider must be nobody
// else's.
class perf_events {
public:
    // As `perf buildid-cache --add` and `perf probe` add them. Throws std::runtime_error.
    perf_events(const std::string& program, const std::vector<expected_probe>& probes);

    // Their definitions, one for each site, in the order of the notes.
    std::vector<uprobe> definitions() const;

    // Adds one more, of a group that is the provider's name. Throws std::system_error where the kernel refuses.
    void add(const uprobe& definition);

    // Runs the program under `perf record`, with this input, and returns what it printed.
    std::string record(const std::string& input);

    // `perf record` with these options: on a process, on all of them. Returns when it records; it goes on until it is
    // interrupted.
    process start_recording(const flags& options) const;

    // What was recorded, by perf script.
    std::vector<perf_sample> samples() const;

private:
    // Removes the events of a group.
    struct group {
        std::string name;
        explicit group(std::string its_name) : name(std::move(its_name)) {}
        group(const group&) = delete;
        group& operator=(const group&) = delete;
        ~group();
    };
    // One at a time on this system: to perf probe, events of one name clash, whatever their groups.
    class turn {
    public:
        turn();
        turn(const turn&) = delete;
        turn& operator=(const turn&) = delete;
        ~turn();

    private:
        int descriptor_ = -1;
    };
    flags perf(const flags& words) const;
    process run_record(const flags& options) const;

    turn turn_;
    temporary_directory directory_;
    std::string program_;
    group sdt_;
    group by_hand_;
};

} // namespace support

#endif
