// The difference between a terminal and a file.
#include "progress.hpp"

#include <cstdio>

#include <unistd.h>

namespace support {

progress::progress() noexcept : terminal_(::isatty(STDERR_FILENO) == 1) {}

progress::~progress() {
    clear();
}

void progress::show(const std::string& text) {
    if (terminal_) {
        clear();
        std::fputs(text.c_str(), stderr);
        shown_ = true;
    } else if (clock::now() >= next_) {
        say(text);
        next_ = clock::now() + std::chrono::seconds(2);
    }
}

void progress::say(const std::string& text) {
    clear();
    std::fprintf(stderr, "%s\n", text.c_str());
}

void progress::clear() {
    if (shown_) {
        std::fputs("\r\033[K", stderr);
        shown_ = false;
    }
}

} // namespace support
