// Tracers of a few milliseconds: a uprobe on each site of a probe, and its semaphore, handed to the kernel as bpftrace
// does it.
#ifndef USDTPP_TESTS_SUPPORT_UPROBES_HPP
#define USDTPP_TESTS_SUPPORT_UPROBES_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "tracers.hpp"

namespace support {

// Why they cannot be used here; empty where they can.
std::string why_no_uprobes();

// Where a probe is in its file: offsets, not addresses.
struct probe_in_file {
    std::string binary;
    std::vector<std::uint64_t> sites;
    std::uint64_t semaphore = 0;
};

// `probe` is "provider:name". Throws std::runtime_error where the binary has none of that name.
probe_in_file find_probe(const std::string& binary, const std::string& probe);

// The semaphore's value, from the memory of a process. Throws std::runtime_error where that has not mapped the binary.
unsigned read_semaphore(pid_t pid, const probe_in_file& probe);

// Attached while it lives.
class uprobe {
public:
    // On a process, or on every_process. Throws std::system_error where the kernel refuses.
    uprobe(const probe_in_file& probe, pid_t pid);
    uprobe(const uprobe&) = delete;
    uprobe& operator=(const uprobe&) = delete;
    ~uprobe();

    // How often the sites have been hit since, in all threads of all processes that it is attached to.
    std::uint64_t count() const;

    void detach() noexcept;

private:
    int counter_ = -1; // a map of BPF
    int program_ = -1;
    std::vector<int> events_;
};

} // namespace support

#endif
