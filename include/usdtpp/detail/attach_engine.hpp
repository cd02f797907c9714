// Sites of the process: finding them, changing their code, and what is attached to them. One for each executable or
// shared object that uses it.
#ifndef USDTPP_DETAIL_ATTACH_ENGINE_HPP
#define USDTPP_DETAIL_ATTACH_ENGINE_HPP

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <unistd.h>

#include <usdtpp/detail/attach_code.hpp>
#include <usdtpp/detail/attach_dispatch.hpp>
#include <usdtpp/detail/attach_site.hpp>
#include <usdtpp/detail/attach_trap.hpp>
#include <usdtpp/detail/reader_file.hpp>
#include <usdtpp/detail/reader_process.hpp>

namespace usdtpp {

/// What keeps a probe, or all of them, from being attached to: "OBJECT: what it is".
struct attach_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace usdtpp

namespace usdtpp::detail::attach {

// With any number of `*`, each of which stands for any characters.
inline bool matches(std::string_view pattern, std::string_view text) noexcept {
    const auto star = pattern.find('*');
    if (star == pattern.npos) {
        return pattern == text;
    }
    if (text.substr(0, star) != pattern.substr(0, star)) {
        return false;
    }
    for (auto at = star; at <= text.size(); ++at) {
        if (matches(pattern.substr(star + 1), text.substr(at))) {
            return true;
        }
    }
    return false;
}

inline const code_byte* code_at(std::uint64_t address) noexcept {
    return reinterpret_cast<const code_byte*>(address); // NOLINT(performance-no-int-to-ptr)
}
// Not by memcmp, which sanitizers watch: to them code is no memory.
template <std::size_t Size>
USDTPP_DETAIL_UNSANITIZED bool is_same(const volatile code_byte* one, const code_byte (&other)[Size]) noexcept {
    std::size_t i = 0;
    while (i != Size && one[i] == other[i]) {
        ++i;
    }
    return i == Size;
}
template <std::size_t Size>
bool is_at(const code_byte (&code)[Size], std::uint64_t address) noexcept {
    return is_same(code_at(address), code);
}

// Keeps a shared object from being unloaded.
class loaded {
public:
    explicit loaded(std::uint64_t address) noexcept {
        Dl_info found = {};
        if (::dladdr(code_at(address), &found) != 0) {
            handle_ = ::dlopen(found.dli_fname, RTLD_LAZY | RTLD_NOLOAD); // null for the executable
        }
    }
    loaded(loaded&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    loaded(const loaded&) = delete;
    loaded& operator=(const loaded&) = delete;
    loaded& operator=(loaded&&) = delete;
    ~loaded() {
        if (handle_ != nullptr) {
            ::dlclose(handle_);
        }
    }

private:
    void* handle_ = nullptr;
};

// What one attach() did.
struct attached_sites {
    subscription what;
    std::vector<site*> sites;
    std::vector<loaded> objects;
};

class engine {
public:
    static engine& the_one() {
        static auto* one = new engine; // threads may be at sites until the process is gone
        return *one;
    }

    std::unique_ptr<attached_sites> attach(std::string_view pattern, subscription what,
                                           std::vector<attach_error>* left_out) {
        const std::lock_guard lock(mutex_);
        const auto fail = [&](const std::string& text) {
            if (left_out == nullptr) {
                throw attach_error(text);
            }
            left_out->emplace_back(text);
        };
        if (!fence_all_threads(true) || !fence_all_threads(false)) {
            throw attach_error("membarrier: " + reader::error_text(errno) +
                               ": attaching needs this system call, of Linux 4.16 or newer");
        }
        auto attached = std::make_unique<attached_sites>();
        attached->what = std::move(what);
        try {
            find_sites(pattern, *attached, fail);
        } catch (const note_error& unreadable) {
            throw attach_error(unreadable.what());
        }
        // An object that a package manager has replaced meanwhile, or that is compiled at run time, is no reason not to
        // attach to others.
        auto nothing =
            "no probe here is " + std::string(pattern) + ": its code may have USDTPP_DISABLE, or is not loaded yet";
        for (const auto& one : unreadable_) {
            nothing += std::string("; ") + one.what();
            if (left_out != nullptr) {
                left_out->emplace_back(one.what());
            }
        }
        if (attached->sites.empty() && left_out == nullptr) {
            throw attach_error(nothing);
        }
        std::vector<site*> fresh;
        for (auto* one : attached->sites) {
            if (!is_in_place(*one)) {
                fresh.push_back(one);
            }
            subscribe(*one, &attached->what, true);
        }
        const auto failed = change_code(fresh, true);
        for (const auto& [one, text] : failed) {
            subscribe(*one, &attached->what, false);
            attached->sites.erase(std::find(attached->sites.begin(), attached->sites.end(), one));
        }
        for (auto* one : attached->sites) {
            count(*one, 1);
        }
        if (!failed.empty() && left_out == nullptr) {
            detach_locked(*attached);
        }
        for (const auto& [one, text] : failed) {
            fail(one->object + ": " + text);
        }
        return attached;
    }

