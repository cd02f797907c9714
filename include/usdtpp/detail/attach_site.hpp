// A place in the code of the process where a probe is, and what is attached there.
#ifndef USDTPP_DETAIL_ATTACH_SITE_HPP
#define USDTPP_DETAIL_ATTACH_SITE_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <usdtpp/detail/attach_machine.hpp>
#include <usdtpp/detail/attach_operands.hpp>
#include <usdtpp/detail/attach_threads.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp {
class event;
}

namespace usdtpp::detail::attach {

struct site;

// One use of attach(). Threads may walk lists that have it after it was detached.
struct subscription {
    std::function<void(const event&)> handler;
    // Instead of it: what is given the slot of its thread, and leaves vector registers alone, unless they are to be
    // saved for it. Only then is `vectors` there.
    void (*record)(void* context, const site&, const registers&, const void* vectors, thread_slot&) noexcept = nullptr;
    void (*missed)(void* context, thread_slot&) noexcept = nullptr; // the thread is at a probe already; or null
    void* context = nullptr;
    std::shared_ptr<void> owner; // of the context: lives as long as a thread may be there
    bool saves_vectors = false;
    bool is_active = true; // not detached
};

// Those of a site. It never changes: another one takes its place.
struct subscribers {
    std::vector<const subscription*> all;
    const subscription* const* begin = nullptr; // of `all`: what reads it may not call functions
    const subscription* const* end = nullptr;
};

// Once made it stays for good: a thread may be on its way to it.
struct site {
    site(std::shared_ptr<const loaded_object> from, const probe_note& found)
        : owner(std::move(from)), note(found), object(owner->mapped) {}

    std::shared_ptr<const loaded_object> owner;
    const probe_note& note;
    const std::string& object; // the path, as /proc/PID/maps has it
    std::uint64_t address = 0;
    std::uint64_t semaphore = 0; // its address, or 0
    std::vector<value_operand> operands;
    const value_operand* first_operand = nullptr;
    std::uint32_t operand_count = 0;
    const subscribers* attached = nullptr;   // null: none
    std::shared_ptr<const subscribers> list; // which it is
    bool only_record = false;                // they do, without vector registers
    bool jumps = false;                      // or has a breakpoint
    // How often ours came and went: odd while it may be there. That of another engine looks the same.
    std::uint32_t breakpoints = 0;
#if defined(USDTPP_DETAIL_HAS_JUMPS)
    std::uint64_t stub = 0;             // where its jump leads, or 0
    std::uint64_t stub_pointer = 0;     // through which, where that is far
    code_byte jump[jump_size] = {};     // what stands behind the nop meanwhile
    code_byte long_nop[jump_size] = {}; // and what stood there
    vector_state vectors;
#endif
};

} // namespace usdtpp::detail::attach

#endif
