// What ends while threads are at probes: handlers, attachments, threads, and firings that are left. Each situation is
// an argument; prints "ok", or what is wrong.
#include <atomic>
#include <chrono>
#include <csetjmp>
#include <csignal>
#include <cstdio>
#include <functional>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <usdtpp/recorder.hpp>
#include <usdtpp/usdtpp.hpp>

#if defined(WITH_TRAPS)
#include <sys/sdt.h>
#define FIRE(name, value) DTRACE_PROBE1(lifetimes, name, value)
#else
#define FIRE(name, value) PROBE(lifetimes, name, value)
#endif

namespace {

using usdtpp::attach;
using usdtpp::attachment;
using usdtpp::event;

void expect(bool holds, const char* what) {
    if (!holds) {
        std::printf("not so: %s\n", what);
        std::fflush(stdout);
        std::_Exit(1);
    }
}

[[gnu::noinline]] void fire(int value) {
    FIRE(one, value);
}
[[gnu::noinline]] void fire_other(int value) {
    FIRE(other, value);
}
[[gnu::noinline]] void below(int depth, const std::function<void()>& use) {
    volatile char frame[1024];
    frame[0] = 1;
    depth == 0 ? use() : below(depth - 1, use);
    frame[1] = frame[0];
}

// A handler ends others of its probe, those that come behind it and those that were called before.
void handler_detaches_others() {
    attachment before;
    attachment behind;
    int calls = 0;
    before = attach("lifetimes:one", [&](const event&) { ++calls; });
    const auto own = attach("lifetimes:one", [&](const event&) {
        before.detach();
        behind.detach();
    });
    behind = attach("lifetimes:one", [&](const event&) { expect(false, "what was detached is not called"); });
    fire(1);
    fire(2);
    expect(calls == 1, "the one before was called once");
}

// A handler attaches and detaches on its own probe, while other threads fire it.
void handler_attaches_to_its_probe() {
    std::atomic<bool> done{false};
    std::atomic<long> calls{0};
    const auto own = attach("lifetimes:one", [&](const event&) {
        auto another = attach("lifetimes:one", [&](const event&) { ++calls; });
        auto text = std::make_shared<std::string>(100, 'x');
        auto third = attach("lifetimes:*", [&, text](const event&) { calls += static_cast<long>(text->size()); });
    });
    std::vector<std::thread> threads;
    for (int i = 0; i != 3; ++i) {
        threads.emplace_back([&] {
            while (!done) {
                fire(1);
            }
        });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(500));
    done = true;
    for (auto& one : threads) {
        one.join();
    }
}

// A handler ends its own attachment: it is called no more, and what it holds lives until it has returned.
void handler_detaches_itself() {
    attachment own;
    auto held = std::make_shared<int>(7);
    const std::weak_ptr<int> watch = held;
    int calls = 0;
    own = attach("lifetimes:one", [&, held](const event&) {
        own.detach();
        ++calls;
        expect(*held == 7, "what a handler holds is there while it runs");
    });
    held.reset();
    fire(1);
    fire(2);
    expect(calls == 1, "it was called once");
    attach("lifetimes:one", [](const event&) {}).detach();
    expect(watch.expired(), "what it held is gone");
}

// Of several attachments, each waits for its own handler only.
void detach_waits_for_its_own_handler() {
    std::mutex mutex;
    std::atomic<bool> is_inside{false};
    auto own = attach("lifetimes:one", [&](const event&) {
        is_inside = true;
        const std::lock_guard lock(mutex);
    });
    auto other = attach("lifetimes:other", [](const event&) {});
    auto same_probe = attach("lifetimes:one", [](const event&) {});
    mutex.lock();
    std::thread thread([] { fire(1); });
    while (!is_inside) {
    }
    other.detach();
    same_probe.detach();
    usdtpp::recorder recorder("lifetimes:*");
    recorder.stop();
    std::atomic<bool> is_back{false};
    std::thread detaches([&] {
        own.detach();
        is_back = true;
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    expect(!is_back, "it waits for the handler that runs");
    mutex.unlock();
    thread.join();
    detaches.join();
}

void two_handlers_detach_a_third() {
    for (int turn = 0; turn != 50; ++turn) {
        std::mutex mutex;
        auto idle = attach("lifetimes:idle", [](const event&) {});
        std::atomic<int> inside{0};
        const auto one = attach("lifetimes:*", [&](const event& fired) {
            if (fired.name() != "idle") {
                ++inside;
                while (inside != 2) {
                }
                attachment mine;
                {
                    const std::lock_guard lock(mutex);
                    mine = std::move(idle);
                }
                mine.detach();
                attach("lifetimes:idle", [](const event&) {}).detach();
            }
        });
        std::thread first([] { fire(1); });
        fire_other(1);
        first.join();
    }
}

// What a handler holds is gone when detach comes back, whatever other threads are at.
void handlers_are_destroyed_at_once() {
    std::mutex mutex;
    std::atomic<bool> is_inside{false};
    const auto busy = attach("lifetimes:one", [&](const event&) {
        is_inside = true;
        const std::lock_guard lock(mutex);
    });
    mutex.lock();
    std::thread thread([] { fire(1); });
    while (!is_inside) {
    }
    auto held = std::make_shared<int>(1);
    const std::weak_ptr<int> watch = held;
    auto own = attach("lifetimes:one", [held](const event&) {});
    held.reset();
    own.detach();
    expect(watch.expired(), "it is gone");
    mutex.unlock();
    thread.join();
}

// A thread has left a firing, from deep in its stack, and waits.
sigjmp_buf back;
void left_and_waits() {
    std::atomic<bool> has_left{false};
    std::atomic<bool> done{false};
    auto own = attach("lifetimes:one", [](const event&) { siglongjmp(back, 1); });
    std::thread thread([&] {
        if (sigsetjmp(back, 1) == 0) {
            below(30, [] { fire(1); });
        }
        has_left = true;
        while (!done) {
            ::usleep(20'000);
        }
    });
    while (!has_left) {
    }
    own.detach();
    done = true;
    thread.join();
}

// The same thread detaches, and goes on.
void left_and_goes_on() {
    int calls = 0;
    auto own = attach("lifetimes:one", [&](const event&) {
        ++calls;
        siglongjmp(back, 1);
    });
    for (volatile int i = 0; i != 40; i = i + 1) {
        if (sigsetjmp(back, 1) == 0) {
            below(i % 2 == 0 ? 30 - i % 30 : i % 5, [] { fire(1); });
        }
    }
    expect(calls == 40, "each firing is handled");
    own.detach();
    std::uint64_t count = 0;
    usdtpp::recorder recorder("lifetimes:*");
    fire(5);
    count = recorder.drain([](const usdtpp::recorded_event&) {});
    expect(count == 1, "a recorder has the next");
}

// Cancellation is acted upon behind the handler, and ends the thread.
void cancelled_in_handler() {
    long calls = 0;
    const int null = ::open("/dev/null", O_WRONLY);
    const auto own = attach("lifetimes:one", [&](const event& fired) {
        const auto text = std::to_string(fired[0].as<int>());
        const auto written = ::write(null, text.data(), text.size()); // a cancellation point
        calls += written > 0 ? 1 : 0;
    });
    for (int i = 0; i != 200; ++i) {
        pthread_t thread = {};
        ::pthread_create(
            &thread, nullptr,
            [](void*) -> void* {
                for (int turn = 0;; ++turn) {
                    fire(turn);
                    ::usleep(1);
                }
            },
            nullptr);
        ::usleep(300);
        ::pthread_cancel(thread);
        void* result = nullptr;
        ::pthread_join(thread, &result);
        expect(result == PTHREAD_CANCELED, "it was cancelled");
    }
    expect(calls > 0, "the handler was called");
}

// An alternate stack of so many bytes, behind a page that nobody may touch.
class signal_stack {
public:
    explicit signal_stack(std::size_t size) : size_(size) {
        memory_ = static_cast<char*>(
            ::mmap(nullptr, page + size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
        ::mprotect(memory_, page, PROT_NONE);
    }
    signal_stack(const signal_stack&) = delete;
    signal_stack& operator=(const signal_stack&) = delete;
    ~signal_stack() {
        ::munmap(memory_, page + size_);
    }
    // Of the calling thread.
    bool use(void (*handler)(int)) const {
        stack_t stack = {};
        stack.ss_sp = memory_ + page;
        stack.ss_size = size_;
        struct sigaction action = {};
        action.sa_handler = handler;
        action.sa_flags = SA_ONSTACK;
        return ::sigaltstack(&stack, nullptr) == 0 && ::sigaction(SIGUSR1, &action, nullptr) == 0;
    }
    static void leave() {
        stack_t none = {};
        none.ss_flags = SS_DISABLE;
        ::sigaltstack(&none, nullptr);
    }

private:
    static constexpr std::size_t page = 4096;
    std::size_t size_;
    char* memory_;
};

std::atomic<bool> in_signal{false};
std::atomic<bool> may_go_on{false};

// A signal on the alternate stack, above and below that of its thread, is no way to leave a handler.
void interrupted_elsewhere() {
    for (const bool is_above : {true, false}) {
        in_signal = may_go_on = false;
        std::atomic<bool> in_handler{false};
        std::atomic<bool> handled{false};
        const auto attached = std::make_unique<attachment>(attach("lifetimes:one", [&](const event&) {
            in_handler = true;
            while (!in_signal) {
            }
            handled = true;
        }));
        const auto run = [&] {
            const auto early = std::make_unique<signal_stack>(1U << 17);
            std::unique_ptr<signal_stack> late;
            std::thread fires([&] {
                late = std::make_unique<signal_stack>(1U << 17);
                (is_above ? early : late)->use([](int) {
                    in_signal = true;
                    while (!may_go_on) {
                        ::usleep(1000); // in the kernel, which tells where its stack is
                    }
                });
                fire(1);
                signal_stack::leave();
            });
            while (!in_handler) {
            }
            ::pthread_kill(fires.native_handle(), SIGUSR1);
            while (!in_signal) {
            }
            std::thread lets_go([] {
                ::usleep(200'000);
                may_go_on = true;
            });
            attached->detach();
            expect(handled, "detach waits while a signal interrupts the handler");
            lets_go.join();
            fires.join();
        };
        run();
    }
}

// Where there is no stack for the first firing of a thread, it is passed over, and counted.
void first_on_a_small_stack() {
#if defined(WITH_TRAPS)
    const std::vector<std::size_t> sizes = {65536}; // the kernel needs room for another signal
#else
    const std::vector<std::size_t> sizes = {4096, 4608, 5120, 6144, 8192, 65536};
#endif
    for (const std::size_t size : sizes) {
        usdtpp::recorder recorder("lifetimes:one");
        const signal_stack small(size);
        std::atomic<int> fired{0};
        std::thread([&] {
            if (small.use([](int) { fire(1); })) { // the kernel may need more itself
                ::raise(SIGUSR1);
                fire(2);
                fired = 2;
                signal_stack::leave();
            }
        }).join();
        const auto recorded = recorder.drain([](const usdtpp::recorded_event&) {});
        expect(recorded + recorder.losses().nested == static_cast<std::uint64_t>(fired), "each firing is counted");
        expect(size < 65536 || recorded == 2, "with room enough both are recorded");
    }
}

void handler_throws() {
    const auto own = attach("lifetimes:one", [](const event&) { throw std::runtime_error("thrown by a handler"); });
    try {
        fire(1);
    } catch (const std::exception&) {
        std::puts("an exception has passed through a probe");
    }
}

// Threads that came and went give their slots back: none takes a long time, or has no ring.
void threads_come_and_go() {
    usdtpp::recorder_options options;
    options.threads = 64;
    options.ring_size = 1U << 12;
    usdtpp::recorder recorder("lifetimes:*", options);
    std::uint64_t count = 0;
    for (int i = 0; i != 2000; ++i) {
        std::thread([] { fire(1); }).join();
        if (i % 100 == 99) {
            count += recorder.drain([](const usdtpp::recorded_event&) {});
        }
    }
    expect(count == 2000, "each event is there");
    expect(recorder.losses().threads == 0, "each thread had a ring");
}

} // namespace

int main(int, char** arguments) {
    const std::string wanted = arguments[1];
    const std::pair<const char*, void (*)()> all[] = {
        {"handler detaches others", handler_detaches_others},
        {"handler attaches to its probe", handler_attaches_to_its_probe},
        {"handler detaches itself", handler_detaches_itself},
        {"detach waits for its own handler", detach_waits_for_its_own_handler},
        {"two handlers detach a third", two_handlers_detach_a_third},
        {"handlers are destroyed at once", handlers_are_destroyed_at_once},
        {"left and waits", left_and_waits},
        {"left and goes on", left_and_goes_on},
        {"cancelled in handler", cancelled_in_handler},
        {"interrupted elsewhere", interrupted_elsewhere},
        {"first on a small stack", first_on_a_small_stack},
        {"handler throws", handler_throws},
        {"threads come and go", threads_come_and_go},
    };
    FIRE(idle, 0);
    ::alarm(20); // of a detach that does not come back
    for (const auto& [name, run] : all) {
        if (wanted == name) {
            run();
            std::puts("ok");
            return 0;
        }
    }
    std::puts("no such situation");
    return 2;
}
