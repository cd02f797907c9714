// What GET /load does before it answers.
#ifndef USDTPP_EXAMPLES_FOSDEM_WORK_HPP
#define USDTPP_EXAMPLES_FOSDEM_WORK_HPP

#include <condition_variable>
#include <mutex>

#include "inputs.hpp"

namespace fosdem {

// Lets inputs.workers threads work at a time; the others wait for their turn.
class workshop {
public:
    explicit workshop(const inputs& amount);

    // The CPU loop, then the allocations, which stay alive while the sleep lasts.
    void work();

private:
    struct turn;

    const inputs amount_;
    std::mutex mutex_;
    std::condition_variable freed_;
    unsigned free_;
};

} // namespace fosdem

#endif