    void detach(attached_sites& attached) noexcept {
        const std::lock_guard lock(mutex_);
        detach_locked(attached);
    }

private:
    engine() {
        // The object that this is compiled into stays for good: threads may be in its entry code, and the handler of
        // signals is there.
        Dl_info own = {};
        if (::dladdr(&first_slots, &own) != 0) {
            ::dlopen(own.dli_fname, RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
        }
        ::pthread_atfork(before_fork, after_fork, in_child);
    }

    // The child must not get code or lists that are half changed, nor a lock that nobody will release. A handler that
    // forks cannot wait for one that detaches, which waits for handlers.
    static void before_fork() noexcept {
        if (!is_in_handler()) {
            the_one().mutex_.lock();
        }
    }
    static void after_fork() noexcept {
        if (!is_in_handler()) {
            the_one().mutex_.unlock();
        }
    }
    static void in_child() noexcept {
        keep_slot_in_child();
        new (&the_one().mutex_) std::mutex;
    }

    // What the process has loaded; read anew when that has changed.
    const std::vector<loaded_object>& objects() {
        std::pair<unsigned long long, unsigned long long> changes = {0, 0};
        ::dl_iterate_phdr(
            [](dl_phdr_info* info, std::size_t, void* into) {
                *static_cast<decltype(changes)*>(into) = {info->dlpi_adds, info->dlpi_subs};
                return 1;
            },
            &changes);
        if (!seen_ || *seen_ != changes) {
            unreadable_.clear();
            objects_ = reader::read_process("/proc/self", &unreadable_);
            seen_ = changes;
        }
        return objects_;
    }

    template <class Fail>
    void find_sites(std::string_view pattern, attached_sites& into, Fail fail) {
        const auto& all = objects();
        const auto mappings = reader::mappings_of("/proc/self");
        const auto mapped = [&](std::uint64_t address) -> const reader::mapping* {
            const auto behind = std::upper_bound(mappings.begin(), mappings.end(), address,
                                                 [](auto what, const auto& one) { return what < one.end; });
            return behind != mappings.end() && behind->begin <= address ? &*behind : nullptr;
        };
        std::set<std::uint64_t> seen; // a note may be there twice
        for (const auto& object : all) {
            bool any = false;
            for (const auto& probe : object.probes.probes) {
                if (!matches(pattern, probe.provider + ":" + probe.name) ||
                    !seen.insert(probe.location + object.bias).second) {
                    continue;
                }
                const auto address = probe.location + object.bias;
                const auto* code = mapped(address);
                const auto* counter = probe.semaphore != 0 ? mapped(probe.semaphore + object.bias) : nullptr;
                if (code == nullptr || !code->executable || code->path != object.mapped) {
                    fail(object.mapped + ": the note of " + probe.provider + ":" + probe.name + " is of no code");
                } else if (probe.semaphore != 0 && (counter == nullptr || !counter->writable)) {
                    fail(object.mapped + ": the semaphore of " + probe.provider + ":" + probe.name +
                         " is not in memory that can be written");
                } else {
                    auto& found = site_at(address, probe, object);
                    const auto problem = prepare(found);
                    if (problem.empty()) {
                        into.sites.push_back(&found);
                        any = true;
                    } else {
                        fail(object.mapped + ": " + probe.provider + ":" + probe.name + ": " + problem);
                    }
                }
            }
            if (any) {
                into.objects.emplace_back(into.sites.back()->address);
            }
        }
    }

    site& site_at(std::uint64_t address, const probe_note& probe, const loaded_object& object) {
        auto& known = sites_[address];
        const auto same = [&](const site& one) {
            const auto& was = one.note;
            return one.object == object.mapped && was.provider == probe.provider && was.name == probe.name &&
                   was.location == probe.location && was.semaphore == probe.semaphore &&
                   std::equal(was.arguments.begin(), was.arguments.end(), probe.arguments.begin(),
                              probe.arguments.end(), [](const auto& a, const auto& b) {
                                  return a.text == b.text && a.name == b.name && a.kind == b.kind;
                              });
        };
        if (known == nullptr || !same(*known)) { // where another object was before
            if (known != nullptr) {
                gone_.push_back(std::move(known));
            }
            known = std::make_unique<site>();
            known->note = probe;
            known->object = object.mapped;
            known->address = address;
            known->semaphore = probe.semaphore != 0 ? probe.semaphore + object.bias : 0;
#if defined(USDTPP_DETAIL_HAS_JUMPS)
            known->vectors = vectors_;
#endif
            for (const auto& argument : probe.arguments) {
                known->operands.push_back(value_operand_of(argument, [&](const std::string& symbol) {
                    const auto value = reader::symbol_value(object.probes.path, symbol);
                    return value ? std::optional(*value + object.bias) : std::nullopt;
                }));
            }
            known->first_operand = known->operands.data();
            known->operand_count = static_cast<std::uint32_t>(known->operands.size());
        }
        return *known;
    }

    // Decides how its code is to be changed. What keeps it from being changed.
    std::string prepare(site& at) {
#if defined(USDTPP_DETAIL_HAS_JUMPS)
        if (at.attached == nullptr) {
            at.jumps = can_jump(at);
        }
#endif
        if (at.jumps || is_at(nop, at.address)) {
            return "";
        }
        if (is_at(tracers_breakpoint, at.address)) {
            return "a tracer outside of this process has its breakpoint there";
        }
        return !is_at(breakpoint, at.address) ? "there is no nop"
               : traps_.knows(at.address, at) ? ""
                                              : "another breakpoint is there";
    }

    // Whether what is written for it is there: of a site that is attached to, or one that could not be changed back.
    static bool is_in_place(const site& at) noexcept {
#if defined(USDTPP_DETAIL_HAS_JUMPS)
        if (at.jumps) {
            return is_at(at.jump, at.address + sizeof nop);
        }
#endif
        return is_at(breakpoint, at.address);
    }

#if defined(USDTPP_DETAIL_HAS_JUMPS)
    bool can_jump(site& at) {
        const auto behind = at.address + sizeof nop;
        if (at.jumps && is_in_place(at)) {
            return true;
        }
        if (!is_at(room, behind) || vectors_.size == 0) {
            return false;
        }
        const auto stub = stub_for(at);
        if (stub) {
            write_jump(at.jump, *stub, behind);
        }
        return stub.has_value();
    }

    // Each site keeps its stub. The code of a block is written once.
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
#endif

    // Has `what` among the subscribers of a site, or not. Whoever takes it away waits for threads before what was there
    // is deleted.
    void subscribe(site& at, const subscription* what, bool on) {
        auto next = std::make_unique<subscribers>();
        next->all = at.attached != nullptr ? at.attached->all : next->all;
        if (on) {
            next->all.push_back(what);
        } else {
            next->all.erase(std::find(next->all.begin(), next->all.end(), what));
        }
        next->begin = next->all.data();
        next->end = next->begin + next->all.size();
        const bool only_record =
            std::all_of(next->all.begin(), next->all.end(),
                        [](const auto* one) { return one->record != nullptr && !one->saves_vectors; }) &&
            std::none_of(at.operands.begin(), at.operands.end(),
                         [](const auto& one) { return one.form == value_form::vector; });
        if (at.attached != nullptr) {
            old_.emplace_back(at.attached);
        }
        __atomic_store_n(&at.only_record, only_record, __ATOMIC_RELAXED);
        __atomic_store_n(&at.attached, next->all.empty() ? nullptr : next.get(), __ATOMIC_RELEASE);
        if (!next->all.empty()) {
            next.release();
        }
    }

    void detach_locked(attached_sites& attached) {
        std::vector<site*> last;
        for (auto* one : attached.sites) {
            count(*one, -1);
            if (one->attached->all.size() == 1) {
                last.push_back(one);
            }
        }
        change_code(last, false);
        for (auto* one : attached.sites) {
            subscribe(*one, &attached.what, false);
        }
        attached.sites.clear();
        wait_for_threads();
        old_.clear();
        attached.objects.clear();
    }

    // As the kernel counts, which does so itself for tracers outside of the process.
    // Not for sanitizers: PROBE_ENABLED reads it while this is written, as it is while the kernel writes it.
    USDTPP_DETAIL_UNSANITIZED static void count(const site& at, int change) noexcept {
        if (at.semaphore != 0) {
            auto* counter = reinterpret_cast<std::uint16_t*>(at.semaphore); // NOLINT(performance-no-int-to-ptr)
            __atomic_fetch_add(counter, static_cast<std::uint16_t>(change), __ATOMIC_RELAXED);
        }
    }

    using failures = std::vector<std::pair<site*, std::string>>;

    // Puts in, or takes out, what is to stand at sites. One instruction becomes another, at any moment for any thread.
    failures change_code(const std::vector<site*>& sites, bool on) {
        failures failed;
        code_writer writer;
        std::optional<std::string> no_traps;
        const auto fail = [&](site& one, const std::string& text) { failed.emplace_back(&one, text); };
        const auto put_breakpoint = [&](site& one, std::uint64_t at) {
            traps_.add(at, one);
            no_traps = no_traps ? no_traps : traps_.why_not();
            const bool written = no_traps->empty() && writer.write(at, breakpoint, sizeof breakpoint);
            if (!written) {
                fail(one, no_traps->empty() ? writer.error() : *no_traps);
            }
            return written;
        };
        for (auto* one : sites) {
            if (!one->jumps && on) {
                put_breakpoint(*one, one->address);
            } else if (!one->jumps && !take_breakpoint(*one, writer)) {
                fail(*one, writer.error());
            }
        }
        change_jumps(sites, on, writer, put_breakpoint, fail);
        fence_all_threads(true);
        return failed;
    }

    // A tracer outside may have come after us. Then the breakpoint is its own, and it puts the nop back when it leaves.
    // While pages are writable the kernel puts none in, so they become so first.
    static bool take_breakpoint(const site& at, code_writer& writer) {
        writer.writes_at_once(at.address, sizeof nop);
        return !is_at(breakpoint, at.address) || writer.write(at.address, nop, sizeof nop);
    }

#if defined(USDTPP_DETAIL_HAS_JUMPS)
    // First the old instruction becomes a way around it, by a write that the processor does at once, or a breakpoint;
    // then comes what is behind that, then the new instruction.
    template <class Trap, class Fail>
    static void change_jumps(const std::vector<site*>& sites, bool on, code_writer& writer, Trap put_breakpoint,
                             Fail fail) {
        struct change {
            site* what;
            std::uint64_t at;
            const code_byte* code;
            std::size_t first;
        };
        std::vector<change> changes;
        for (auto* one : sites) {
            const auto at = one->address + sizeof nop;
            const bool at_once = one->jumps && writer.writes_at_once(at, sizeof closed);
            if (one->jumps && (at_once ? writer.write(at, closed, sizeof closed) : put_breakpoint(*one, at))) {
                changes.push_back({one, at, on ? one->jump : room, at_once ? sizeof closed : sizeof breakpoint});
            }
        }
        fence_all_threads(true);
        for (auto& one : changes) {
            if (!writer.write(one.at + one.first, one.code + one.first, jump_size - one.first)) {
                fail(*one.what, writer.error());
                one.what = nullptr; // it stays closed
            }
        }
        fence_all_threads(true);
        for (const auto& one : changes) {
            if (one.what != nullptr && !writer.write(one.at, one.code, one.first)) {
                fail(*one.what, writer.error());
            }
        }
    }
#else
    template <class Trap, class Fail>
    static void change_jumps(const std::vector<site*>&, bool, code_writer&, Trap, Fail) {}
#endif

    std::mutex mutex_;
    std::optional<std::pair<unsigned long long, unsigned long long>> seen_;
    std::vector<loaded_object> objects_;
    std::vector<note_error> unreadable_;
    std::map<std::uint64_t, std::unique_ptr<site>> sites_;
    std::vector<std::unique_ptr<site>> gone_;
    std::vector<std::unique_ptr<const subscribers>> old_;
    trap_handler traps_;
#if defined(USDTPP_DETAIL_HAS_JUMPS)
    struct stub_block {
        std::uint64_t address;
        std::size_t used;
    };
    std::vector<stub_block> blocks_;
    std::map<const site*, std::uint64_t> stubs_;
    entry_code entry_ = find_entry();
    vector_state vectors_ = find_vector_state();
#endif
};

} // namespace usdtpp::detail::attach

#endif
