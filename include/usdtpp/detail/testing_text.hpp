// Text that an argument points to: copied when the probe fires, and printed.
#ifndef USDTPP_DETAIL_TESTING_TEXT_HPP
#define USDTPP_DETAIL_TESTING_TEXT_HPP

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>

#include <usdtpp/detail/attach_text.hpp>
#include <usdtpp/event.hpp>
#include <usdtpp/version.hpp>
#if USDTPP_HAS_ATTACH
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#endif

namespace usdtpp::detail::testing {

#if USDTPP_HAS_ATTACH
// Through the kernel, which says so where there is no such memory. Where that system call is forbidden, directly if
// `trusted`.
inline bool read_memory(std::uint64_t address, char* into, std::size_t size, bool trusted) noexcept {
    auto* from = reinterpret_cast<void*>(address); // NOLINT(performance-no-int-to-ptr)
    const iovec local = {into, size};
    const iovec remote = {from, size};
    const auto count = ::syscall(SYS_process_vm_readv, ::getpid(), &local, 1L, &remote, 1L, 0L);
    if (count == -1 && errno != EFAULT && trusted) {
        std::memcpy(into, from, size);
        return true;
    }
    return count >= 0 && static_cast<std::size_t>(count) == size;
}
#else
inline bool read_memory(std::uint64_t, char*, std::size_t, bool) noexcept {
    return false;
}
#endif

// `size` characters, or without it up to a NUL; of both the first `limit`, of UTF-8 in whole characters. None where it
// is not all in memory.
inline std::optional<std::string> copied_text(std::uint64_t address, std::optional<std::uint64_t> size,
                                              std::size_t limit, bool trusted) {
    constexpr std::size_t step = 512; // a page has a whole number of them, so none reads beyond the page of its NUL
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(size.value_or(limit), limit));
    std::string text;
    while (text.size() != most) {
        const auto done = text.size();
        const auto next = static_cast<std::size_t>(step - (address + done) % step);
        text.resize(std::min(done + next, most));
        if (!read_memory(address + done, &text[done], text.size() - done, trusted)) {
            return std::nullopt;
        }
        if (const auto end = text.find('\0', done); !size && end != text.npos) {
            text.resize(end);
            break;
        }
    }
    const auto is_cut = [&] {
        char next = 1;
        return size ? *size > most : read_memory(address + most, &next, 1, trusted) && next != '\0';
    };
    if (text.size() == most && is_cut()) {
        text.resize(attach::whole_characters(text));
    }
    text.shrink_to_fit();
    return text;
}

// "as \"here\"\n", with quotes, on one line.
inline std::string quoted(const std::string& text) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out = "\"";
    for (const char one : text) {
        const auto code = static_cast<unsigned char>(one);
        if (one == '"' || one == '\\') {
            (out += '\\') += one;
        } else if (one == '\n') {
            out += "\\n";
        } else if (code < 0x20 || code == 0x7f) {
            ((out += "\\x") += digits[code >> 4U]) += digits[code & 15U];
        } else {
            out += one;
        }
    }
    return out += '"';
}

// What an argument that is no text looks like.
inline std::string number_text(const event_argument& argument) {
    const auto& note = argument.note();
    if (!argument.is_readable()) {
        return "?";
    }
    if (note.kind == argument_kind::boolean) {
        return argument.as<bool>() ? "true" : "false";
    }
    if (note.kind == argument_kind::single_precision || note.kind == argument_kind::double_precision ||
        note.is_floating) {
        return attach::number_text(argument.as<double>(), 6);
    }
    if (note.kind == argument_kind::pointer || note.kind == argument_kind::string ||
        note.kind == argument_kind::sized_string) {
        return attach::hexadecimal_text(argument.bits());
    }
    if (note.kind == argument_kind::character && argument.bits() >= 0x20 && argument.bits() < 0x7f) {
        return {'\'', argument.as<char>(), '\''};
    }
    if (note.kind == argument_kind::duration) {
        return std::to_string(argument.as<std::int64_t>()) + " ns";
    }
    return note.is_signed ? std::to_string(argument.as<std::int64_t>()) : std::to_string(argument.bits());
}

} // namespace usdtpp::detail::testing

#endif
