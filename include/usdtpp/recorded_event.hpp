// What a recorder of <usdtpp/recorder.hpp> hands out: a firing of a probe, with copies of its arguments.
#ifndef USDTPP_RECORDED_EVENT_HPP
#define USDTPP_RECORDED_EVENT_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <usdtpp/detail/attach_text.hpp>
#include <usdtpp/event.hpp>
#include <usdtpp/version.hpp>
#if USDTPP_HAS_ATTACH
#include <usdtpp/detail/recorder_rings.hpp>
#endif

namespace usdtpp {

/// An argument of a recorded_event, which must still be there.
class recorded_argument : public event_argument {
public:
    /// Machinery.
    recorded_argument(const event_argument& argument, const std::string& text, bool is_cut) noexcept
        : event_argument(argument), text_(text), is_cut_(is_cut) {}

    /// Whether its text was longer than recorder_options::string_bytes. Of UTF-8 there are whole characters then.
    bool is_cut() const noexcept {
        return is_cut_;
    }
    /// As event_argument::as(). Text is what was copied when the probe fired, const char* included; an argument that is
    /// not described as text has none, and asking for it throws event_error. Other pointers may point nowhere by now.
    template <class T>
    T as() const {
        constexpr bool wants_characters = std::is_same_v<T, const char*>;
        if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view> || wants_characters) {
            const auto kind = note().kind;
            if (kind != argument_kind::string && kind != argument_kind::sized_string) {
                throw event_error("usdtpp: argument " + note().text + " was not recorded as text");
            }
            if constexpr (wants_characters) {
                return is_text() ? text_.c_str() : nullptr;
            }
        }
        if constexpr (wants_characters) {
            return nullptr;
        } else {
            return event_argument::as<T>();
        }
    }

private:
    const std::string& text_;
    bool is_cut_;
};

/// One firing of a probe, from when it was recorded. A copy is as good as it.
class recorded_event {
public:
    const std::string& provider() const noexcept {
        return at_->note.provider;
    }
    const std::string& name() const noexcept {
        return at_->note.name;
    }
    /// What the binary says of the probe at this site: function, source file, line, arguments.
    const probe_note& note() const noexcept {
        return at_->note;
    }
    /// The thread's id, as gettid() has it.
    std::int32_t thread() const noexcept {
        return thread_;
    }
    /// Nanoseconds of CLOCK_MONOTONIC when the probe fired, to some 20 of them. Those of a thread never go back.
    std::uint64_t time() const noexcept {
        return time_;
    }
    /// The number of arguments.
    std::size_t size() const noexcept {
        return values_.size();
    }
    /// Throws event_error if there is no such argument.
    recorded_argument operator[](std::size_t index) const {
        if (index >= size()) {
            throw event_error("usdtpp: " + provider() + ":" + name() + " has no argument " + std::to_string(index));
        }
        const auto& text = texts_[index];
        const bool readable = at_->operands[index].form != detail::attach::value_form::unreadable;
        return {event_argument(note().arguments[index], readable, values_[index], 0, &text.bytes), text.bytes,
                text.is_cut};
    }
    /// By the name that stands at the probe (or that USDTPP_NAMED gives it).
    recorded_argument operator[](std::string_view name) const {
        return (*this)[detail::attach::position_of(note(), name)];
    }

#if USDTPP_HAS_ATTACH
    /// Machinery: takes over a record.
    void read(const std::uint64_t* record, std::uint64_t time) {
        namespace recording = detail::recording;
        at_ = reinterpret_cast<const detail::attach::site*>(record[recording::site_word]); // NOLINT
        thread_ = static_cast<std::int32_t>(record[recording::size_and_thread] >> 32);
        time_ = time;
        const auto* values = record + recording::first_value;
        const auto count = std::min<std::size_t>(at_->operands.size(), recording::most_arguments);
        values_.assign(values, values + count);
        texts_.resize(count);
        const auto* next = values + count;
        for (std::size_t i = 0; i != count; ++i) {
            const auto kind = at_->operands[i].kind;
            texts_[i].bytes.clear();
            texts_[i].is_cut = false;
            if ((kind == argument_kind::string || kind == argument_kind::sized_string) && values_[i] != 0) {
                const auto length = *next & ~recording::text_is_cut;
                texts_[i].is_cut = (*next & recording::text_is_cut) != 0;
                auto& bytes = texts_[i].bytes;
                bytes.assign(reinterpret_cast<const char*>(next + 1), length);
                if (texts_[i].is_cut) {
                    bytes.resize(detail::attach::whole_characters(bytes));
                }
                next += 1 + (length + recording::word_size - 1) / recording::word_size;
            }
        }
    }
#endif

private:
    struct copied_text {
        std::string bytes;
        bool is_cut = false;
    };
    const detail::attach::site* at_ = nullptr;
    std::int32_t thread_ = 0;
    std::uint64_t time_ = 0;
    std::vector<std::uint64_t> values_;
    std::vector<copied_text> texts_;
};

} // namespace usdtpp

#endif
#endif
