// Probes in code that two translation units have in common. The linker keeps one of each, and their values are the same
// from wherever they fire.
// An expectation stands on the line of its probe:
// clang-format off
#ifndef USDTPP_TESTS_CASES_NEIGHBOURS_PLACES_HPP
#define USDTPP_TESTS_CASES_NEIGHBOURS_PLACES_HPP

#include <usdtpp/usdtpp.hpp>

template <class T>
class [[maybe_unused]] templated {
public:
    [[gnu::noinline]] static T function(T value) {
        PROBE(places, static_member_of_template, value, sizeof(T)); // expect: -2=-21, 8=2
        return value;
    }
    static int member;
};
template <class T>
int templated<T>::member = [] {
    PROBE(places, static_data_member_of_template, sizeof(T)); // expect: 8=2
    return 5;
}();

inline int inline_variable = [] {
    PROBE(places, inline_variable, "inline"); // expect: 8="inline"
    return 6;
}();

struct with_default {
    int value = 7;
    int member = [this] {
        PROBE(places, default_member_initialiser, value); // expect: -4=7
        return 8;
    }();
};

class with_friend {
public:
    explicit with_friend(int value) noexcept : value_(value) {}
    friend int look_into(const with_friend& one) {
        PROBE(places, inline_friend, one.value_); // expect: -4=9
        return one.value_;
    }
    int operator()(int more) const {
        PROBE(places, call_operator, value_, more); // expect: -4=9, -4=1
        return value_ + more;
    }
    explicit operator bool() const {
        PROBE(places, conversion_operator, value_ != 0); // expect: 1=1
        return value_ != 0;
    }
    with_friend& operator+=(int more) {
        PROBE(places, compound_assignment, this->value_, more); // expect: -4=9, -4=2
        value_ += more;
        return *this;
    }

private:
    int value_;
};

inline auto deduced(int value) {
    PROBE(places, deduced_return, value); // expect: -4=10
    return value * 2L;
}

inline int once() {
    static const int value = [] {
        PROBE(places, static_local, true); // expect: 1=1
        return 11;
    }();
    return value;
}

// The vtable, and all that is in it, belongs to the file that defines the key function.
class shape {
public:
    shape() = default;
    shape(const shape&) = delete;
    shape& operator=(const shape&) = delete;
    virtual ~shape();
    virtual int inlined(int value) const {
        PROBE(places, virtual_inline, value); // expect: -4=12
        return value;
    }
    virtual int key(int value) const;
};

// All that stands above, used.
inline int use_all_of_them() {
    with_friend one(9);
    int sum = templated<short>::function(-21) + templated<short>::member + inline_variable + with_default().member;
    sum += look_into(one) + one(1) + (one ? 1 : 0);
    one += 2;
    return sum + static_cast<int>(deduced(10)) + once() + shape().inlined(12);
}

int other_file();

#endif
