// Probes in unit tests, of any framework and any user: capture what fires, and ask for it. Needs what
// <usdtpp/attach.hpp> needs: libelf, x86-64 or aarch64.
//
//     #include <usdtpp/testing.hpp>
//
//     TEST_CASE("a request is traced") {
//         const usdtpp::testing::capture captured("fosdem:*");
//         handle("/load");
//         CHECK(captured.count("fosdem:request_start") == 1);
//         const auto end = captured.find("fosdem:request_end").front();
//         CHECK(end["request_id"].as<std::string>() == "r-1");
//         CHECK(end["duration"].as<std::chrono::nanoseconds>() > 0ns);
//     }
//
//     int main(int count, char** words) {
//         const usdtpp::testing::coverage reached("fosdem:*");
//         const int failed = Catch::Session().run(count, words);
//         std::cout << reached.report();        // which probes no test has reached
//         return failed;
//     }
//
//     find_package(usdtpp REQUIRED COMPONENTS attach)
//     target_link_libraries(mytest PRIVATE usdtpp::attach)
//
// Events keep their arguments, and the text that they pointed to, as long as they are kept. docs/testing.md has whole
// examples, and the limits.
#ifndef USDTPP_TESTING_HPP
#define USDTPP_TESTING_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include <usdtpp/attach.hpp>
#include <usdtpp/testing_event.hpp>
#include <usdtpp/version.hpp>
#if USDTPP_HAS_ATTACH
#include <usdtpp/detail/attach_clock.hpp>
#include <usdtpp/detail/attach_forks.hpp>
#endif

#if USDTPP_HAS_ATTACH

namespace usdtpp::detail::testing {

// Probes that the calling thread reaches meanwhile are passed over, as in a handler. One may be in a lock that the
// handler takes too: the C library has some there.
class unobserved {
public:
    explicit unobserved(attach::slot_function slot) noexcept
        : slot_(slot()), entered_(slot_ != nullptr && attach::enter(*slot_, &attach::no_firing)) {}
    unobserved(const unobserved&) = delete;
    unobserved& operator=(const unobserved&) = delete;
    ~unobserved() {
        if (entered_) {
            attach::leave(*slot_);
        }
    }

private:
    attach::thread_slot* slot_;
    bool entered_;
};

} // namespace usdtpp::detail::testing

namespace usdtpp::testing {

/// Captures events from its construction until stop() or its end. Its functions may be called by any thread. In the
/// child of a fork it has what had come before, and captures on its own.
class capture {
public:
    /// pattern: as for usdtpp::attach: "provider:probe", with `*` for any characters.
    /// text_limit: how much is copied of a longer text, in bytes; of UTF-8 the whole characters of that.
    ///
    /// Throws attach_error where no probe has such a name, or one that has it cannot be attached to.
    explicit capture(std::string_view pattern, std::size_t text_limit = 4096)
        : text_limit_(text_limit), attached_(attach(pattern, [this](const usdtpp::event& fired) { add(fired); })),
          notes_(attached_.notes()) {}
    capture(const capture&) = delete;
    capture& operator=(const capture&) = delete;

    /// What came so far, and was not cleared.
    event_list events() const {
        return find("*");
    }
    /// Those of them that `pattern` names. Throws event_error where it names no probe that is captured: a slip of the
    /// pen is not the same as a probe that did not fire.
    event_list find(std::string_view pattern) const {
        const detail::testing::unobserved self(slot_);
        check(pattern);
        std::vector<event> found;
        {
            const std::lock_guard lock(lock_);
            std::copy_if(events_.begin(), events_.end(), std::back_inserter(found),
                         [&](const event& one) { return one.matches(pattern); });
        }
        return event_list(std::move(found));
    }
    std::size_t count() const {
        return count("*");
    }
    /// As many as find() has.
    std::size_t count(std::string_view pattern) const {
        const detail::testing::unobserved self(slot_);
        check(pattern);
        const std::lock_guard lock(lock_);
        return static_cast<std::size_t>(
            std::count_if(events_.begin(), events_.end(), [&](const event& one) { return one.matches(pattern); }));
    }

