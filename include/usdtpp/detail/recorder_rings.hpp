// The memory of a recorder: a ring of records for each thread.
//
// A position is the number of bytes that were written before it. Where a record begins at the end of a ring it goes on
// behind that, into memory that nothing else uses; the next record begins as far into the ring. Behind that is room for
// the reader's copy of one record.
#ifndef USDTPP_DETAIL_RECORDER_RINGS_HPP
#define USDTPP_DETAIL_RECORDER_RINGS_HPP

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string>
#include <system_error>

#include <sys/mman.h>

#include <usdtpp/detail/attach_machine.hpp>

namespace usdtpp::detail::recording {

// A record is a number of words: these, a value for each argument, and for each text that is there its length and its
// bytes.
enum record_word : unsigned {
    size_and_thread, // in bytes; the thread's id in the upper half
    time_word,       // ticks, or with is_nanoseconds those of CLOCK_MONOTONIC
    site_word,
    index_word, // how many records were before it in its ring
    first_value
};
constexpr std::uint64_t word_size = sizeof(std::uint64_t);
constexpr std::uint64_t is_nanoseconds = std::uint64_t{1} << 63;
constexpr std::uint64_t text_is_cut = std::uint64_t{1} << 63; // of its length
constexpr std::uint32_t most_arguments = 12;

struct alignas(128) ring_control {
    // Written by the thread.
    std::uint64_t head = 0;        // up to where there are records
    std::uint64_t tail = 0;        // from where: if it does not overwrite, as it last knew
    std::uint64_t count = 0;       // of records before head
    std::uint64_t overwritten = 0; // of those, before tail
    std::uint64_t full = 0;        // events for which there was no room
    std::uint64_t nested = 0;      // events that came while the thread was at a probe
    // Written by the reader.
    alignas(128) std::uint64_t read = 0; // up to where it is done
    std::uint64_t next = 0;              // how many records were before that, or `lost` and then read
    std::uint64_t lost = 0;              // records that were overwritten before they were read
};

class rings {
public:
    rings(std::size_t ring_size, std::size_t ring_count, std::size_t string_bytes)
        : threads(static_cast<std::uint32_t>(ring_count)), text_bytes(string_bytes),
          argument_room(2 * word_size + round_up(string_bytes, word_size)),
          most_in_record(first_value * word_size + most_arguments * argument_room) {
        constexpr std::uint64_t page = 4096;
        std::uint64_t capacity = page;
        while (capacity < ring_size || capacity < 4 * most_in_record) {
            capacity *= 2;
        }
        mask = capacity - 1;
        stride = round_up(capacity + 2 * most_in_record, page);
        const auto all_controls = round_up(ring_count * sizeof(ring_control), page);
        size_ = all_controls + ring_count * stride;
        auto* memory =
            ::mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (memory == MAP_FAILED) {
            throw std::system_error(errno, std::generic_category(),
                                    "usdtpp: a recorder's " + std::to_string(size_) + " bytes");
        }
        controls = static_cast<ring_control*>(memory); // zeros, as new ones would be
        data = static_cast<unsigned char*>(memory) + all_controls;
    }
    rings(const rings&) = delete;
    rings& operator=(const rings&) = delete;
    ~rings() {
        ::munmap(controls, size_);
    }

    USDTPP_DETAIL_UNSANITIZED USDTPP_DETAIL_FIRING std::uint64_t* record_at(std::uint64_t ring,
                                                                            std::uint64_t position) const noexcept {
        return reinterpret_cast<std::uint64_t*>(data + ring * stride + (position & mask));
    }

    std::uint64_t* copy_at(std::uint64_t ring) const noexcept {
        return reinterpret_cast<std::uint64_t*>(data + ring * stride + mask + 1 + most_in_record);
    }
    // The calling thread is the only one, as the child of a fork has it: what was recorded and lost so far is not its
    // own. It may have been recording when it forked.
    void start_anew() noexcept {
        const auto set = [](std::uint64_t& word, std::uint64_t value) {
            __atomic_store_n(&word, value, __ATOMIC_RELAXED);
        };
        for (auto* one = controls; one != controls + threads; ++one) {
            if (one->head != 0 || one->full != 0 || one->nested != 0) {
                set(one->tail, one->head);
                set(one->overwritten, one->count);
                set(one->read, one->head);
                set(one->next, one->count);
                for (auto* counter : {&one->full, &one->nested, &one->lost}) {
                    set(*counter, 0);
                }
            }
        }
        set(without_ring, 0);
    }

    ring_control* controls = nullptr;
    unsigned char* data = nullptr;
    std::uint64_t stride = 0;
    std::uint64_t mask = 0; // of a position, for where it is in the ring
    std::uint32_t threads;
    std::uint64_t text_bytes;
    std::uint64_t argument_room; // at most, for its value and its text
    std::uint64_t most_in_record;
    alignas(128) std::uint64_t without_ring = 0; // events of threads beyond `threads`

private:
    static constexpr std::uint64_t round_up(std::uint64_t size, std::uint64_t to) noexcept {
        return (size + to - 1) / to * to;
    }
    std::uint64_t size_ = 0;
};

} // namespace usdtpp::detail::recording

#endif
