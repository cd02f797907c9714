// Changing the code of sites: putting in what leads to the engine, and taking it out.
#ifndef USDTPP_DETAIL_ATTACH_CHANGE_HPP
#define USDTPP_DETAIL_ATTACH_CHANGE_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

#include <usdtpp/detail/attach_code.hpp>
#include <usdtpp/detail/attach_loader.hpp>
#include <usdtpp/detail/attach_site.hpp>
#include <usdtpp/detail/attach_stubs.hpp>
#include <usdtpp/detail/attach_threads.hpp>
#include <usdtpp/detail/attach_trap.hpp>

namespace usdtpp::detail::attach {

class USDTPP_DETAIL_HIDDEN code_changer {
public:
    using failures = std::vector<std::pair<site*, std::string>>;

    // Decides how the code of a site is to be changed. What keeps it from being changed, or nothing.
    std::string prepare(site& at) {
#if defined(USDTPP_DETAIL_HAS_JUMPS)
        if (at.jumps && is_under_a_tracer(at)) {
            return tracers_text;
        }
        if (at.attached == nullptr) {
            at.jumps = can_jump(at);
        }
#endif
        return at.jumps || is_at(nop, at.address) || is_in_place(at) ? "" : what_is_there(at);
    }

    // Whether what is written for it is there: of a site that is attached to, or one that could not be changed back.
    static bool is_in_place(const site& at) noexcept {
#if defined(USDTPP_DETAIL_HAS_JUMPS)
        if (at.jumps) {
            return is_at(at.jump, at.address + sizeof nop);
        }
#endif
        return at.breakpoints % 2 != 0 && is_at(breakpoint, at.address);
    }

    // The code of a site is gone.
    void forget([[maybe_unused]] const site& at) {
#if defined(USDTPP_DETAIL_HAS_JUMPS)
        stubs_.give_back(at);
#endif
    }

    // Puts in, or takes out, what is to stand at sites. One instruction becomes another, at any moment for any thread.
    failures change(std::vector<site*> sites, bool on) {
        constexpr int most_attempts = 100;
        failures failed;
        for (int attempt = 0; !sites.empty(); ++attempt) {
            std::vector<site*> again;
            alone_in_process([&] { change_alone(sites, on, failed, attempt != most_attempts ? &again : nullptr); });
            // All threads block signals for a moment, when they start and when they fork. They may want the lock.
            if (!again.empty()) {
                ::usleep(1000);
            }
            sites = std::move(again);
        }
        return failed;
    }

private:
    static constexpr char tracers_text[] = "a tracer outside of this process has its breakpoint there";
    static std::string what_is_there(const site& at) {
        return is_at(tracers_breakpoint, at.address) ? tracers_text
               : is_at(breakpoint, at.address)
                   ? "another object of this process has its breakpoint there, by a <usdtpp/attach.hpp> of its own"
                   : "there is no nop";
    }

    // `again`: what a thread that blocks the signal of breakpoints keeps from being changed.
    void change_alone(const std::vector<site*>& sites, bool on, failures& failed, std::vector<site*>* again) {
        code_writer writer;
        std::optional<std::string> no_traps;
        const auto fail = [&](site& one, const std::string& text) { failed.emplace_back(&one, text); };
        const auto put_breakpoint = [&](site& one, std::uint64_t at) {
            if (!traps_.add(at, one)) {
                fail(one, "there is no memory for its breakpoint");
                return false;
            }
            no_traps = no_traps ? no_traps : traps_.why_not();
            const bool written = no_traps->empty() && writer.write(at, breakpoint, sizeof breakpoint);
            if (!no_traps->empty() && again != nullptr) {
                again->push_back(&one);
            } else if (!written) {
                fail(one, no_traps->empty() ? writer.error() : *no_traps);
            }
            return written;
        };
        for (auto* one : sites) {
#if defined(USDTPP_DETAIL_HAS_JUMPS)
            if (on && one->jumps && !is_at(one->long_nop, one->address + sizeof nop)) {
                one->jumps = false; // another engine was faster
            }
#endif
            if (one->jumps) {
                continue;
            }
            // While pages are writable the kernel puts no breakpoint in, so they become so first.
            writer.make_writable(one->address, sizeof nop);
            if (!on) {
                take_breakpoint(*one, writer, fail);
            } else if (!is_at(nop, one->address)) {
                fail(*one, what_is_there(*one));
            } else {
                count_breakpoint(*one, true);
                if (!put_breakpoint(*one, one->address)) {
                    count_breakpoint(*one, false);
                }
            }
        }
        change_jumps(sites, on, writer, put_breakpoint, fail);
        fence_all_threads(true);
    }

