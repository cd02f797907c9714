// What threads may still walk, though no thread will find it any more: it is freed after they have left.
#ifndef USDTPP_DETAIL_ATTACH_RETIRED_HPP
#define USDTPP_DETAIL_ATTACH_RETIRED_HPP

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include <usdtpp/detail/attach_threads.hpp>

namespace usdtpp::detail::attach {

class USDTPP_DETAIL_HIDDEN retired_objects {
public:
    // It must be out of reach already, but for threads that are at a probe.
    void add(std::shared_ptr<const void> object) {
        fresh_.push_back(std::move(object));
    }

    using objects = std::vector<std::shared_ptr<const void>>;
    // Hands out those that no thread has any more: to be freed without the engine's lock, for they may have what users
    // captured. It waits for none.
    objects take_what_is_out_of_reach() {
        if (!fresh_.empty()) {
            fence_all_threads(false);
            batches_.push_back({firings_now(), std::move(fresh_)});
            fresh_.clear();
        }
        objects found;
        for (auto& batch : batches_) {
            auto& firings = batch.firings;
            firings.erase(std::remove_if(firings.begin(), firings.end(), [](const auto& one) { return is_over(one); }),
                          firings.end());
            if (firings.empty()) {
                std::move(batch.retired.begin(), batch.retired.end(), std::back_inserter(found));
            }
        }
        batches_.erase(
            std::remove_if(batches_.begin(), batches_.end(), [](const auto& batch) { return batch.firings.empty(); }),
            batches_.end());
        return found;
    }

private:
    struct firing_of_slot {
        const thread_slot* slot;
        std::uint64_t entered;
    };
    struct retired_batch {
        std::vector<firing_of_slot> firings; // that went on when its objects were retired
        objects retired;
    };

    static std::vector<firing_of_slot> firings_now() {
        std::vector<firing_of_slot> found;
        for_each_slot([&](const thread_slot& slot, unsigned) {
            const auto entered = __atomic_load_n(&slot.entered, __ATOMIC_ACQUIRE);
            if ((entered & 1U) != 0) {
                found.push_back({&slot, entered});
            }
            return false;
        });
        return found;
    }
    static bool is_over(const firing_of_slot& one) noexcept {
        return __atomic_load_n(&one.slot->entered, __ATOMIC_ACQUIRE) != one.entered ||
               !is_alive(__atomic_load_n(&one.slot->thread, __ATOMIC_RELAXED)) || was_left(*one.slot);
    }

    objects fresh_;
    std::vector<retired_batch> batches_;
};

} // namespace usdtpp::detail::attach

#endif
