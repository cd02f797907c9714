// What a recorder does when a probe fires. Vector registers are not saved then, so nothing here calls a function that
// could use them: words are stored one by one, by builtins that a compiler does not make a memcpy of.
//
// Memory order, between the thread that writes a ring and the one that reads it:
// - Records before `head` are there for who reads `head`: release and acquire. aarch64 has stlr and ldar for it, on
//   x86-64 each store and load is one.
// - Without overwriting, the writer uses again what is before `read`: release by the reader, behind its loads, and
//   acquire by the writer, before its stores.
// - With it, the writer moves `tail` over whole records, then has a release fence, and only then writes over them. The
//   reader copies a record, then has an acquire fence, and only then looks whether `tail` has passed it. If the copy
//   has a word that was written over, those two fences synchronise, and the reader sees that `tail`. All words are
//   loaded and stored as atomics. On x86-64 both fences are the compiler's only: the processor keeps stores, and loads,
//   in their order. On aarch64 they are dmb.
#ifndef USDTPP_DETAIL_RECORDER_WRITE_HPP
#define USDTPP_DETAIL_RECORDER_WRITE_HPP

#include <cstdint>

#include <usdtpp/detail/attach_operands.hpp>
#include <usdtpp/detail/attach_site.hpp>
#include <usdtpp/detail/recorder_clock.hpp>
#include <usdtpp/detail/recorder_rings.hpp>

#define USDTPP_DETAIL_RECORDING USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_FIRING

