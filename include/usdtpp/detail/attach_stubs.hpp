// Stubs: the code that jumps lead to. Each site that is jumped from has one of its own.
#ifndef USDTPP_DETAIL_ATTACH_STUBS_HPP
#define USDTPP_DETAIL_ATTACH_STUBS_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

#include <sys/mman.h>

#include <usdtpp/detail/attach_code.hpp>
#include <usdtpp/detail/attach_dispatch.hpp>
#include <usdtpp/detail/attach_site.hpp>

#if defined(USDTPP_DETAIL_HAS_JUMPS)

namespace usdtpp::detail::attach {

class USDTPP_DETAIL_HIDDEN stub_maker {
public:
    stub_maker() {
        stub_dispatch = dispatch;
        firing_code.begin = entry_.begin;
        firing_code.end = entry_.end;
    }

    // Gives a site the stub that its jump leads to, unless it has one. Whether it has: not where there can be no code,
    // or no memory for the pointer to a stub that is far. It keeps it until give_back().
    bool give_stub(site& at) {
        if (at.stub != 0) {
            return true;
        }
        if (unused_.empty() && !make_more()) {
            return false;
        }
        const auto stub = reinterpret_cast<std::uint64_t>(stub_memory) + unused_.back() * stub_size;
        if (!is_near(stub, at.address)) {
            auto* pointer = pointer_near(at.address);
            if (pointer == nullptr) {
                return false;
            }
            *pointer = stub;
            at.stub_pointer = reinterpret_cast<std::uint64_t>(pointer);
        }
        at.stub = stub;
        stub_targets[unused_.back()] = {&at, at.address + sizeof nop + long_nop_size};
        unused_.pop_back();
        return true;
    }

    // Of a site whose code is gone, and with it each thread that could have been on its way.
    void give_back(const site& at) {
        if (at.stub != 0) {
            unused_.push_back((at.stub - reinterpret_cast<std::uint64_t>(stub_memory)) / stub_size);
        }
    }

private:
    struct pointer_block {
        std::uint64_t* begin;
        std::size_t used;
    };
    static constexpr std::size_t block_size = 4096;

    // The code of a page of stubs, which is written once.
    bool make_more() {
        constexpr std::size_t stubs = block_size / stub_size;
        if (made_ == stub_count) {
            return false;
        }
        auto* const memory = stub_memory + made_ * stub_size;
        code_byte code[block_size];
        for (std::size_t i = 0; i != stubs; ++i) {
            auto* const place = code + i * stub_size;
            write_stub(place, reinterpret_cast<std::uint64_t>(memory + i * stub_size), entry_, stub_targets[made_ + i]);
        }
        if (!make_code(memory, code, block_size)) {
            return false;
        }
        for (std::size_t i = 0; i != stubs; ++i) {
            unused_.push_back(made_ + stubs - 1 - i); // the first is taken first
        }
        made_ += stubs;
        return true;
    }

    std::uint64_t* pointer_near(std::uint64_t address) {
        constexpr std::size_t pointers = block_size / sizeof(std::uint64_t);
        auto block = std::find_if(blocks_.begin(), blocks_.end(), [&](const auto& one) {
            return one.used != pointers && is_near(reinterpret_cast<std::uint64_t>(one.begin), address);
        });
        if (block == blocks_.end()) {
            auto* memory = map_near(address, block_size);
            if (memory == nullptr) {
                return nullptr;
            }
            blocks_.push_back({static_cast<std::uint64_t*>(memory), 0});
            block = std::prev(blocks_.end());
        }
        return block->begin + block->used++;
    }

    entry_code entry_ = find_entry();
    std::size_t made_ = 0; // stubs that have code
    std::vector<std::size_t> unused_;
    std::vector<pointer_block> blocks_;
};

} // namespace usdtpp::detail::attach

#endif
#endif
