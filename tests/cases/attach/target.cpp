// Attaches to probes of its own, and fires them, as its input says. It answers each line with a line.
//     attach [PATTERN]   how many sites, or the error
//     detach             and what the handler took with it is gone
//     fire NUMBER        the two probes, with that number; answers what the handlers saw
//     enabled            PROBE_ENABLED of the two
//     code               whether its code is that of its file
//     forbid WHAT        a seccomp filter: see filters; or mdwe, seal
//     poke BYTE          writes it over the first byte of the first probe's ten-byte nop, as a tracer outside would
//     block              a thread that blocks SIGILL from now on; "unblock" ends it
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <usdtpp/attach.hpp>
#include <usdtpp/usdtpp.hpp>

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#endif

extern const char __executable_start[]; // the linker's
extern const char __etext[];

namespace {

std::vector<usdtpp::attachment> attached;
std::ostringstream seen;

[[gnu::noinline]] void fire(int number) {
    const std::string text = "text" + std::to_string(number);
    PROBE(target, first, number, text.c_str());
    PROBE_IF_ENABLED(target, second, number + 1);
}

std::string attach(const std::string& pattern) {
    try {
        attached.push_back(usdtpp::attach(pattern, [](const usdtpp::event& fired) {
            seen << ' ' << fired.name() << '=' << fired[0].as<int>();
            seen << (fired.size() > 1 ? "/" + fired[1].as<std::string>() : "");
        }));
        return "attached " + std::to_string(attached.back().sites());
    } catch (const usdtpp::attach_error& what) {
        return std::string("attach_error: ") + what.what();
    }
}

// The segment of code, which begins on a page, against the file.
std::string code() {
    std::ifstream file("/proc/self/exe", std::ios::binary);
    const std::string all{std::istreambuf_iterator<char>(file), {}};
    const auto text = static_cast<std::size_t>(reinterpret_cast<const char*>(&fire) - __executable_start);
    const auto end = static_cast<std::size_t>(__etext - __executable_start);
    for (auto at = text & ~std::size_t{4095}; at != end; ++at) {
        if (all[at] != __executable_start[at]) {
            return "changed at " + std::to_string(at);
        }
    }
    return "as in the file";
}

// Of the first probe that was attached to. Its address counts from the begin of the file: this is a PIE.
void poke(int byte) {
    static const auto* room = __executable_start + attached.front().notes().front()->location + 1;
    std::fstream memory("/proc/self/mem", std::ios::binary | std::ios::in | std::ios::out);
    memory.seekp(reinterpret_cast<std::streamoff>(room));
    memory.put(static_cast<char>(byte)).flush();
}

struct forbidden {
    const char* name;
    std::uint32_t call;
    unsigned argument; // of the call, all of whose bits `bits` must be set
    std::uint32_t bits;
    int error;
};
constexpr forbidden filters[] = {
    {"code", SYS_mprotect, 2, PROT_WRITE | PROT_EXEC, EACCES}, // as SELinux does without execmod
    {"exec", SYS_mprotect, 2, PROT_EXEC, EPERM},
    {"map", SYS_mmap, 2, PROT_EXEC, EPERM},
    {"memory", SYS_pwrite64, 3, 0, EIO}, // /proc/self/mem: EIO is what a kernel says that does not allow it
    {"membarrier", SYS_membarrier, 0, 0, ENOSYS},
};

std::string forbid(const std::string& what) {
    if (what == "mdwe") {
        return ::prctl(PR_SET_MDWE, 1UL, 0UL, 0UL, 0UL) == 0 ? "forbidden" : "no PR_SET_MDWE";
    }
    if (what == "seal") {
        const auto page = reinterpret_cast<std::uintptr_t>(&fire) & ~std::uintptr_t{4095};
        return ::syscall(462, page, 8192UL, 0UL) == 0 ? "forbidden" : "no mseal";
    }
    for (const auto& one : filters) {
        if (what == one.name) {
            const auto offset = static_cast<std::uint32_t>(offsetof(seccomp_data, args) + 8 * one.argument);
            sock_filter program[] = {
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, one.call, 0, 4),
                BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset),
                BPF_STMT(BPF_ALU | BPF_AND | BPF_K, one.bits),
                BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, one.bits, 0, 1),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<std::uint32_t>(one.error)),
                BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
            };
            sock_fprog filter = {static_cast<unsigned short>(sizeof program / sizeof *program), program};
            ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
            return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0 ? "forbidden" : "no seccomp";
        }
    }
    return "what is " + what + "?";
}

// As many programs block all signals in the threads that work.
class blocking_thread {
public:
    blocking_thread() {
        sigset_t trap;
        sigset_t before;
        ::sigemptyset(&trap);
        ::sigaddset(&trap, SIGILL);
        ::pthread_sigmask(SIG_BLOCK, &trap, &before);
        thread_ = std::thread([this] {
            std::unique_lock lock(mutex_);
            ended_.wait(lock, [this] { return end_; });
        });
        ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    }
    blocking_thread(const blocking_thread&) = delete;
    blocking_thread& operator=(const blocking_thread&) = delete;
    ~blocking_thread() {
        {
            const std::lock_guard lock(mutex_);
            end_ = true;
        }
        ended_.notify_one();
        thread_.join();
    }

private:
    std::mutex mutex_;
    std::condition_variable ended_;
    bool end_ = false;
    std::thread thread_;
};

} // namespace

int main() {
    std::unique_ptr<blocking_thread> blocking;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string command;
        std::string word;
        words >> command >> word;
        std::string answer = "done";
        if (command == "attach") {
            answer = attach(word.empty() ? "target:*" : word);
        } else if (command == "detach") {
            attached.pop_back();
        } else if (command == "fire") {
            seen.str("");
            fire(std::stoi(word));
            answer = "saw" + seen.str();
        } else if (command == "enabled") {
            answer = PROBE_ENABLED(target, first) ? "1" : "0";
            answer += PROBE_ENABLED(target, second) ? "1" : "0";
        } else if (command == "code") {
            answer = code();
        } else if (command == "forbid") {
            answer = forbid(word);
        } else if (command == "poke") {
            poke(std::stoi(word, nullptr, 16));
        } else if (command == "block") {
            blocking = std::make_unique<blocking_thread>();
        } else if (command == "unblock") {
            blocking.reset();
        }
        std::cout << answer << std::endl;
    }
}
