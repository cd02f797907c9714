// What is going on, on standard error.
#ifndef USDTPP_EXAMPLES_SUPPORT_PROGRESS_HPP
#define USDTPP_EXAMPLES_SUPPORT_PROGRESS_HPP

#include <chrono>
#include <string>

namespace support {

// On a terminal one line that is written again and again; elsewhere a line every other second.
class progress {
public:
    progress() noexcept;
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;
    ~progress();

    void show(const std::string& text);

    // Shows this in any case, on a line of its own.
    void say(const std::string& text);

private:
    using clock = std::chrono::steady_clock;

    void clear();

    const bool terminal_;
    clock::time_point next_ = clock::now();
    bool shown_ = false; // on a terminal: there is a line to clear
};

} // namespace support

#endif
