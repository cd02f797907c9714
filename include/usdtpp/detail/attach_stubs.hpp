// Stubs: the code that jumps lead to, near the objects that they are in.
#ifndef USDTPP_DETAIL_ATTACH_STUBS_HPP
#define USDTPP_DETAIL_ATTACH_STUBS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <map>
#include <optional>
#include <vector>

#include <sys/mman.h>

#include <usdtpp/detail/attach_code.hpp>
#include <usdtpp/detail/attach_dispatch.hpp>
#include <usdtpp/detail/attach_site.hpp>

#if defined(USDTPP_DETAIL_HAS_JUMPS)

namespace usdtpp::detail::attach {

class USDTPP_DETAIL_HIDDEN stub_maker {
public:
    // Where the jump of a site leads; nothing where there can be no code. Each site keeps its stub. The code of a block
    // is written once.
    std::optional<std::uint64_t> stub_for(const site& at) {
        if (const auto known = stubs_.find(&at); known != stubs_.end()) {
            return known->second;
        }
        constexpr std::uint64_t near = std::uint64_t{1} << 30;
        auto block = std::find_if(blocks_.begin(), blocks_.end(), [&](const auto& one) {
            return one.used != stubs &&
                   (one.address > at.address ? one.address - at.address : at.address - one.address) < near;
        });
        if (block == blocks_.end()) {
            auto* memory = map_near(at.address, 2 * block_size);
            if (memory == nullptr) {
                return std::nullopt;
            }
            for (std::size_t i = 0; i != stubs; ++i) {
                write_stub(static_cast<code_byte*>(memory) + i * stub_size);
            }
            if (!make_code(memory, block_size)) {
                ::munmap(memory, 2 * block_size);
                return std::nullopt;
            }
            blocks_.push_back({reinterpret_cast<std::uint64_t>(memory), 0});
            block = std::prev(blocks_.end());
        }
        const auto stub = block->address + stub_size * block->used++;
        const stub_target target = {entry_, &at, at.address + sizeof nop + sizeof room, dispatch};
        std::memcpy(reinterpret_cast<void*>(stub + block_size), &target,
                    sizeof target); // NOLINT(performance-no-int-to-ptr)
        stubs_[&at] = stub;
        return stub;
    }

private:
    struct stub_block {
        std::uint64_t address;
        std::size_t used;
    };
    std::vector<stub_block> blocks_;
    std::map<const site*, std::uint64_t> stubs_;
    entry_code entry_ = find_entry();
};

} // namespace usdtpp::detail::attach

#endif
#endif
