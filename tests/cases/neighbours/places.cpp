// Every place where a statement can stand, each with the value that a tracer must read there.
// An expectation stands on the line of its probe:
// clang-format off
#include <cstdio>
#include <stdexcept>
#include <string>

#include "places.hpp"

// Opaque to the optimiser.
template <class T>
[[gnu::noinline]] static T opaque(T value) {
    asm volatile("" : "+m"(value));
    return value;
}

namespace outer::inner {
static void function(int value) {
    PROBE(places, nested_namespace, value); // expect: -4=31
}
} // namespace outer::inner

namespace {
void in_anonymous(int value) {
    PROBE(places, anonymous_namespace, value); // expect: -4=32
}
} // namespace

inline namespace version_1 {
void in_inline_namespace(int value) {
    PROBE(places, inline_namespace, value); // expect: -4=33
}
} // namespace version_1

// A namespace of these names must not be taken for the library's own, nor for the standard's.
namespace company {
namespace usdtpp {
namespace detail {
struct operands {};
} // namespace detail
} // namespace usdtpp
namespace std {
struct remove_pointer_t {};
} // namespace std
static void function(int value) {
    PROBE(places, namespaces_of_the_same_name, value); // expect: -4=34
}
} // namespace company

static int not_throwing(int value) noexcept {
    PROBE(places, in_noexcept, value); // expect: -4=35
    return value;
}

static constexpr bool is_noexcept = noexcept(not_throwing(0));

extern "C" int in_c(int value) {
    PROBE(places, extern_c, value); // expect: -4=36
    return value;
}

extern "C++" {
static int in_cpp(int value) {
    PROBE(places, extern_cpp, value); // expect: -4=37
    return value;
}
}

class guard {
public:
    explicit guard(const char* name) : name_(name) {}
    guard(const guard&) = delete;
    guard& operator=(const guard&) = delete;
    ~guard() {
        PROBE(places, unwound_destructor, name_); // expect: 8="unwound"
    }

private:
    const char* name_;
};

static int exceptions(int value) {
    try {
        const guard unwound("unwound");
        if (value != 0) {
            throw std::runtime_error("thrown");
        }
    } catch (const std::runtime_error& error) {
        PROBE(places, catch_block, error.what(), value); // expect: 8="thrown", -4=38
        return 1;
    }
    return 0;
}

static int function_try_block(int value) try {
    throw value + 1;
} catch (int thrown) {
    PROBE(places, function_try_block, thrown); // expect: -4=40
    return thrown;
}

class base_that_throws {
public:
    explicit base_that_throws(int value) {
        throw value;
    }
};
class constructor_try_block : base_that_throws {
public:
    explicit constructor_try_block(int value) try : base_that_throws(value) {
    } catch (int thrown) {
        PROBE(places, constructor_try_block, thrown); // expect: -4=41
    }
};

static int branches(int value) {
    switch (value)
    case 42:
        PROBE(places, naked_case, value); // expect: -4=42
    switch (value) {
    case 1:
        PROBE(never, fires, value); // expect: -4=0
        break;
    default:
        PROBE(places, default_case, value); // expect: -4=42
    }
    if (value == 42)
        PROBE(places, if_without_braces, value); // expect: -4=42
    else
        PROBE(never, fires, value); // expect: -4=0
    // The else belongs to the inner if, were the probe not one statement it would not.
    bool other = false;
    if (value == 42)
        if (value == 43)
            PROBE(never, fires, value); // expect: -4=0
        else
            PROBE(places, dangling_else, value); // expect: -4=42
    else
        other = true;
    if (value == 43)
        PROBE_IF_ENABLED(never, fires, value); // expect: -4=0
    else
        PROBE_IF_ENABLED(places, else_if_enabled, value); // expect: -4=42
    for (int i = 0; i != 1; ++i)
        PROBE(places, for_body, i); // expect: -4=0
    int count = 1;
    while (count-- != 0)
        PROBE(places, while_body, count); // expect: -4=0
    do
        PROBE(places, do_body, count); // expect: -4=-1
    while (false);
    goto label;
label:
    PROBE(places, labelled, value); // expect: -4=42
    return other ? 1 : 0;
}

static int lambdas(int value) {
    const auto generic = [value](auto first, auto... rest) {
        PROBE(places, generic_lambda, first, value, sizeof...(rest)); // expect: -2=3, -4=43, 8=2
        return value;
    };
    // A probe among the arguments of a probe fires first.
    PROBE(places, around_a_probe, [&] { // expect: -4=44
        PROBE(places, within_a_probe, value); // expect: -4=43
        return value + 1;
    }());
    return generic(static_cast<short>(3), 4, 5);
}

static thread_local int per_thread = [] {
    PROBE(places, thread_local_initialiser, 45); // expect: -4=45
    return 45;
}();

class global_object {
public:
    explicit global_object(int value) : value_(value) {
        PROBE(places, global_constructor, value_); // expect: -4=46
    }
    ~global_object() {
        PROBE(places, global_destructor, value_); // expect: -4=46
    }

private:
    int value_;
};
static const global_object global(opaque(46));

shape::~shape() = default;
int shape::key(int value) const {
    PROBE(places, key_function, value); // expect: -4=47
    return value;
}

template <class... T>
static int counted(const T&... values) {
    PROBE(places, size_of_a_pack, sizeof...(values)); // expect: 8=3
    PROBE(places, folded, (values + ...)); // expect: -4=6
    return static_cast<int>(sizeof...(values));
}

struct local_types {
    template <class T>
    static void in_local(T value) {
        PROBE(places, of_a_local_type, value); // expect: 4=1
    }
};

int main(int count, char** arguments) {
    PROBE(places, main_itself, count, arguments[count]); // expect: -4=1, 8=0
    enum local { zero, one };
    local_types::in_local(opaque(one));
    outer::inner::function(opaque(31));
    in_anonymous(opaque(32));
    in_inline_namespace(opaque(33));
    company::function(opaque(34));
    int sum = not_throwing(opaque(35)) + in_c(opaque(36)) + in_cpp(opaque(37));
    sum += exceptions(opaque(38)) + function_try_block(opaque(39));
    try {
        const constructor_try_block thrown(opaque(41));
    } catch (int) {
        ++sum;
    }
    sum += branches(opaque(42)) + lambdas(opaque(43)) + opaque(per_thread) + counted(1, 2, 3);
    const shape* object = opaque(new shape);
    sum += object->key(opaque(47));
    delete object;
    sum += use_all_of_them() - other_file() + is_noexcept;
    std::printf("%d\n", sum);
}
