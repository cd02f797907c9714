// The work is real: nothing of it can be optimised away.
#include "work.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace fosdem {
namespace {

void do_work(const inputs& amount) {
    volatile std::int64_t loops = 0;
    while (loops < amount.loops_num) {
        loops = loops + 1;
    }

    std::vector<std::unique_ptr<volatile char[]>> blocks;
    for (std::int64_t i = 0; i != amount.allocs_num; ++i) {
        blocks.emplace_back(new volatile char[static_cast<std::size_t>(amount.alloc_size)]);
        for (std::int64_t byte = 0; byte < amount.alloc_size; byte += 4096) {
            blocks.back()[static_cast<std::size_t>(byte)] = 1; // so that each page of it really is there
        }
    }

    if (amount.off_cpu > 0) {
        std::this_thread::sleep_for(std::chrono::duration<double>(amount.off_cpu));
    }
}

} // namespace

workshop::workshop(const inputs& amount)
    : amount_(amount), free_(amount.workers != 0 ? static_cast<unsigned>(amount.workers)
                                                 : std::max(1U, std::thread::hardware_concurrency())) {}

struct workshop::turn {
    workshop& shop;

    explicit turn(workshop& its) : shop(its) {
        std::unique_lock<std::mutex> lock(shop.mutex_);
        shop.freed_.wait(lock, [this] { return shop.free_ != 0; });
        --shop.free_;
    }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    ~turn() {
        const std::lock_guard<std::mutex> lock(shop.mutex_);
        ++shop.free_;
        shop.freed_.notify_one();
    }
};

void workshop::work() {
    const turn mine(*this);
    do_work(amount_);
}

} // namespace fosdem