    /// Waits until other threads have fired so many, but no longer than `timeout`. Whether they have.
    bool wait_for(std::string_view pattern, std::size_t wanted = 1,
                  std::chrono::milliseconds timeout = std::chrono::seconds(5)) const {
        const auto begin = detail::attach::monotonic_time();
        while (count(pattern) < wanted) {
            const auto waited = (detail::attach::monotonic_time() - begin) / 1'000'000;
            if (static_cast<std::int64_t>(waited) >= timeout.count()) {
                return false;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return true;
    }

    /// Forgets what came so far.
    void clear() {
        const detail::testing::unobserved self(slot_);
        const std::lock_guard lock(lock_);
        events_.clear();
    }
    /// Captures nothing more; keeps what came.
    void stop() noexcept {
        attached_.detach();
    }

private:
    void add(const usdtpp::event& fired) {
        event one(std::make_shared<detail::testing::captured_event>(fired, text_limit_));
        const std::lock_guard lock(lock_);
        events_.push_back(std::move(one));
    }
    void check(std::string_view pattern) const {
        std::set<std::string> names;
        for (const auto* note : notes_) {
            const auto name = note->provider + ":" + note->name;
            if (detail::attach::matches(pattern, name)) {
                return;
            }
            names.insert(name);
        }
        std::string text;
        for (const auto& name : names) {
            text += (text.empty() ? "" : ", ") + name;
        }
        throw event_error("usdtpp: no probe that is captured is " + std::string(pattern) + ": they are " + text);
    }

    std::size_t text_limit_;
    detail::attach::slot_function slot_ = detail::attach::slot_of_thread; // of the engine that attaches
    mutable detail::attach::fork_lock lock_;
    std::vector<event> events_;
    detail::attach::fork_participant participant_{detail::attach::fork_lock::at_fork, &lock_};
    attachment attached_; // behind what its handler needs
    std::vector<const probe_note*> notes_;
};

/// Which probes are reached as long as it lives. One that is in the code several times, as templates and inline
/// functions bring it about, is one probe here if it describes itself: a line of a source file.
class coverage {
public:
    /// pattern: as for usdtpp::attach, whose errors it throws. Objects that are loaded later do not count.
    explicit coverage(std::string_view pattern) : pattern_(pattern) {
        // Its handler needs to know them all.
        sites_ = attach(pattern, [](const usdtpp::event&) {}).notes();
        std::sort(sites_.begin(), sites_.end());
        reached_ = std::make_unique<std::atomic<bool>[]>(sites_.size());
        attached_ = attach(pattern, [this](const usdtpp::event& fired) {
            const auto found = std::lower_bound(sites_.begin(), sites_.end(), &fired.note());
            if (found != sites_.end() && *found == &fired.note()) {
                reached_[static_cast<std::size_t>(found - sites_.begin())].store(true, std::memory_order_relaxed);
            }
        });
    }
    coverage(const coverage&) = delete;
    coverage& operator=(const coverage&) = delete;

    /// How many probes there are.
    std::size_t size() const {
        return probes().size();
    }
    /// Those that did not fire, by file and line.
    std::vector<probe_note> unreached() const {
        std::vector<probe_note> all;
        for (const auto& [note, reached] : probes()) {
            if (!reached) {
                all.push_back(*note);
            }
        }
        return all;
    }
    /// `2 of 3 probes of shop:* were reached`
    std::string summary() const {
        return summary(size(), unreached().size());
    }
    /// The summary, and a line for each that did not fire: `    shop:refunded at shop.cpp:31 in shop::refund(int)`
    std::string report() const {
        const auto missing = unreached();
        auto text = summary(size(), missing.size()) + (missing.empty() ? "\n" : "; not reached:\n");
        for (const auto& one : missing) {
            text += "    " + one.provider + ":" + one.name +
                    (one.file.empty() ? "" : " at " + one.file + ":" + std::to_string(one.line)) +
                    (one.function.empty() ? "" : " in " + one.function) + "\n";
        }
        return text;
    }

private:
    struct probe {
        const probe_note* note;
        bool reached;
    };
    std::vector<probe> probes() const {
        const auto key = [](const probe_note& one, const probe_note* site) {
            return std::tuple(one.file, one.line, one.provider, one.name, one.line != 0 ? nullptr : site);
        };
        std::map<decltype(key(*sites_[0], nullptr)), probe> found;
        for (std::size_t i = 0; i != sites_.size(); ++i) {
            auto& one = found.try_emplace(key(*sites_[i], sites_[i]), probe{sites_[i], false}).first->second;
            one.reached = one.reached || reached_[i].load(std::memory_order_relaxed);
        }
        std::vector<probe> all;
        for (const auto& [place, one] : found) {
            all.push_back(one);
        }
        return all;
    }
    std::string summary(std::size_t all, std::size_t missing) const {
        return std::to_string(all - missing) + " of " + std::to_string(all) + " probes of " + pattern_ +
               " were reached";
    }

    std::string pattern_;
    std::vector<const probe_note*> sites_;
    std::unique_ptr<std::atomic<bool>[]> reached_;
    attachment attached_; // behind what its handler needs
};

} // namespace usdtpp::testing

#else
namespace usdtpp::testing {

// There are none: the constructors throw.
class capture {
public:
    explicit capture(std::string_view pattern, std::size_t = 4096) : attached_(attach(pattern, {})) {}
    capture(const capture&) = delete;
    capture& operator=(const capture&) = delete;

    event_list events() const {
        return {};
    }
    event_list find(std::string_view) const {
        return {};
    }
    std::size_t count() const {
        return 0;
    }
    std::size_t count(std::string_view) const {
        return 0;
    }
    bool wait_for(std::string_view, std::size_t = 1, std::chrono::milliseconds = std::chrono::seconds(5)) const {
        return false;
    }
    void clear() {}
    void stop() noexcept {}

private:
    attachment attached_;
};
class coverage {
public:
    explicit coverage(std::string_view pattern) : attached_(attach(pattern, {})) {}
    coverage(const coverage&) = delete;
    coverage& operator=(const coverage&) = delete;

    std::size_t size() const {
        return 0;
    }
    std::vector<probe_note> unreached() const {
        return {};
    }
    std::string summary() const {
        return {};
    }
    std::string report() const {
        return {};
    }

private:
    attachment attached_;
};

} // namespace usdtpp::testing
#endif

#endif
#endif
