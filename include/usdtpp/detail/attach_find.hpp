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
    auto star = pattern.find('*');
    if (star == pattern.npos) {
        return pattern == text;
    }
    if (text.substr(0, star) != pattern.substr(0, star)) {
        return false;
    }
    text.remove_prefix(star);
    // What stands between two of them is taken where it comes first: that leaves the most to what follows.
    for (;;) {
        pattern.remove_prefix(star + 1);
        star = pattern.find('*');
        if (star == pattern.npos) {
            return text.size() >= pattern.size() && text.substr(text.size() - pattern.size()) == pattern;
        }
        const auto at = text.find(pattern.substr(0, star));
        if (at == text.npos) {
            return false;
        }
        text.remove_prefix(at + star);
    }
}

struct loaded_probes {
    loader_state when;
    std::vector<std::shared_ptr<const loaded_object>> objects;
    std::vector<note_error> unreadable;
    reader::process_objects read; // what the objects were read from, for the next time
};

struct found_probe {
    std::shared_ptr<const loaded_object> object;
    const probe_note* note; // of the object
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
        std::shared_ptr<const loaded_probes> before;
        {
            const engine_lock lock; // as the child of a fork would not get the loader's lock back
            read->when = state_of_loader();
            if (!anew && last_ != nullptr && !read->when.is_newer_than(last_->when)) {
                return last_;
            }
            before = last_;
        }
        reader::process_reader reader("/proc/self", before != nullptr ? &before->read : nullptr);
        read->read = reader.read(&read->unreadable);
        read->objects.assign(read->read.objects.begin(), read->read.objects.end());
        const engine_lock lock;
        last_ = read;
        return read;
    }

    static found_probes search(std::shared_ptr<const loaded_probes> from, std::string_view pattern, bool& is_outdated) {
        found_probes found;
        std::set<std::uint64_t> seen; // a note may be there twice
        loader_state now;
        {
            const engine_lock lock;
            now = state_of_loader();
        }
        std::vector<std::vector<found_probe>> named; // by object
        std::string name;
        for (const auto& object : from->objects) {
            named.emplace_back();
            for (const auto& probe : object->probes.probes) {
                name.assign(probe.provider).append(":").append(probe.name);
                const auto address = probe.location + object->bias;
                if (matches(pattern, name) && seen.insert(address).second) {
                    named.back().push_back({object, &probe, address});
                }
            }
        }
        for (auto& all : named) {
            if (all.empty()) {
                continue;
            }
            loaded object(now, all.front().address);
            if (!object.stays()) {
                found.problems.push_back(all.front().object->mapped + ": the dynamic loader has not loaded it" +
                                         ", so nothing would keep it there: load it with dlopen");
                all.clear();
            } else {
                found.objects.push_back(std::move(object));
            }
        }
        const auto mappings = reader::mappings_of("/proc/self"); // with those objects in their places
        for (const auto& all : named) {
            for (const auto& one : all) {
                auto problem = problem_of(one, mappings, is_outdated);
                if (problem.empty()) {
                    found.probes.push_back(one);
                } else if (found.problems.empty() || found.problems.back() != problem) { // it may be about the object
                    found.problems.push_back(std::move(problem));
                }
            }
        }
        found.from = std::move(from);
        return found;
    }

    // What keeps it from being attached to; empty where nothing does.
    static std::string problem_of(const found_probe& one, const std::vector<reader::mapping>& mappings,
                                  bool& is_outdated) {
        const auto& path = one.object->mapped;
        const auto probe = [&] { return one.note->provider + ":" + one.note->name; };
        const auto* code = reader::mapping_at(mappings, one.address);
        if (code == nullptr || !code->executable || code->path != path) {
            is_outdated = is_outdated || (code != nullptr && code->executable);
            if (code != nullptr && code->executable && code->is_anonymous()) {
                return path + ": its code is in anonymous memory, where huge-page tools move it: attach without them";
            }
            return path + ": the note of " + probe() + " is of no code";
        }
        if (one.note->semaphore != 0) {
            const auto* counter = reader::mapping_at(mappings, one.note->semaphore + one.object->bias);
            if (counter == nullptr || !counter->writable) {
                return path + ": the semaphore of " + probe() + " is not in memory that can be written";
            }
        }
        return "";
    }

    std::shared_ptr<const loaded_probes> last_;
};

} // namespace usdtpp::detail::attach

#endif
