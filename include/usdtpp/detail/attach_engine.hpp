// What is attached to which sites of the process. Each executable or shared object that uses it has one engine, which
// shares with others only the lock of alone_in_process().
#ifndef USDTPP_DETAIL_ATTACH_ENGINE_HPP
#define USDTPP_DETAIL_ATTACH_ENGINE_HPP

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <dlfcn.h>

#include <usdtpp/detail/attach_change.hpp>
#include <usdtpp/detail/attach_find.hpp>
#include <usdtpp/detail/attach_loader.hpp>
#include <usdtpp/detail/attach_lock.hpp>
#include <usdtpp/detail/attach_retired.hpp>
#include <usdtpp/detail/attach_site.hpp>
#include <usdtpp/detail/attach_threads.hpp>
#include <usdtpp/detail/reader_file.hpp>

namespace usdtpp {

/// What keeps a probe, or all of them, from being attached to: "OBJECT: what it is".
struct attach_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace usdtpp

namespace usdtpp::detail::attach {

// What one attach() did. It may be passed to another object, which calls `detach`.
struct attached_sites {
    std::shared_ptr<subscription> what;
    std::vector<site*> sites;
    std::shared_ptr<void> objects; // loaded as long as they are attached to
    void (*detach)(attached_sites&) noexcept = nullptr;
};

class USDTPP_DETAIL_HIDDEN engine {
public:
    static engine& the_one() {
        static auto* one = new engine; // threads may be at sites until the process is gone
        return *one;
    }

    std::unique_ptr<attached_sites> attach(std::string_view pattern, subscription what,
                                           std::vector<attach_error>* left_out) {
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
        stay_loaded();
        ask_for_counter_again();
        auto attached = std::make_unique<attached_sites>();
        attached->what = std::make_shared<subscription>(std::move(what));
        attached->detach = [](attached_sites& one) noexcept { the_one().detach(one); };
        auto found = find(pattern);
        attached->objects = std::make_shared<std::vector<loaded>>(std::move(found.objects));
        for (const auto& problem : found.problems) {
            fail(problem);
        }
        code_changer::failures failed;
        {
            const engine_lock lock;
            for (const auto& one : found.probes) {
                auto& at = site_at(one);
                const auto problem = code_.prepare(at);
                if (problem.empty()) {
                    attached->sites.push_back(&at);
                } else {
                    fail(one.object->mapped + ": " + one.note->provider + ":" + one.note->name + ": " + problem);
                }
            }
            failed = subscribe_all(*attached);
        }
        // An object that a package manager has replaced meanwhile, or that is compiled at run time, is no reason not to
        // attach to others.
        auto nothing =
            "no probe here is " + std::string(pattern) + ": its code may have USDTPP_DISABLE, or is not loaded yet";
        for (const auto& one : found.from->unreadable) {
            nothing += std::string("; ") + one.what();
            if (left_out != nullptr) {
                left_out->emplace_back(one.what());
            }
        }
        if (attached->sites.empty() && failed.empty() && left_out == nullptr) {
            throw attach_error(nothing);
        }
        if (!failed.empty() && left_out == nullptr) {
            detach(*attached);
        }
        for (const auto& [one, text] : failed) {
            fail(one->object + ": " + text);
        }
        return attached;
    }

    void detach(attached_sites& attached) noexcept {
        auto& what = *attached.what;
        {
            const engine_lock lock;
            unsubscribe_all(attached);
            __atomic_store_n(&what.is_active, false, __ATOMIC_RELEASE);
        }
        // Handlers may attach, detach and load objects: without a lock.
        wait_for_threads(&what);
        std::function<void(const event&)> handler;
        std::shared_ptr<void> owner;
        retired_objects::objects gone; // these three are freed without the lock: users' destructors may attach
        {
            const engine_lock lock;
            if (!is_in_handler_of(what)) { // nobody comes any more
                handler.swap(what.handler);
                owner.swap(what.owner);
            }
            retired_.add(std::move(attached.what));
            gone = retired_.take_what_is_out_of_reach();
        }
        attached.objects.reset();
    }

private:
    engine() {
        slot_key::make();
        engine_lock::keep_in_forks();
    }

    // By a firing that was not waited for: that of the calling thread, and those that were set aside.
    static bool is_in_handler_of(const subscription& what) noexcept {
        bool is_there = false;
        for_each_slot([&](const thread_slot& slot, unsigned) {
            is_there = __atomic_load_n(&slot.current, __ATOMIC_ACQUIRE) == &what;
            return is_there;
        });
        return is_there;
    }

    // The object that this is compiled into stays for good: threads may be in its entry code, and the handler of
    // signals is there.
    static void stay_loaded() {
        static bool stays = false; // more than once does no harm
        if (!__atomic_load_n(&stays, __ATOMIC_ACQUIRE)) {
            loader_state now;
            {
                const engine_lock lock;
                now = state_of_loader();
            }
            const auto* object = now.object_at(reinterpret_cast<std::uint64_t>(&first_slots));
            if (object != nullptr && !object->name.empty()) {
                ::dlopen(object->name.c_str(), RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE);
            }
            __atomic_store_n(&stays, true, __ATOMIC_RELEASE);
        }
    }

    found_probes find(std::string_view pattern) {
        try {
            return finder_.find(pattern);
        } catch (const note_error& unreadable) {
            throw attach_error(unreadable.what());
        }
    }