namespace usdtpp::detail::recording {

USDTPP_DETAIL_RECORDING inline void store(std::uint64_t* to, std::uint64_t word) noexcept {
    __atomic_store_n(to, word, __ATOMIC_RELAXED);
}
// For counters that one thread writes and others read; a signal handler of that thread may come in between.
USDTPP_DETAIL_RECORDING inline void count_one(std::uint64_t& counter) noexcept {
    __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
}

// Eight bytes of a text, of which `there` belong to it, or all up to a NUL. What is behind that may be anything. Memory
// ends at the end of a page only.
template <bool IsSized>
USDTPP_DETAIL_RECORDING inline std::uint64_t text_word(const unsigned char* at, std::uint64_t there) noexcept {
    constexpr std::uint64_t page = 4096; // or a multiple of it
    std::uint64_t word = 0;
    if (__builtin_expect((reinterpret_cast<std::uint64_t>(at) & (page - 1)) <= page - word_size, 1)) {
        __builtin_memcpy(&word, at, word_size);
        return word;
    }
    for (unsigned i = 0; i != word_size && (!IsSized || i != there); ++i) {
        const std::uint64_t byte = *static_cast<const volatile unsigned char*>(at + i);
        word |= byte << 8 * i;
        if (!IsSized && byte == 0) {
            break;
        }
    }
    return word;
}

// Its length, of which no more than `most` is there, and where the next one goes.
USDTPP_DETAIL_RECORDING inline std::uint64_t* end_text(std::uint64_t* to, std::uint64_t length,
                                                       std::uint64_t most) noexcept {
    if (__builtin_expect(length > most, 0)) {
        store(to, most | text_is_cut);
        length = most;
    } else {
        store(to, length);
    }
    return to + 1 + (length + word_size - 1) / word_size;
}

// Writes its length and its bytes, and returns where the next one goes. This and write_record() are inlined, whatever
// the compiler's own measure: each call would take ten instructions more.
USDTPP_DETAIL_RECORDING __attribute__((always_inline)) inline std::uint64_t*
write_string(std::uint64_t* to, std::uint64_t address, std::uint64_t most) noexcept {
    const auto* from = reinterpret_cast<const unsigned char*>(address); // NOLINT(performance-no-int-to-ptr)
    auto* word_at = to + 1;
    for (std::uint64_t copied = 0; copied < most; copied += word_size) {
        const auto word = text_word<false>(from + copied, word_size);
        store(word_at++, word);
        const auto zeros = (word - 0x0101010101010101U) & ~word & 0x8080808080808080U;
        if (zeros != 0) { // the lowest bit is in the first byte that is zero
            return end_text(to, copied + static_cast<unsigned>(__builtin_ctzll(zeros)) / 8, most);
        }
    }
    const bool is_longer = static_cast<const volatile unsigned char*>(from)[most] != 0;
    return end_text(to, is_longer ? most + 1 : most, most);
}
USDTPP_DETAIL_RECORDING __attribute__((noinline)) inline std::uint64_t*
write_sized_string(std::uint64_t* to, std::uint64_t address, std::uint64_t size, std::uint64_t most) noexcept {
    const auto* from = reinterpret_cast<const unsigned char*>(address); // NOLINT(performance-no-int-to-ptr)
    const auto there = size < most ? size : most;
    for (std::uint64_t copied = 0; copied < there; copied += word_size) {
        store(to + 1 + copied / word_size, text_word<true>(from + copied, there - copied));
    }
    return end_text(to, size, most);
}

// The value that an operand has beyond those that are all of a register; 0 if it cannot be read.
USDTPP_DETAIL_RECORDING __attribute__((noinline)) inline std::uint64_t
other_value(const attach::value_operand& operand, const attach::registers& from, const void* vectors) noexcept {
    std::uint64_t value = 0;
    return attach::read_value(operand, from, vectors, value) ? value : 0;
}
USDTPP_DETAIL_RECORDING inline std::uint64_t value_of(const attach::value_operand& operand,
                                                      const attach::registers& from, const void* vectors) noexcept {
    return __builtin_expect(operand.is_whole, 1) ? from.general[operand.base] : other_value(operand, from, vectors);
}

// Whether there is room for a record of that size behind `head`.
template <bool Overwrites>
USDTPP_DETAIL_RECORDING inline bool make_room(const rings& all, std::uint64_t ring, ring_control& own,
                                              std::uint64_t size) noexcept {
    const auto capacity = all.mask + 1;
    const auto end = own.head + size;
    auto tail = own.tail;
    if (__builtin_expect(end - tail <= capacity, 1)) {
        return true;
    }
    if constexpr (Overwrites) {
        auto overwritten = own.overwritten;
        do {
            tail += static_cast<std::uint32_t>(*all.record_at(ring, tail));
            ++overwritten;
        } while (end - tail > capacity);
        store(&own.overwritten, overwritten);
        store(&own.tail, tail);
        __atomic_thread_fence(__ATOMIC_RELEASE);
        return true;
    } else {
        tail = __atomic_load_n(&own.read, __ATOMIC_ACQUIRE);
        store(&own.tail, tail);
        return end - tail <= capacity;
    }
}

// There must be a ring for the slot.
template <bool Overwrites>
USDTPP_DETAIL_RECORDING __attribute__((always_inline)) inline void
write_record(rings& all, std::uint64_t time, const attach::site& at, const attach::registers& from, const void* vectors,
             const attach::thread_slot& slot) noexcept {
    const std::uint64_t ring = slot.number;
    auto& own = all.controls[ring];
    const auto count = at.operand_count < most_arguments ? at.operand_count : most_arguments;
    if (__builtin_expect(!make_room<Overwrites>(all, ring, own, first_value * word_size + count * all.argument_room),
                         0)) {
        count_one(own.full);
        return;
    }
    const auto head = own.head;
    const auto index = own.count;
    auto* record = all.record_at(ring, head);
    auto* value_at = record + first_value;
    auto* text_at = value_at + count;
    const auto* operand = at.first_operand;
    for (const auto* end = operand + count; operand != end; ++operand) {
        const auto value = value_of(*operand, from, vectors);
        store(value_at++, value);
        const auto kind = operand->kind;
        if (kind == argument_kind::string && value != 0) {
            text_at = write_string(text_at, value, all.text_bytes);
        } else if (kind == argument_kind::sized_string && value != 0) {
            const bool has_size = operand + 1 != at.first_operand + at.operand_count;
            const auto size = has_size ? value_of(operand[1], from, vectors) : 0;
            text_at = write_sized_string(text_at, value, size, all.text_bytes);
        }
    }
    const auto size = static_cast<std::uint64_t>(text_at - record) * word_size;
    store(record + size_and_thread, size | static_cast<std::uint64_t>(slot.thread) << 32);
    store(record + time_word, time);
    store(record + site_word, reinterpret_cast<std::uint64_t>(&at));
    store(record + index_word, index);
    store(&own.count, index + 1);
    __atomic_store_n(&own.head, head + size, __ATOMIC_RELEASE);
}

// By the clock, and where the thread may not read the processor's counter by its system call.
template <bool Overwrites>
USDTPP_DETAIL_RECORDING __attribute__((noinline)) inline void
record_at(std::uint64_t now, rings& all, const attach::site& at, const attach::registers& from, const void* vectors,
          const attach::thread_slot& slot) noexcept {
    if (slot.number >= all.threads) {
        count_one(all.without_ring);
        return;
    }
    write_record<Overwrites>(all, now | is_nanoseconds, at, from, vectors, slot);
}
template <bool Overwrites>
USDTPP_DETAIL_RECORDING __attribute__((noinline)) inline void
record_without_counter(rings& all, const attach::site& at, const attach::registers& from, const void* vectors,
                       const attach::thread_slot& slot) noexcept {
    record_at<Overwrites>(attach::monotonic_time_of_kernel(), all, at, from, vectors, slot);
}

// subscription::record, by ticks; and where they are not steady, with vector registers saved, by the clock.
template <bool Overwrites>
USDTPP_DETAIL_RECORDING inline void record_by_ticks(void* context, const attach::site& at,
                                                    const attach::registers& from, const void* vectors,
                                                    attach::thread_slot& slot) noexcept {
    auto& all = *static_cast<rings*>(context);
    if (__builtin_expect(slot.ring >= all.threads, 0)) { // there is none, or the thread may not read the counter
        record_without_counter<Overwrites>(all, at, from, vectors, slot);
        return;
    }
    write_record<Overwrites>(all, ticks(), at, from, vectors, slot);
}
template <bool Overwrites>
inline void record_by_clock(void* context, const attach::site& at, const attach::registers& from, const void* vectors,
                            attach::thread_slot& slot) noexcept {
    record_at<Overwrites>(attach::monotonic_time(slot), *static_cast<rings*>(context), at, from, vectors, slot);
}

// subscription::missed
USDTPP_DETAIL_RECORDING inline void count_nested(void* context, attach::thread_slot& slot) noexcept {
    auto& all = *static_cast<rings*>(context);
    count_one(slot.number < all.threads ? all.controls[slot.number].nested : all.without_ring);
}

} // namespace usdtpp::detail::recording

#endif
