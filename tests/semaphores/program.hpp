// The programs of tests/cases/semaphores, built by the compiler under test, and a conversation with them.
#ifndef USDTPP_TESTS_SEMAPHORES_PROGRAM_HPP
#define USDTPP_TESTS_SEMAPHORES_PROGRAM_HPP

#include <string>

#include "support/process.hpp"
#include "toolchain.hpp"
#include "uprobes.hpp"

// Each back-end in turn, as a flag of the compiler.
inline const support::flags back_ends = {"-DNATIVE", "-DUSDTPP_USE_SYS_SDT"};

// Why a test cannot run; empty where it can.
std::string why_no_bpftrace_here();
std::string why_no_uprobes_here();

// Compiles tests/cases/semaphores/`name`.cpp.
void build_case(const std::string& name, const std::string& output, const support::flags& flags);

// A running one. It answers each line with a line, and most of them say something when they start.
class program {
public:
    explicit program(const std::vector<std::string>& command) : process_(command) {}

    pid_t pid() const noexcept {
        return process_.pid();
    }
    std::string answer();
    void tell(const std::string& line);
    std::string ask(const std::string& line) {
        tell(line);
        return answer();
    }

    // The answer, once it is `expected` or ten seconds are over: a tracer that is killed takes a moment to be gone.
    std::string ask_until(const std::string& line, const std::string& expected);

    // Closes its input: it ends. Its exit status, or 128 + the number of the signal that ended it.
    int end();
    void kill();

private:
    support::process process_;
};

#endif
