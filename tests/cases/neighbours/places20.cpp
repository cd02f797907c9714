// Places that are new in C++20, each with the value that a tracer must read there.
// An expectation stands on the line of its probe:
// clang-format off
#if defined(__clang__) && !defined(__cpp_impl_coroutine)
#define __cpp_impl_coroutine 201902L // clang before 17 has them, but libstdc++ does not believe it
#endif
#include <coroutine>
#include <cstdio>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>

#include <usdtpp/usdtpp.hpp>

// A coroutine that runs until it awaits, and then whenever it is resumed.
class task {
public:
    struct promise_type {
        task get_return_object() {
            PROBE(places20, get_return_object, 1); // expect: -4=1
            return task(std::coroutine_handle<promise_type>::from_promise(*this));
        }
        std::suspend_never initial_suspend() const noexcept {
            return {};
        }
        std::suspend_always final_suspend() const noexcept {
            PROBE(places20, final_suspend); // expect: none
            return {};
        }
        void return_value(int returned) {
            PROBE(places20, return_value, returned); // expect: -4=12
            value = returned;
        }
        std::suspend_always yield_value(int yielded) {
            PROBE(places20, yield_value, yielded); // expect: -4=11
            return {};
        }
        void unhandled_exception() {
            std::terminate();
        }
        int value = 0;
    };
    task(task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    task& operator=(task&&) = delete;
    ~task() {
        if (handle_) {
            handle_.destroy();
        }
    }
    void resume() const {
        handle_.resume();
    }
    int value() const {
        return handle_.promise().value;
    }

private:
    explicit task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    std::coroutine_handle<promise_type> handle_;
};

struct number {
    bool await_ready() const noexcept {
        return false;
    }
    void await_suspend(std::coroutine_handle<> waiting) const {
        PROBE(places20, await_suspend, waiting.done()); // expect: 1=0
    }
    int await_resume() const noexcept {
        return 7;
    }
};

class goodbye {
public:
    explicit goodbye(int value) noexcept : value_(value) {}
    goodbye(const goodbye&) = delete;
    goodbye& operator=(const goodbye&) = delete;
    ~goodbye() {
        PROBE(places20, destroyed_with_the_frame, value_); // expect: -4=4
    }

private:
    int value_;
};

// What is used on both sides of an await lives in the frame: numbers, arrays, parameters, strings.
static task coroutine(int first, std::string text) {
    const goodbye end(first + 1);
    int numbers[2] = {first, 0};
    PROBE(places20, before_await, first, text, &numbers[0]); // expect: -4=3, 8="text", 8*=3
    const int got = co_await number{};
    numbers[0] += got;
    text += ", and more";
    PROBE(places20, after_await, first, text, &numbers[0], got); // expect: -4=3, 8="text, and more", 8*=10, -4=7
    PROBE_IF_ENABLED(places20, enabled_after_await, numbers[0]); // expect: -4=10
    co_yield numbers[0] + 1;
    for (int i = 0; i != 1; ++i) {
        co_await number{};
        PROBE(places20, in_a_loop, i, numbers[0]); // expect: -4=0, -4=10
    }
    PROBE(places20, awaited, co_await number{}, text + "!"); // expect: -4=7, 8="text, and more!"
    PROBE(places20, last, text.c_str()); // expect: 8="text, and more"
    co_return numbers[0] + 2;
}

static constexpr int constant_or_not(int value) {
    if (!std::is_constant_evaluated()) {
        PROBE(places20, constexpr_function, value); // expect: -4=5
    }
    return value + 1;
}
static_assert(constant_or_not(1) == 2);

struct constexpr_constructor {
    constexpr explicit constexpr_constructor(int start) : value(start) {
        if (!std::is_constant_evaluated()) {
            PROBE(places20, constexpr_constructor, value); // expect: -4=6
        }
    }
    int value;
};
static_assert(constexpr_constructor(2).value == 2);

static int concepts(std::integral auto value) {
    PROBE(places20, abbreviated_template, value); // expect: -8=8
    return static_cast<int>(value);
}

template <auto Value>
static int of_a_value() {
    return [] <class T>(T value) {
        if constexpr (std::is_same_v<decltype(Value), char>) {
            PROBE(places20, template_lambda, value, Value); // expect: -4=9, -1=120
            return value;
        } else {
            return Value(value);
        }
    }(9);
}

// A coroutine could be among the arguments of these probes.
using of_type = decltype([](int value) {
    PROBE(places20, lambda_in_decltype, value, value % 12); // expect: -4=13, -4=1
    return value;
});

int main(int count, char**) {
    std::getchar(); // a tracer attaches meanwhile
    const task running = coroutine(count + 2, "text");
    running.resume();
    running.resume();
    running.resume();
    running.resume();
    int sum = running.value() + constant_or_not(count + 4) + constexpr_constructor(count + 5).value;
    sum += of_type{}(count + 12) + of_a_value<[](int value) {
        PROBE(places20, lambda_as_argument, value); // expect: -4=9
        return value;
    }>();
    sum += concepts(count + 7L) + of_a_value<'x'>();
    std::printf("%d\n", sum);
}