    site& site_at(const found_probe& found) {
        const auto& probe = *found.note;
        const auto& object = *found.object;
        auto& known = sites_[found.address];
        const auto same = [&](const site& one) {
            const auto& was = one.note;
            return one.object == object.mapped && was.provider == probe.provider && was.name == probe.name &&
                   was.location == probe.location && was.semaphore == probe.semaphore &&
                   std::equal(was.arguments.begin(), was.arguments.end(), probe.arguments.begin(),
                              probe.arguments.end(), [](const auto& a, const auto& b) {
                                  return a.text == b.text && a.name == b.name && a.kind == b.kind;
                              });
        };
        // Another object may have been there before; but not while that was attached to.
        if (known == nullptr || (known->attached == nullptr && !same(*known))) {
            if (known != nullptr) {
                code_.forget(*known);
                gone_.push_back(std::move(known));
            }
            known = std::make_unique<site>(found.object, probe);
            known->address = found.address;
            known->semaphore = probe.semaphore != 0 ? probe.semaphore + object.bias : 0;
#if defined(USDTPP_DETAIL_HAS_JUMPS)
            known->vectors = vectors_;
#endif
            for (const auto& argument : probe.arguments) {
                known->operands.push_back(value_operand_of(argument, [&](const std::string& symbol) {
                    const auto value = object.probes.symbols.find(symbol);
                    return value != object.probes.symbols.end() ? std::optional(value->second + object.bias)
                                                                : std::nullopt;
                }));
            }
            known->first_operand = known->operands.data();
            known->operand_count = static_cast<std::uint32_t>(known->operands.size());
        }
        return *known;
    }

    code_changer::failures subscribe_all(attached_sites& attached) {
        std::vector<site*> fresh;
        new_lists lists;
        for (auto* one : attached.sites) {
            if (!code_changer::is_in_place(*one)) {
                fresh.push_back(one);
            }
            subscribe(*one, attached.what.get(), true, lists);
        }
        auto failed = code_.change(fresh, true);
        new_lists lists_without;
        for (const auto& [one, text] : failed) {
            subscribe(*one, attached.what.get(), false, lists_without);
            attached.sites.erase(std::find(attached.sites.begin(), attached.sites.end(), one));
        }
        for (auto* one : attached.sites) {
            count(*one, 1);
        }
        return failed;
    }

    void unsubscribe_all(attached_sites& attached) {
        std::vector<site*> last;
        for (auto* one : attached.sites) {
            count(*one, -1);
            if (one->attached->all.size() == 1) {
                last.push_back(one);
            }
        }
        code_.change(last, false);
        new_lists lists;
        for (auto* one : attached.sites) {
            subscribe(*one, attached.what.get(), false, lists);
        }
        attached.sites.clear();
    }

    // The lists that one change makes, by those that they take the place of: sites with the same subscribers share one.
    using new_lists = std::map<const subscribers*, std::shared_ptr<const subscribers>>;

    static std::shared_ptr<const subscribers> changed_list(const subscribers* from, const subscription* what, bool on) {
        auto next = std::make_shared<subscribers>();
        next->all = from != nullptr ? from->all : next->all;
        if (on) {
            next->all.push_back(what);
        } else {
            next->all.erase(std::find(next->all.begin(), next->all.end(), what));
        }
        next->begin = next->all.data();
        next->end = next->begin + next->all.size();
        return next->all.empty() ? nullptr : next;
    }

    // Has `what` among the subscribers of a site, or not. Threads may go on walking the list that was there.
    void subscribe(site& at, const subscription* what, bool on, new_lists& lists) {
        const auto [made, is_new] = lists.try_emplace(at.attached);
        if (is_new) {
            made->second = changed_list(at.attached, what, on);
            if (at.list != nullptr) {
                retired_.add(at.list);
            }
        }
        const auto& next = made->second;
        const bool only_record =
            next != nullptr &&
            std::all_of(next->all.begin(), next->all.end(),
                        [](const auto* one) { return one->record != nullptr && !one->saves_vectors; }) &&
            std::none_of(at.operands.begin(), at.operands.end(),
                         [](const auto& one) { return one.form == value_form::vector; });
        __atomic_store_n(&at.only_record, only_record, __ATOMIC_RELAXED);
        __atomic_store_n(&at.attached, next.get(), __ATOMIC_RELEASE);
        at.list = next;
    }

    // As the kernel counts, which does so itself for tracers outside of the process.
    // Not for sanitizers: PROBE_ENABLED reads it while this is written, as it is while the kernel writes it.
    USDTPP_DETAIL_UNSANITIZED static void count(const site& at, int change) noexcept {
        if (at.semaphore != 0) {
            auto* counter = reinterpret_cast<std::uint16_t*>(at.semaphore); // NOLINT(performance-no-int-to-ptr)
            __atomic_fetch_add(counter, static_cast<std::uint16_t>(change), __ATOMIC_RELAXED);
        }
    }

    finder finder_;
    code_changer code_;
    std::map<std::uint64_t, std::unique_ptr<site>> sites_;
    std::vector<std::unique_ptr<site>> gone_;
    retired_objects retired_;
#if defined(USDTPP_DETAIL_HAS_JUMPS)
    vector_state vectors_ = find_vector_state();
#endif
};

} // namespace usdtpp::detail::attach

#endif
