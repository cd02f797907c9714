// The program tests/cases/attach/target.cpp, and a conversation with it.
#ifndef USDTPP_TESTS_ATTACH_TARGET_HPP
#define USDTPP_TESTS_ATTACH_TARGET_HPP

#include <string>
#include <utility>
#include <vector>

#include "support/files.hpp"
#include "support/process.hpp"
#include "toolchain.hpp"

// Builds it.
struct target_program {
    explicit target_program(const support::flags& flags, const std::string& source = "target");
    support::temporary_directory directory;
    std::string path = directory.file("target");
};

// A running one.
class target {
public:
    // `before`: the command that starts it.
    explicit target(const std::string& path, std::vector<std::string> before = {});

    pid_t pid() const noexcept {
        return process_.pid();
    }
    // Its answer to a line.
    std::string ask(const std::string& line);
    // Checks the answers to several lines; one that ends in * is the begin of an answer.
    void check(const std::vector<std::pair<std::string, std::string>>& conversation);

private:
    support::process process_;
};

#endif
