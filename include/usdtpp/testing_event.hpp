// What <usdtpp/testing.hpp> captures: events that stay what they are, however long they are kept.
#ifndef USDTPP_TESTING_EVENT_HPP
#define USDTPP_TESTING_EVENT_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <usdtpp/attach.hpp>
#include <usdtpp/detail/testing_text.hpp>
#include <usdtpp/event.hpp>

namespace usdtpp::detail::testing {

struct captured_value {
    bool readable = false;
    std::uint64_t bits = 0;
    std::optional<std::string> text; // that it pointed to
};

struct captured_event {
    captured_event(const usdtpp::event& fired, std::size_t text_limit)
        : note(&fired.note()), thread(fired.thread()), time(fired.time()), values(fired.size()) {
        for (std::size_t i = 0; i != values.size(); ++i) {
            const auto argument = fired[i];
            values[i].readable = argument.is_readable();
            values[i].bits = argument.bits();
            const auto& described = argument.note();
            // sys/sdt.h does not say what is text, so whatever may be an address is looked at.
            const bool maybe = described.kind == argument_kind::unknown && described.size == sizeof(void*);
            if (argument.is_text() || (maybe && argument.bits() != 0)) {
                const bool sized = described.kind == argument_kind::sized_string && i + 1 != values.size();
                const auto size = sized ? std::optional(fired[i + 1].bits()) : std::nullopt;
                values[i].text = copied_text(argument.bits(), size, text_limit, !maybe);
            }
        }
    }

    const probe_note* note; // stays until the process ends
    std::int32_t thread;
    std::uint64_t time;
    std::vector<captured_value> values;
};

} // namespace usdtpp::detail::testing

namespace usdtpp::testing {

/// One argument of a captured event.
class argument : public event_argument {
public:
    /// Machinery; events make them.
    argument(std::shared_ptr<const detail::testing::captured_event> of, std::size_t index)
        : event_argument(of->note->arguments[index], of->values[index].readable, of->values[index].bits, 0,
                         of->values[index].text ? &*of->values[index].text : nullptr),
          of_(std::move(of)), index_(index) {}

    /// Whether it is text, and could be copied when the probe fired.
    bool is_text() const noexcept {
        return event_argument::is_text() && value().text.has_value();
    }

    /// As event_argument has it: an integer, bool, an enumeration, float, double, a pointer, std::string,
    /// std::string_view, a duration or a time point of <chrono>. Text is what it was when the probe fired, as
    /// const char* too; a std::string_view or const char* lives as long as the events or arguments of that firing.
    /// Other pointers are addresses: what was there may be gone.
    ///
    /// Throws event_error if it is not readable, and where text is asked for and there was none.
    template <class T>
    T as() const {
        if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>) {
            const bool null_pointer = bits() == 0 && note().size == sizeof(void*);
            if (is_readable() && !value().text && !null_pointer) {
                throw event_error("usdtpp: argument " + std::to_string(index_) + " (" + note().text + ") of " +
                                  of_->note->provider + ":" + of_->note->name + " did not point to text");
            }
        } else if constexpr (std::is_same_v<T, const char*>) {
            if (value().text) {
                return value().text->c_str();
            }
        }
        return event_argument::as<T>();
    }

private:
    const detail::testing::captured_value& value() const noexcept {
        return of_->values[index_];
    }
    std::shared_ptr<const detail::testing::captured_event> of_;
    std::size_t index_;
};

/// One firing of a probe. Copies are cheap: they share what was captured.
class event {
public:
    /// Machinery.
    explicit event(std::shared_ptr<const detail::testing::captured_event> captured) noexcept
        : captured_(std::move(captured)) {}

