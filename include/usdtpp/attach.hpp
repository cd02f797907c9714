// Tracing from inside: a program attaches to the probes that it has loaded, its own and those of libraries, without
// rights, kernel or tracer. It needs libelf, as <usdtpp/notes.hpp> does; x86-64 and aarch64. Elsewhere
// USDTPP_HAS_ATTACH is 0, and attach() compiles and throws.
//
//     #include <usdtpp/attach.hpp>
//
//     const auto attached = usdtpp::attach("fosdem:*", [](const usdtpp::event& fired) {
//         std::cout << fired.name() << ' ' << fired["request_id"].as<std::string>() << '\n';
//     });
//     serve();                    // what fires meanwhile comes to the handler
//                                 // here it is detached
//
// A probe of <usdtpp/usdtpp.hpp> becomes a jump while it is attached to, and takes a fraction of a microsecond, mostly
// to save the vector registers for its handler. Others (those of <sys/sdt.h>, of the C and C++ libraries, with
// USDTPP_COMPACT, and on aarch64) become a breakpoint, whose signal (SIGILL, on aarch64 SIGTRAP) takes a microsecond.
// docs/attach.md has what that asks of a program, and the limits; <usdtpp/recorder.hpp> is ten times as fast.
#ifndef USDTPP_ATTACH_HPP
#define USDTPP_ATTACH_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <cstddef>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include <usdtpp/event.hpp>
#include <usdtpp/version.hpp>
#if USDTPP_HAS_ATTACH
#include <usdtpp/detail/attach_engine.hpp>
#else
#include <usdtpp/detail/attach_none.hpp>
#endif

namespace usdtpp {

/// What attach() returns: as long as it lives, the handler is called.
class attachment {
public:
    attachment() = default;
    /// Machinery.
    explicit attachment(std::unique_ptr<detail::attach::attached_sites> attached) noexcept
        : attached_(std::move(attached)) {}
    attachment(attachment&&) noexcept = default;
    attachment& operator=(attachment&& other) noexcept {
        detach();
        attached_ = std::move(other.attached_);
        return *this;
    }
    attachment(const attachment&) = delete;
    attachment& operator=(const attachment&) = delete;
    ~attachment() {
        detach();
    }

    /// Ends it now. Waits until no other thread is in its handler any more, so it must not be called with a lock that
    /// the handler takes. What the handler holds is destroyed then; if the handler itself calls this, after it has
    /// returned.
    void detach() noexcept {
        if (attached_) {
            attached_->detach(*attached_);
            attached_.reset();
        }
    }
    /// How many places in the code it is attached to.
    std::size_t sites() const noexcept {
        return attached_ ? attached_->sites.size() : 0;
    }
    /// What the binary says of the probe at each of them. These stay there until the process ends.
    std::vector<const probe_note*> notes() const {
        std::vector<const probe_note*> all;
        for (std::size_t i = 0; i != sites(); ++i) {
            all.push_back(&attached_->sites[i]->note);
        }
        return all;
    }

private:
    std::unique_ptr<detail::attach::attached_sites> attached_;
};

/// Calls `handler` whenever a probe fires that `pattern` names, until the attachment is gone.
///
/// pattern: "provider:probe", where a `*` stands for any characters, as in "fosdem:*". All objects that the process has
///     loaded are searched; those that it loads later are not.
/// handler: called by the thread that reached the probe, before the code behind it goes on; by several threads at once.
///     It may do what a function can that is called there: a probe in a signal handler, or one of malloc, allows
///     little. Probes that the handler itself reaches are passed over. If it throws, the program ends.
///
/// PROBE_ENABLED and PROBE_IF_ENABLED see it as they see a tracer.
///
/// Throws attach_error where nothing can be attached (USDTPP_HAS_ATTACH is 0), no probe has such a name, where the
/// memory of the code cannot be changed, and for sites that cannot be attached to; then nothing is attached. With
/// `left_out` such sites are left out, and what would have been thrown is added there.
[[nodiscard]] USDTPP_DETAIL_HIDDEN inline attachment attach(std::string_view pattern,
                                                            std::function<void(const event&)> handler,
                                                            std::vector<attach_error>* left_out = nullptr) {
    detail::attach::subscription what;
    what.handler = std::move(handler);
    return attachment(detail::attach::engine::the_one().attach(pattern, std::move(what), left_out));
}

} // namespace usdtpp

#endif
#endif
