// Finding probes: those of a name, in the objects that the process has loaded.
#ifndef USDTPP_DETAIL_ATTACH_FIND_HPP
#define USDTPP_DETAIL_ATTACH_FIND_HPP

#include <algorithm>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <usdtpp/detail/attach_loader.hpp>
#include <usdtpp/detail/attach_lock.hpp>
#include <usdtpp/detail/reader_process.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp::detail::attach {

// With any number of `*`, each of which stands for any characters.
USDTPP_DETAIL_HIDDEN inline bool matches(std::string_view pattern, std::string_view text) noexcept {
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

struct loaded_probes {
    loader_state when;
    std::vector<loaded_object> objects;
    std::vector<note_error> unreadable;
};

struct found_probe {
    const loaded_object* object;
    const probe_note* note;
    std::uint64_t address;
};

struct USDTPP_DETAIL_HIDDEN found_probes {
    std::shared_ptr<const loaded_probes> from;
    std::vector<found_probe> probes;
    std::vector<loaded> objects;       // that they are in
    std::vector<std::string> problems; // what keeps others from being attached to
};

// Not to be used with the engine's lock, for it asks the dynamic loader: see `loaded`.
class USDTPP_DETAIL_HIDDEN finder {
public:
    // Throws note_error where /proc cannot be read.
    found_probes find(std::string_view pattern) {
        constexpr int most_turns = 100; // of a program that loads and unloads all the time
        for (int turn = 0;; ++turn) {
            bool is_outdated = false;
            auto found = search(current(turn != 0), pattern, is_outdated);
            const auto has_changed = [&] {
                const engine_lock lock;
                return state_of_loader().is_newer_than(found.from->when);
            };
            // What is gone by now, or was renamed, may have been read before that. What is found is kept from going.
            if (found.problems.empty() || turn == most_turns || !((is_outdated && turn == 0) || has_changed())) {
                return found;
            }
        }
    }

private:
    // What the process has loaded; read anew when that has changed.
    std::shared_ptr<const loaded_probes> current(bool anew) {
        auto read = std::make_shared<loaded_probes>();
        {
            const engine_lock lock; // as the child of a fork would not get the loader's lock back
            read->when = state_of_loader();
            if (!anew && last_ != nullptr && !read->when.is_newer_than(last_->when)) {
                return last_;
            }
        }
        read->objects = reader::read_process("/proc/self", &read->unreadable);
        const engine_lock lock;
        last_ = read;
        return read;
    }

    static found_probes search(std::shared_ptr<const loaded_probes> from, std::string_view pattern, bool& is_outdated) {
        found_probes found;
        std::vector<found_probe> named;
        std::set<std::uint64_t> seen; // a note may be there twice
        for (const auto& object : from->objects) {
            for (const auto& probe : object.probes.probes) {
                const auto address = probe.location + object.bias;
                if (matches(pattern, probe.provider + ":" + probe.name) && seen.insert(address).second) {
                    named.push_back({&object, &probe, address});
                }
            }
        }
        found.from = std::move(from);
        for (const auto& name : objects_of(named)) {
            found.objects.emplace_back(name);
        }
        const auto mappings = reader::mappings_of("/proc/self"); // with those objects in their places
        const auto mapped = [&](std::uint64_t address) -> const reader::mapping* {
            const auto behind = std::upper_bound(mappings.begin(), mappings.end(), address,
                                                 [](auto what, const auto& one) { return what < one.end; });
            return behind != mappings.end() && behind->begin <= address ? &*behind : nullptr;
        };
        for (const auto& one : named) {
            const auto& path = one.object->mapped;
            const auto name = one.note->provider + ":" + one.note->name;
            const auto* code = mapped(one.address);
            const auto* counter = one.note->semaphore != 0 ? mapped(one.note->semaphore + one.object->bias) : nullptr;
            if (code == nullptr || !code->executable || code->path != path) {
                is_outdated = is_outdated || (code != nullptr && code->executable);
                found.problems.push_back(path + ": the note of " + name + " is of no code");
            } else if (one.note->semaphore != 0 && (counter == nullptr || !counter->writable)) {
                found.problems.push_back(path + ": the semaphore of " + name + " is not in memory that can be written");
            } else {
                found.probes.push_back(one);
            }
        }
        return found;
    }

    // As the loader names them; without the executable.
    static std::set<std::string> objects_of(const std::vector<found_probe>& probes) {
        loader_state now;
        {
            const engine_lock lock;
            now = state_of_loader();
        }
        std::set<std::string> names;
        for (const auto& one : probes) {
            names.insert(now.name_at(one.address));
        }
        names.erase("");
        return names;
    }

    std::shared_ptr<const loaded_probes> last_;
};

} // namespace usdtpp::detail::attach

#endif
