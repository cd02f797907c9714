// Memory that a tracer reads when a probe fires, by each way that leads to it. After each probe it is something else, so
// an optimiser may think that what was there before is not needed, or may come later. `reads: 5 at ARG - 1` is what a
// tracer must read there, an int; without `at` where the first argument says. Where no argument leads to it, that is a
// number of which nobody could know that it is an address.
// clang-format off
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>

#include <usdtpp/usdtpp.hpp>

#define APART [[gnu::noinline]]

static int only_here;

namespace {

using word = std::uintptr_t;

struct record {
    int number;
    int state;
};
struct outer {
    const record* in;
};
struct outer_word {
    word in;
};

// Types of a user's own whose `get` returns an integer.
struct handle {
    const record* of;
};
struct handle_in_handle {
    handle of;
};
struct intrusive {
    using element_type = record;
    record* of;
    record* get() const noexcept {
        return of;
    }
};
enum class place : word {};
struct view {
    const int* numbers;
    const int* data() const noexcept {
        return numbers;
    }
    std::size_t size() const noexcept {
        return 3;
    }
};

template <class T>
word word_of(const T* address) {
    return reinterpret_cast<word>(address);
}

// Nobody knows what comes out of it.
template <class T>
APART T opaque(T value) {
    asm volatile("" : "+m"(value));
    return value;
}

} // namespace

template <>
struct usdtpp::probe_argument<handle> {
    static constexpr auto kind = argument_kind::pointer;
    static word get(const handle& from) noexcept {
        return word_of(from.of);
    }
};
template <>
struct usdtpp::probe_argument<handle_in_handle> {
    static const handle& get(const handle_in_handle& from) noexcept {
        return from.of;
    }
};