    const std::string& provider() const noexcept {
        return note().provider;
    }
    const std::string& name() const noexcept {
        return note().name;
    }
    /// What the binary says of the probe at this site: function, source file, line, arguments.
    const probe_note& note() const noexcept {
        return *captured_->note;
    }
    /// The thread's id, as gettid() has it.
    std::int32_t thread() const noexcept {
        return captured_->thread;
    }
    /// Nanoseconds of CLOCK_MONOTONIC when the probe fired.
    std::uint64_t time() const noexcept {
        return captured_->time;
    }
    /// The number of arguments.
    std::size_t size() const noexcept {
        return captured_->values.size();
    }
    /// By position, from 0. Throws event_error if there is no such argument, and says which there are.
    argument operator[](std::size_t index) const {
        return {captured_, detail::attach::position_of(note(), index)};
    }
    /// By the name that stands at the probe, or that USDTPP_NAMED gives it.
    argument operator[](std::string_view name) const {
        return {captured_, detail::attach::position_of(note(), name)};
    }

    /// Whether its provider:name is as `pattern` has it, which may have `*`.
    bool matches(std::string_view pattern) const {
        return detail::attach::matches(pattern, provider() + ":" + name());
    }

    /// `shop:paid order="A-7" cents=1250`, as test frameworks print it where a check fails.
    friend std::string to_string(const event& fired) {
        std::string text = fired.provider() + ":" + fired.name();
        for (std::size_t i = 0; i != fired.size(); ++i) {
            const auto& known = fired.note().arguments[i].name;
            const auto one = fired[i];
            text +=
                " " + (known.empty() ? std::to_string(i) : known) + "=" +
                (one.is_text() ? detail::testing::quoted(one.as<std::string>()) : detail::testing::number_text(one));
        }
        return text;
    }
    friend std::ostream& operator<<(std::ostream& out, const event& fired) {
        return out << to_string(fired);
    }

private:
    std::shared_ptr<const detail::testing::captured_event> captured_;
};

/// Events, in the order of time. It does not change when others come.
class event_list {
public:
    using value_type = event;
    using const_iterator = std::vector<event>::const_iterator;
    using iterator = const_iterator;
    using size_type = std::size_t;

    event_list() = default;
    /// In any order of threads, as long as each thread's own are in order.
    explicit event_list(std::vector<event> all) {
        // What std::stable_sort does, which calls a deprecated function of libstdc++, and clang 19 warns of it here.
        std::multimap<std::uint64_t, event> by_time;
        for (auto& one : all) {
            by_time.emplace(one.time(), std::move(one));
        }
        all_.reserve(by_time.size());
        for (auto& [time, one] : by_time) {
            all_.push_back(std::move(one));
        }
    }

    const_iterator begin() const noexcept {
        return all_.begin();
    }
    const_iterator end() const noexcept {
        return all_.end();
    }
    std::size_t size() const noexcept {
        return all_.size();
    }
    bool empty() const noexcept {
        return all_.empty();
    }
    /// Throws event_error if there are not so many, and lists those that there are.
    const event& operator[](std::size_t index) const {
        if (index >= size()) {
            throw event_error("usdtpp: there is no event " + std::to_string(index) + ": " + to_string(*this));
        }
        return all_[index];
    }
    const event& front() const {
        return (*this)[0];
    }
    const event& back() const {
        return (*this)[empty() ? 0 : size() - 1];
    }

    /// `2 events came` and a line for each, of many the last ones.
    friend std::string to_string(const event_list& list) {
        constexpr std::size_t most = 20;
        const auto count = list.size();
        std::string text = count == 0   ? "none came"
                           : count == 1 ? "1 event came"
                                        : std::to_string(count) + " events came";
        if (count > most) {
            text += ", at last";
        }
        for (std::size_t i = count > most ? count - most : 0; i != count; ++i) {
            text += "\n    " + to_string(list[i]);
        }
        return text;
    }
    friend std::ostream& operator<<(std::ostream& out, const event_list& list) {
        return out << to_string(list);
    }

private:
    std::vector<event> all_;
};

} // namespace usdtpp::testing

#endif
#endif
