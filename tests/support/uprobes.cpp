#include "uprobes.hpp"

#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "notes.hpp"
#include "support/process.hpp"

namespace support {
namespace {

const char* const uprobe_type = "/sys/bus/event_source/devices/uprobe/type";

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

struct segment {
    std::uint64_t offset, address, size;
};

// The parts of a file that are loaded, as `readelf -l` tells them.
std::vector<segment> read_segments(const std::string& binary) {
    const auto readelf = run({"readelf", "-lW", binary});
    std::vector<segment> segments;
    std::istringstream lines(readelf.output);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string type, physical;
        segment one{};
        if (words >> type && type == "LOAD" && words >> std::hex >> one.offset >> one.address >> physical >> one.size) {
            segments.push_back(one);
        }
    }
    return segments;
}

std::uint64_t to_offset(const std::vector<segment>& segments, std::uint64_t address) {
    for (const auto& one : segments) {
        if (one.address <= address && address - one.address < one.size) {
            return address - one.address + one.offset;
        }
    }
    throw std::runtime_error("an address that the file has no contents for");
}

int bpf(int command, bpf_attr& attributes) {
    return static_cast<int>(::syscall(SYS_bpf, command, &attributes, sizeof attributes));
}

int make_counter() {
    bpf_attr attributes{};
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = sizeof(std::uint32_t);
    attributes.value_size = sizeof(std::uint64_t);
    attributes.max_entries = 1;
    const int counter = bpf(BPF_MAP_CREATE, attributes);
    return counter >= 0 ? counter : (fail("BPF_MAP_CREATE"), -1);
}

// A program that adds one to the counter.
int make_program(int counter) {
    const bpf_insn instructions[] = {
        {BPF_LD | BPF_DW | BPF_IMM, BPF_REG_1, BPF_PSEUDO_MAP_VALUE, 0, counter}, // r1 = &counter, in two parts
        {0, 0, 0, 0, 0},
        {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_2, 0, 0, 1},
        {BPF_STX | BPF_DW | BPF_ATOMIC, BPF_REG_1, BPF_REG_2, 0, BPF_ADD},
        {BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, 0},
        {BPF_JMP | BPF_EXIT, 0, 0, 0, 0},
    };
    bpf_attr attributes{};
    attributes.prog_type = BPF_PROG_TYPE_KPROBE;
    attributes.insns = reinterpret_cast<std::uintptr_t>(instructions);
    attributes.insn_cnt = sizeof instructions / sizeof *instructions;
    attributes.license = reinterpret_cast<std::uintptr_t>("GPL");
    const int program = bpf(BPF_PROG_LOAD, attributes);
    return program >= 0 ? program : (fail("BPF_PROG_LOAD"), -1);
}

int open_event(const probe_in_file& probe, std::uint64_t site, pid_t pid) {
    perf_event_attr attributes{};
    attributes.size = sizeof attributes;
    std::ifstream(uprobe_type) >> attributes.type;
    attributes.config = probe.semaphore << 32; // format/ref_ctr_offset
    attributes.config1 = reinterpret_cast<std::uintptr_t>(probe.binary.c_str());
    attributes.config2 = site;
    // With a program on it, the event of one processor is that of all.
    const int cpu = pid == every_process ? 0 : -1;
    const auto event = ::syscall(SYS_perf_event_open, &attributes, pid, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    return event >= 0 ? static_cast<int>(event) : (fail("perf_event_open"), -1);
}

} // namespace

std::string why_no_uprobes() {
    if (!std::ifstream(uprobe_type)) {
        return "the kernel has no uprobes";
    }
    if (::geteuid() != 0) {
        return "uprobes need root";
    }
    try {
        const int counter = make_counter();
        const int program = make_program(counter);
        ::close(program);
        ::close(counter);
    } catch (const std::system_error& error) {
        return std::string("programs of BPF cannot be loaded: ") + error.what();
    }
    return "";
}

probe_in_file find_probe(const std::string& binary, const std::string& probe) {
    const auto segments = read_segments(binary);
    probe_in_file found;
    found.binary = binary;
    for (const auto& note : read_notes(binary)) {
        if (note.provider + ":" + note.name == probe) {
            found.sites.push_back(to_offset(segments, note.location));
            found.semaphore = to_offset(segments, note.semaphore);
        }
    }
    return found.sites.empty() ? throw std::runtime_error(binary + " has no probe " + probe) : found;
}

unsigned read_semaphore(pid_t pid, const probe_in_file& probe) {
    const auto folder = "/proc/" + std::to_string(pid);
    std::ifstream maps(folder + "/maps");
    for (std::string line; std::getline(maps, line);) {
        std::istringstream words(line);
        std::uint64_t begin = 0, end = 0, offset = 0;
        char dash = 0;
        std::string rights, device, inode, path;
        words >> std::hex >> begin >> dash >> end >> rights >> offset >> device >> inode >> path;
        if (path != probe.binary || rights != "rw-p" || probe.semaphore < offset ||
            probe.semaphore - offset >= end - begin) {
            continue;
        }
        std::uint16_t value = 0;
        std::ifstream memory(folder + "/mem", std::ios::binary);
        memory.seekg(static_cast<std::streamoff>(begin + (probe.semaphore - offset)));
        memory.read(reinterpret_cast<char*>(&value), sizeof value);
        return memory ? value : throw std::runtime_error("cannot read " + folder + "/mem");
    }
    throw std::runtime_error(probe.binary + " is not in " + folder + "/maps");
}

uprobe::uprobe(const probe_in_file& probe, pid_t pid) {
    try {
        counter_ = make_counter();
        program_ = make_program(counter_);
        for (const auto site : probe.sites) {
            events_.push_back(open_event(probe, site, pid));
            if (::ioctl(events_.back(), PERF_EVENT_IOC_SET_BPF, program_) != 0) {
                fail("PERF_EVENT_IOC_SET_BPF");
            }
        }
    } catch (...) {
        detach();
        ::close(program_);
        ::close(counter_);
        throw;
    }
}

uprobe::~uprobe() {
    detach();
    ::close(program_);
    ::close(counter_);
}

std::uint64_t uprobe::count() const {
    const std::uint32_t key = 0;
    std::uint64_t value = 0;
    bpf_attr attributes{};
    attributes.map_fd = static_cast<std::uint32_t>(counter_);
    attributes.key = reinterpret_cast<std::uintptr_t>(&key);
    attributes.value = reinterpret_cast<std::uintptr_t>(&value);
    return bpf(BPF_MAP_LOOKUP_ELEM, attributes) == 0 ? value : (fail("BPF_MAP_LOOKUP_ELEM"), 0);
}

void uprobe::detach() noexcept {
    for (const int event : std::exchange(events_, {})) {
        ::close(event);
    }
}

} // namespace support
