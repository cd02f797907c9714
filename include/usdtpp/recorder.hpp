// A recorder of probes inside the process: what fires is copied into memory, some 20 ns an event, and read when there
// is time. It needs what <usdtpp/attach.hpp> needs.
//
//     #include <usdtpp/recorder.hpp>
//
//     usdtpp::recorder recorder("fosdem:*");
//     serve();
//     recorder.drain([](const usdtpp::recorded_event& event) { usdtpp::write_json_line(std::cout, event); });
//
// Each thread has a ring of its own, so that threads do not meet; firing allocates nothing, takes no lock and calls
// nothing. Texts are copied, to a bound; what other pointers point to is not.
#ifndef USDTPP_RECORDER_HPP
#define USDTPP_RECORDER_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include <usdtpp/attach.hpp>
#include <usdtpp/recorded_event.hpp>
#include <usdtpp/recorded_json.hpp>
#include <usdtpp/trace_events.hpp>
#include <usdtpp/version.hpp>
#if USDTPP_HAS_ATTACH
#include <usdtpp/detail/recorder_read.hpp>
#include <usdtpp/detail/recorder_rings.hpp>
#include <usdtpp/detail/recorder_write.hpp>
#endif

namespace usdtpp {

/// What a recorder does with an event for which a thread's ring has no room.
enum class when_full {
    drop,     ///< counts it, and keeps those before it
    overwrite ///< keeps it, in place of the oldest: what is left in the end is the newest
};

struct recorder_options {
    /// For each thread, in bytes: rounded up to a power of two, and to some events. An event takes 32, 8 for each
    /// argument, and for each text 8 and its bytes. Memory that is never written to is never taken.
    std::size_t ring_size = std::size_t{1} << 20;
    /// How many threads have a ring. Those of threads that ended are used again.
    std::size_t threads = 256;
    /// How much of a text is copied, in bytes. The rest is cut off, and so is a character of UTF-8 that does not fit.
    std::size_t string_bytes = 64;
    usdtpp::when_full when_full = usdtpp::when_full::drop;
};

/// Events that a recorder does not have, by what kept it from it.
struct recorder_losses {
    std::uint64_t full = 0;    ///< no room in the ring, or overwritten before they were read
    std::uint64_t nested = 0;  ///< fired by a handler, or by a signal handler while the thread was at a probe
    std::uint64_t threads = 0; ///< of threads beyond recorder_options::threads
};

#if USDTPP_HAS_ATTACH
/// Records what fires as long as it lives, or until stop(). In the child of a fork it is as if it were new: it has no
/// event and no loss of the parent, only those of the child.
class recorder {
public:
    /// Attaches to what `pattern` names: see attach(), for it and `left_out`. Throws what that throws;
    /// std::invalid_argument for options that are not possible, std::system_error where there is no address space for
    /// so many rings.
    explicit recorder(std::string_view pattern, const recorder_options& options = {},
                      std::vector<attach_error>* left_out = nullptr)
        : rings_(std::make_shared<detail::recording::rings>(checked(options).ring_size, options.threads,
                                                            options.string_bytes)),
          overwrites_(options.when_full == when_full::overwrite),
          uses_ticks_(detail::recording::has_steady_ticks() && detail::attach::may_read_counter()),
          reader_(*rings_, overwrites_, uses_ticks_) {
        namespace recording = detail::recording;
        detail::attach::subscription what;
        what.context = rings_.get();
        what.owner = rings_;
        what.missed = recording::count_nested;
        what.saves_vectors = !uses_ticks_;
        if (uses_ticks_) {
            what.record = overwrites_ ? recording::record_by_ticks<true> : recording::record_by_ticks<false>;
        } else {
            what.record = overwrites_ ? recording::record_by_clock<true> : recording::record_by_clock<false>;
        }
        attached_ = attachment(detail::attach::engine::the_one().attach(pattern, std::move(what), left_out));
    }
    recorder(const recorder&) = delete;
    recorder& operator=(const recorder&) = delete;
    ~recorder() {
        stop();
    }

    /// Detaches; what was recorded stays, to be drained. Not to be called by a handler.
    void stop() noexcept {
        attached_.detach();
    }
    /// How many places in the code it is attached to.
    std::size_t sites() const noexcept {
        return attached_.sites();
    }

    /// Calls `use(const recorded_event&)` for each event recorded so far and not drained yet: those of a thread in
    /// their order, those of several in the order of their times. The event is valid during the call; a copy of it
    /// longer. Threads may go on firing, and so may `use`, whose events are there the next time. Returns how many there
    /// were. If `use` throws, those that it was not called for stay. If it forks, it is called no more in the child.
    template <class Use>
    std::uint64_t drain(Use&& use) {
        return reader_.read(use);
    }

    /// How many events fired that no drain() has had or will have.
    std::uint64_t dropped() const noexcept {
        const auto all = losses();
        return all.full + all.nested + all.threads;
    }
    recorder_losses losses() const noexcept {
        using detail::recording::load;
        recorder_losses found;
        found.threads = load(rings_->without_ring);
        for (std::size_t i = 0; i != rings_->threads; ++i) {
            const auto& one = rings_->controls[i];
            const auto next = load(one.next);
            const auto overwritten = load(one.overwritten);
            found.full += load(one.full) + load(one.lost) + (overwritten > next ? overwritten - next : 0);
            found.nested += load(one.nested);
        }
        return found;
    }

private:
    static const recorder_options& checked(const recorder_options& options) {
        constexpr std::size_t most = std::size_t{1} << 30;
        if (options.threads == 0 || options.threads > 1U << 16 || options.ring_size > most ||
            options.string_bytes > most >> 8) {
            throw std::invalid_argument(
                "usdtpp: a recorder has 1 to 65536 rings of up to 1 GiB, and texts of up to 4 MiB");
        }
        return options;
    }

    std::shared_ptr<detail::recording::rings> rings_;
    bool overwrites_;
    bool uses_ticks_;
    detail::recording::reader_of_all reader_;
    attachment attached_; // goes first
};
#else
// There is none: the constructor throws.
class recorder {
public:
    explicit recorder(std::string_view pattern, const recorder_options& = {},
                      std::vector<attach_error>* left_out = nullptr)
        : attached_(attach(pattern, {}, left_out)) {}
    recorder(const recorder&) = delete;
    recorder& operator=(const recorder&) = delete;

    void stop() noexcept {}
    std::size_t sites() const noexcept {
        return 0;
    }
    template <class Use>
    std::uint64_t drain(Use&& use) {
        static_cast<void>(sizeof(use(std::declval<const recorded_event&>()), 0));
        return 0;
    }
    std::uint64_t dropped() const noexcept {
        return 0;
    }
    recorder_losses losses() const noexcept {
        return {};
    }

private:
    attachment attached_;
};
#endif

} // namespace usdtpp

#endif
#endif