    // A tracer outside may have come after us. Then the breakpoint is its own, and it puts the nop back when it leaves.
    template <class Fail>
    static void take_breakpoint(site& at, code_writer& writer, Fail fail) {
        const bool is_ours = at.breakpoints % 2 != 0 && is_at(breakpoint, at.address);
        if (is_ours && !writer.write(at.address, nop, sizeof nop)) {
            fail(at, writer.error());
        } else {
            count_breakpoint(at, false);
        }
    }
    // Before it is written, and when it is gone: see whose_breakpoint().
    USDTPP_DETAIL_UNSANITIZED static void count_breakpoint(site& at, bool is_there) noexcept {
        if ((at.breakpoints % 2 != 0) != is_there) {
            __atomic_fetch_add(&at.breakpoints, 1, __ATOMIC_RELEASE);
            __atomic_thread_fence(__ATOMIC_SEQ_CST);
        }
    }

#if defined(USDTPP_DETAIL_HAS_JUMPS)
    // First comes a way around all of it, then what is behind the way, then what stands in its place. The way is a
    // short jump: on the first two bytes, or on the next two if the processor does not fetch those together. Then the
    // first byte is a nop meanwhile. In the old instruction and in the new one it is a prefix, without which they do
    // the same: a thread may be behind it. Where pages cannot be made writable the way is a breakpoint.
    template <class Trap, class Fail>
    static void change_jumps(const std::vector<site*>& sites, bool on, code_writer& writer, Trap put_breakpoint,
                             Fail fail) {
        struct change {
            site* what;
            std::uint64_t at;
            const code_byte* code;
            std::size_t way;  // where it begins
            std::size_t size; // of the way
        };
        std::vector<change> changes;
        for (auto* one : sites) {
            const auto at = one->address + sizeof nop;
            if (!one->jumps) {
                continue;
            }
            if (!on && !is_in_place(*one)) {
                continue; // a tracer outside has its breakpoint on it: without subscribers the jump does nothing
            }
            const auto* code = on ? one->jump : one->long_nop;
            if (!writer.make_writable(at, jump_size)) {
                if (put_breakpoint(*one, at)) {
                    changes.push_back({one, at, code, 0, sizeof breakpoint});
                }
                continue;
            }
            const std::size_t way = code_writer::are_fetched_together(at) ? 0 : 1;
            changes.push_back({one, at, code, way, sizeof short_jump});
            if (way != 0) {
                writer.write(at, nop, way);
            }
        }
        const auto write = [&](change& one, std::size_t begin, const code_byte* code, std::size_t size) {
            if (one.what != nullptr && !writer.write(one.at + begin, code, size)) {
                fail(*one.what, writer.error());
                one.what = nullptr; // it stays closed
            }
        };
        fence_all_threads(true);
        for (auto& one : changes) {
            if (one.size == sizeof short_jump) {
                const code_byte around[] = {short_jump[0], static_cast<code_byte>(short_jump[1] - one.way)};
                write(one, one.way, around, sizeof around);
            }
        }
        fence_all_threads(true);
        for (auto& one : changes) {
            const auto begin = one.way + one.size;
            write(one, begin, one.code + begin, jump_size - begin);
        }
        fence_all_threads(true);
        for (auto& one : changes) {
            write(one, one.way, one.code + one.way, one.size);
        }
        fence_all_threads(true);
        for (auto& one : changes) {
            if (one.way != 0) {
                write(one, 0, one.code, one.way);
            }
        }
    }
#else
    template <class Trap, class Fail>
    static void change_jumps(const std::vector<site*>&, bool, code_writer&, Trap, Fail) {}
#endif

#if defined(USDTPP_DETAIL_HAS_JUMPS)
    // Has a jump of ours, whose first byte is a tracer's meanwhile.
    static bool is_under_a_tracer(const site& at) noexcept {
        const auto behind = at.address + sizeof nop;
        code_byte covered[jump_size];
        std::copy(at.jump, at.jump + jump_size, covered);
        covered[0] = tracers_breakpoint[0];
        return is_at(covered, behind);
    }
    // Only the binary knows that the ten bytes behind the nop are the probe's: assemblers fill up code with the same.
    bool can_jump(site& at) {
        const auto behind = at.address + sizeof nop;
        if (at.jumps && is_in_place(at)) {
            return true;
        }
        // Where another engine has its jump there is a nop before it, still.
        if (!at.note.has_long_nop || !is_long_nop(static_cast<const volatile code_byte*>(code_at(behind)))) {
            return false;
        }
        if (!stubs_.give_stub(at)) {
            return false;
        }
        const volatile auto* from = code_at(behind);
        std::copy(from, from + jump_size, at.long_nop);
        std::copy(at.long_nop, at.long_nop + jump_size, at.jump);
        write_jump(at.jump, at.stub, at.stub_pointer, behind);
        return true;
    }

    stub_maker stubs_;
#endif
    trap_handler traps_;
};

} // namespace usdtpp::detail::attach

#endif