namespace {

APART void integer(int x) {
    record one;
    one.number = x;
    PROBE(memory, integer, USDTPP_ADDRESS(word_of(&one))); // reads: 1
    one.number = 0;
}
APART void signed_integer(int x) {
    record one;
    one.number = x;
    PROBE(memory, signed_integer, USDTPP_ADDRESS(static_cast<std::intptr_t>(word_of(&one)))); // reads: 2
    one.number = 0;
}
APART void enumeration(int x) {
    record one;
    one.number = x;
    PROBE(memory, enumeration, USDTPP_ADDRESS(static_cast<place>(word_of(&one)))); // reads: 3
    one.number = 0;
}
APART void named(int x) {
    record one;
    one.number = x;
    PROBE(memory, named, USDTPP_NAMED(record, USDTPP_ADDRESS(word_of(&one)))); // reads: 4
    one.number = 0;
}
APART void tagged(int x) {
    record one;
    one.number = x;
    PROBE(memory, tagged, USDTPP_ADDRESS(word_of(&one) | 1U)); // reads: 5 at ARG - 1
    one.number = 0;
}
APART void shifted(int x) {
    record one;
    one.number = x;
    PROBE(memory, shifted, USDTPP_ADDRESS(word_of(&one) >> 2U)); // reads: 6 at ARG << 2
    one.number = 0;
}
APART void before(int x) {
    record one;
    one.number = x;
    one.state = 0;
    PROBE(memory, before, USDTPP_ADDRESS(&one.state)); // reads: 7 at ARG - 4
    one.number = 0;
}
APART void before_integer(int x) {
    record one;
    one.number = x;
    one.state = 0;
    PROBE(memory, before_integer, USDTPP_ADDRESS(word_of(&one.state))); // reads: 31 at ARG - 4
    one.number = 0;
}
APART void own_type(int x) {
    record one;
    one.number = x;
    PROBE(memory, own_type, handle{&one}); // reads: 8
    one.number = 0;
}
APART void own_type_in_own_type(int x) {
    record one;
    one.number = x;
    PROBE(memory, own_type_in_own_type, handle_in_handle{{&one}}); // reads: 9
    one.number = 0;
}
APART void smart_pointer(int x) {
    record one;
    one.number = x;
    PROBE(memory, smart_pointer, intrusive{&one}, USDTPP_ADDRESS(intrusive{&one})); // reads: 10
    one.number = 0;
}
APART void two_levels(int x) {
    record one;
    one.number = x;
    outer_word all;
    all.in = word_of(&one);
    PROBE(memory, two_levels, USDTPP_ADDRESS(word_of(&all))); // reads: 11 at *(long*)ARG
    one.number = 0;
}
APART void two_levels_of_pointers(int x) {
    record one;
    one.number = x;
    outer all;
    all.in = &one;
    PROBE(memory, two_levels_of_pointers, &all); // reads: 12 at *(long*)ARG
    one.number = 0;
}
APART void restricted(record* __restrict one, int x) {
    one->number = x;
    PROBE(memory, restricted, USDTPP_ADDRESS(word_of(one))); // reads: 13
    one->number = 0;
}
APART void reference(record& one, int x) {
    one.number = x;
    PROBE(memory, reference, USDTPP_ADDRESS(word_of(&one))); // reads: 14
    one.number = 0;
}
APART void heap(int x) {
    const auto one = std::make_unique<record>();
    one->number = x;
    PROBE(memory, heap, USDTPP_ADDRESS(word_of(one.get()))); // reads: 15
    one->number = 0;
}
inline void into_caller(const record* one) {
    PROBE(memory, into_caller, USDTPP_ADDRESS(word_of(one))); // reads: 16
}
APART void caller(int x) {
    record one;
    one.number = x;
    into_caller(&one);
    one.number = 0;
}
struct object {
    int number;
    APART void method(int x) {
        number = x;
        PROBE(memory, method, USDTPP_ADDRESS(word_of(this))); // reads: 17
        number = 0;
    }
};
APART void only_if_enabled(int x) {
    record one;
    one.number = x;
    PROBE_IF_ENABLED(memory, only_if_enabled, USDTPP_ADDRESS(word_of(&one))); // reads: 18
    one.number = 0;
}

// Functions that GCC does not inline: it tells their callers what they read.
int static_number;

APART void callee(const record& one) {
    PROBE(memory, callee, &one); // reads: 41
}
APART void caller_of_callee(int x) {
    record one;
    one.number = x;
    callee(one);
    one.number = 0;
}
APART void second_pointer(const record* second, const record* first) {
    PROBE(memory, second_pointer, second, first); // reads: 42
}
APART void first_pointer(const record* second, const record* first) {
    PROBE(memory, first_pointer, first, second); // reads: 43
}
APART void caller_of_two(int x) {
    record one, two;
    one.number = x;
    two.number = x + 1;
    second_pointer(&one, &two);
    one.number = x;
    two.number = x + 1;
    first_pointer(&one, &two);
    one.number = two.number = 0;
}
APART void behind_callee(const record* one) {
    PROBE(memory, behind_callee, &one->state); // reads: 44 at ARG - 4
}
APART void caller_of_behind(int x) {
    record one;
    one.number = x;
    one.state = 0;
    behind_callee(&one);
    one.number = 0;
}
APART void callee_if_enabled(const record* one) {
    PROBE_IF_ENABLED(memory, callee_if_enabled, one); // reads: 45
}
APART void caller_if_enabled(int x) {
    record one;
    one.number = x;
    callee_if_enabled(&one);
    one.number = 0;
}
APART void sized_callee(const view& one) {
    PROBE(memory, sized_callee, USDTPP_SIZED(one)); // reads: 46
}
APART void caller_of_sized(int x) {
    int numbers[3];
    numbers[0] = x;
    sized_callee(view{numbers});
    numbers[0] = 0;
}
APART void callee_of_address(word one) {
    PROBE(memory, callee_of_address, USDTPP_ADDRESS(one)); // reads: 47
}
APART void caller_of_address(int x) {
    record one;
    one.number = x;
    callee_of_address(word_of(&one));
    one.number = 0;
}
APART void callee_of_static() {
    PROBE(memory, callee_of_static, &static_number); // reads: 48
}
APART void caller_of_static(int x) {
    static_number = x;
    callee_of_static();
    static_number = 0;
}
APART void callee_of_heap(const record* one) {
    PROBE(memory, callee_of_heap, one); // reads: 49
}
APART void caller_of_heap(int x) {
    auto* one = new record{x, 0};
    callee_of_heap(one);
    delete one;
}
APART void callee_by_levels(const outer* all) {
    PROBE(memory, callee_by_levels, all); // reads: 50 at *(long*)ARG
}
APART void caller_by_levels(int x) {
    record one;
    one.number = x;
    const outer all{&one};
    callee_by_levels(&all);
    one.number = 0;
}

// What no argument leads to.
int number;
int table[3];
thread_local int per_thread;

APART void global(word address, int x) {
    number = x;
    USDTPP_FENCE();
    PROBE(memory, global, address); // reads: 21
    number = 0;
}
APART void global_array(word address, int x, unsigned i) {
    table[i] = x;
    USDTPP_FENCE();
    PROBE(memory, global_array, address); // reads: 22 at ARG + 4
    table[i] = 0;
}
APART void thread_local_number(word address, int x) {
    per_thread = x;
    USDTPP_FENCE();
    PROBE(memory, thread_local_number, address); // reads: 23
    per_thread = 0;
}
APART void member(record& one, word address, int x) {
    one.state = x;
    USDTPP_FENCE();
    PROBE(memory, member, address); // reads: 24
    one.state = 0;
}
APART void in_loop(record& one, word address, int x) {
    for (int i = 0; i != x; ++i) {
        one.state = i;
        USDTPP_FENCE();
        if (i == 25) {
            PROBE(memory, in_loop, address); // reads: 25
        }
    }
}
APART void file_static(int x) { // whose address nobody takes
    only_here = x;
    USDTPP_FENCE();
    PROBE(memory, file_static, x); // reads: 28 at (long)&only_here
    only_here = 0;
}
APART void restricted_member(record* __restrict one, int x) { // another way than by `one` there is not
    one->state = x;
    USDTPP_FENCE();
    PROBE(memory, restricted_member, one); // reads: 29 at ARG + 4
    one->state = 0;
}
APART void as_part_of_an_expression(word address, int x) {
    number = x;
    PROBE(memory, as_part_of_an_expression, (USDTPP_FENCE(), address)); // reads: 26
    number = 0;
}
APART void only_if_enabled_and_fenced(record& one, word address, int x) {
    one.state = x;
    if (PROBE_ENABLED(memory, only_if_enabled_and_fenced)) {
        USDTPP_FENCE();
        PROBE(memory, only_if_enabled_and_fenced, address); // reads: 27
    }
    one.state = 0;
}

} // namespace

