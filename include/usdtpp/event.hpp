// What a handler of <usdtpp/attach.hpp> gets: one firing of a probe, and its arguments.
#ifndef USDTPP_EVENT_HPP
#define USDTPP_EVENT_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>

#include <usdtpp/note_types.hpp>
#include <usdtpp/version.hpp>
#if USDTPP_HAS_ATTACH
#include <usdtpp/detail/attach_site.hpp>
#else
#include <usdtpp/detail/attach_none.hpp>
#endif

namespace usdtpp {

/// An argument that cannot be had as what is asked for.
struct event_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

namespace detail::attach {
template <class T>
inline constexpr bool is_time_point = false;
template <class Clock, class Duration>
inline constexpr bool is_time_point<std::chrono::time_point<Clock, Duration>> = true;

// Where an argument is among those of a probe. What is thrown says what there is.
USDTPP_DETAIL_HIDDEN inline std::size_t position_of(const probe_note& probe, std::size_t index) {
    const auto count = probe.arguments.size();
    if (index >= count) {
        throw event_error("usdtpp: " + probe.provider + ":" + probe.name + " has no argument " + std::to_string(index) +
                          ": it has " + std::to_string(count));
    }
    return index;
}
USDTPP_DETAIL_HIDDEN inline std::size_t position_of(const probe_note& probe, std::string_view name) {
    std::string names;
    for (std::size_t i = 0; i != probe.arguments.size(); ++i) {
        const auto& known = probe.arguments[i].name;
        if (known == name && !known.empty()) {
            return i;
        }
        names += known.empty() ? "" : (names.empty() ? "" : ", ") + known;
    }
    const auto there_are =
        probe.arguments.empty() ? std::string("it has none")
        : names.empty() ? "they have no names, only positions from 0 to " + std::to_string(probe.arguments.size() - 1)
                        : "it has " + names;
    throw event_error("usdtpp: " + probe.provider + ":" + probe.name + " has no argument " + std::string(name) + ": " +
                      there_are);
}
} // namespace detail::attach

/// One argument of an event.
class event_argument {
public:
    /// Machinery; events make them. `stored`: its text, where that was copied.
    event_argument(const note_argument& note, bool readable, std::uint64_t value, std::uint64_t next,
                   const std::string* stored = nullptr) noexcept
        : note_(&note), readable_(readable), value_(value), next_(next), stored_(stored) {}

    /// What the binary says of it: name, kind, type, size, operand.
    const note_argument& note() const noexcept {
        return *note_;
    }
    /// Whether its operand could be read. All that the native back-end emits can.
    bool is_readable() const noexcept {
        return readable_;
    }
    /// The value as 64 bits, extended by its sign. 0 if it is not readable.
    std::uint64_t bits() const noexcept {
        return value_;
    }
    /// Whether it is text that can be read: a string of the description, and not null.
    bool is_text() const noexcept {
        return readable_ && value_ != 0 &&
               (note_->kind == argument_kind::string || note_->kind == argument_kind::sized_string);
    }

    /// The value as a T: an integer, bool, an enumeration, float, double, a pointer, std::string, std::string_view, a
    /// duration or a time point of <chrono> (from nanoseconds). A string is read where the argument points to: it must
    /// still be there, and end with a NUL unless it has a length. Of a null pointer it is empty.
    ///
    /// Throws event_error if the argument is not readable. Of its kind nothing is checked: probes that do not describe
    /// themselves have none.
    template <class T>
    T as() const {
        if (!readable_) {
            throw event_error("usdtpp: argument " + note_->text + " cannot be read");
        }
        if constexpr (std::is_same_v<T, float>) {
            return from_bits<float>(static_cast<std::uint32_t>(value_));
        } else if constexpr (std::is_same_v<T, double>) {
            return note_->size == sizeof(float) ? double{from_bits<float>(static_cast<std::uint32_t>(value_))}
                                                : from_bits<double>(value_);
        } else if constexpr (std::is_integral_v<T> || std::is_enum_v<T>) {
            return static_cast<T>(value_);
        } else if constexpr (std::is_pointer_v<T>) {
            return reinterpret_cast<T>(value_); // NOLINT(performance-no-int-to-ptr)
        } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
            return T(text());
        } else if constexpr (detail::attach::is_time_point<T>) {
            return T(std::chrono::duration_cast<typename T::duration>(nanoseconds()));
        } else {
            return std::chrono::duration_cast<T>(nanoseconds());
        }
    }

private:
    template <class T, class Bits>
    static T from_bits(Bits bits) noexcept {
        static_assert(sizeof(T) == sizeof(Bits));
        T value;
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }
    std::chrono::nanoseconds nanoseconds() const noexcept {
        return std::chrono::nanoseconds(static_cast<std::int64_t>(value_));
    }
    std::string_view text() const noexcept {
        if (stored_ != nullptr) {
            return *stored_;
        }
        const auto* begin = reinterpret_cast<const char*>(value_); // NOLINT(performance-no-int-to-ptr)
        return begin == nullptr                             ? std::string_view()
               : note_->kind == argument_kind::sized_string ? std::string_view(begin, static_cast<std::size_t>(next_))
                                                            : std::string_view(begin);
    }

    const note_argument* note_;
    bool readable_;
    std::uint64_t value_;
    std::uint64_t next_;
    const std::string* stored_;
};

/// One firing of a probe. It is valid while its handler runs, and so are its arguments.
class event {
public:
    /// Machinery.
    event(const detail::attach::site& at, const detail::attach::registers& registers, const void* vectors,
          std::int32_t thread, std::uint64_t time) noexcept
        : at_(at), registers_(registers), vectors_(vectors), thread_(thread), time_(time) {}

    const std::string& provider() const noexcept {
        return at_.note.provider;
    }
    const std::string& name() const noexcept {
        return at_.note.name;
    }
    /// What the binary says of the probe at this site: function, source file, line, arguments.
    const probe_note& note() const noexcept {
        return at_.note;
    }
    /// The thread's id, as gettid() has it.
    std::int32_t thread() const noexcept {
        return thread_;
    }
    /// Nanoseconds of CLOCK_MONOTONIC when the probe fired: bpftrace's nsecs.
    std::uint64_t time() const noexcept {
        return time_;
    }
    /// The number of arguments.
    std::size_t size() const noexcept {
        return at_.note.arguments.size();
    }
    /// Throws event_error if there is no such argument, and says which there are.
    event_argument operator[](std::size_t index) const {
        detail::attach::position_of(note(), index);
        std::uint64_t value = 0;
        std::uint64_t next = 0;
        const bool readable = detail::attach::read_value(at_.operands[index], registers_, vectors_, value);
        if (index + 1 < size()) {
            detail::attach::read_value(at_.operands[index + 1], registers_, vectors_, next);
        }
        return {note().arguments[index], readable, readable ? value : 0, next};
    }
    /// By the name that stands at the probe (or that USDTPP_NAMED gives it).
    event_argument operator[](std::string_view name) const {
        return (*this)[detail::attach::position_of(note(), name)];
    }

private:
    const detail::attach::site& at_;
    const detail::attach::registers& registers_;
    const void* vectors_;
    std::int32_t thread_;
    std::uint64_t time_;
};

} // namespace usdtpp

#endif
#endif
