// In the place of the engine where nothing can be attached (USDTPP_HAS_ATTACH): what the public headers name of it.
#ifndef USDTPP_DETAIL_ATTACH_NONE_HPP
#define USDTPP_DETAIL_ATTACH_NONE_HPP

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <usdtpp/detail/attach_sanitizers.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp {

class event;

/// What keeps a probe, or all of them, from being attached to: "OBJECT: what it is".
struct attach_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

} // namespace usdtpp

namespace usdtpp::detail::attach {

// No event ever comes, so these are only to be compiled.
enum class value_form : std::uint8_t { unreadable };
struct value_operand {
    value_form form = value_form::unreadable;
};
struct registers {};
struct site {
    probe_note note;
    std::vector<value_operand> operands;
};
inline bool read_value(const value_operand&, const registers&, const void*, std::uint64_t&) noexcept {
    return false;
}
inline bool matches(std::string_view, std::string_view) noexcept {
    return false;
}

struct subscription {
    std::function<void(const event&)> handler;
};
struct attached_sites {
    std::vector<site*> sites;
    void (*detach)(attached_sites&) noexcept = nullptr;
};
class engine {
public:
    static engine& the_one() noexcept {
        static engine one;
        return one;
    }
    [[noreturn]] std::unique_ptr<attached_sites> attach(std::string_view pattern, const subscription&,
                                                        const std::vector<attach_error>*) {
        throw attach_error(std::string(pattern) + ": this build has no way to attach to probes: it takes Linux on "
                                                  "x86-64 or aarch64, and libelf's headers");
    }
};

} // namespace usdtpp::detail::attach

#endif
