#include "program.hpp"

#include <csignal>
#include <stdexcept>
#include <thread>

std::string why_no_bpftrace_here() {
    return support::compiler_is_installed() ? support::why_no_bpftrace() : support::compiler() + " is not installed";
}

std::string why_no_uprobes_here() {
    return support::compiler_is_installed() ? support::why_no_uprobes() : support::compiler() + " is not installed";
}

void build_case(const std::string& name, const std::string& output, const support::flags& flags) {
    support::flags all = {"-std=c++17", "-O2"};
    all.insert(all.end(), flags.begin(), flags.end());
    support::build("tests/cases/semaphores/" + name + ".cpp", output, all);
}

std::string program::answer() {
    const auto line = process_.read_line(std::chrono::seconds(20));
    return line ? *line : "no answer " + process_.error_output();
}

void program::tell(const std::string& line) {
    process_.write(line + "\n");
}

std::string program::ask_until(const std::string& line, const std::string& expected) {
    std::string now = ask(line);
    for (int i = 0; i != 1000 && now != expected; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
        now = ask(line);
    }
    return now;
}

int program::end() {
    process_.close_input();
    const auto done = process_.wait(std::chrono::seconds(20));
    return done ? done->status : throw std::runtime_error("the program does not end");
}

void program::kill() {
    process_.signal(SIGKILL);
    process_.wait(std::chrono::seconds(20));
}