int main() {
    for (char line[80]; std::fgets(line, sizeof line, stdin) != nullptr;) {
        integer(opaque(1));
        signed_integer(opaque(2));
        enumeration(opaque(3));
        named(opaque(4));
        tagged(opaque(5));
        shifted(opaque(6));
        before(opaque(7));
        before_integer(opaque(31));
        own_type(opaque(8));
        own_type_in_own_type(opaque(9));
        smart_pointer(opaque(10));
        two_levels(opaque(11));
        two_levels_of_pointers(opaque(12));
        record one{};
        restricted(&one, opaque(13));
        reference(one, opaque(14));
        heap(opaque(15));
        caller(opaque(16));
        object that{};
        that.method(opaque(17));
        only_if_enabled(opaque(18));
        caller_of_callee(opaque(41));
        caller_of_two(opaque(42));
        caller_of_behind(opaque(44));
        caller_if_enabled(opaque(45));
        caller_of_sized(opaque(46));
        caller_of_address(opaque(47));
        caller_of_static(opaque(48));
        opaque(static_number);
        caller_of_heap(opaque(49));
        caller_by_levels(opaque(50));
        global(opaque(word_of(&number)), opaque(21));
        global_array(opaque(word_of(table)), opaque(22), opaque(1U));
        thread_local_number(opaque(word_of(&per_thread)), opaque(23));
        member(one, opaque(word_of(&one.state)), opaque(24));
        in_loop(one, opaque(word_of(&one.state)), opaque(30));
        file_static(opaque(28));
        opaque(only_here);
        restricted_member(&one, opaque(29));
        as_part_of_an_expression(opaque(word_of(&number)), opaque(26));
        only_if_enabled_and_fenced(one, opaque(word_of(&one.state)), opaque(27));
    }
}
