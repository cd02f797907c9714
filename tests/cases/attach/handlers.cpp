// What handlers may do, and what a program may do with attachments. Says what is wrong and fails, or says "ok". Where
// handlers count, it is in atomics: to the compiler a probe changes no variable.
#include <atomic>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include <usdtpp/attach.hpp>
#include <usdtpp/usdtpp.hpp>

namespace {

void expect(bool true_here, const char* what) {
    if (!true_here) {
        std::cout << "not so: " << what << std::endl;
        std::_Exit(1);
    }
}

[[gnu::noinline]] void tick(long number) {
    PROBE(handlers, tick, number);
}
[[gnu::noinline]] void tock(long number) {
    PROBE(handlers, tock, number);
}

void recursion_and_errno() {
    std::atomic<int> ticks = 0;
    std::atomic<int> tocks = 0;
    const auto first = usdtpp::attach("handlers:tick", [&](const usdtpp::event&) {
        ++ticks;
        tick(2);
        tock(2);
        errno = EINVAL;
    });
    const auto second =
        usdtpp::attach("handlers:t*", [&](const usdtpp::event& fired) { tocks += fired.name() == "tock" ? 1 : 0; });
    errno = EAGAIN;
    tick(1);
    std::atomic_signal_fence(std::memory_order_seq_cst); // nor errno
    expect(errno == EAGAIN, "errno is kept");
    tock(1);
    expect(ticks == 1 && tocks == 1, "probes in handlers are passed over");
}

// Doubles that live in registers across the probe, and a handler that uses as many.
[[gnu::noinline]] double living(double a, double b, double c, double d) {
    const double sum = a + b;
    const double product = c * d;
    PROBE(handlers, living, 1);
    return sum * 3 + product / a + b * c + d;
}
[[gnu::noinline]] double wave(double from) {
    double sums[8] = {};
    for (int i = 0; i != 64; ++i) {
        sums[i % 8] += std::sin(from + i) * i;
    }
    return sums[0] + sums[1] * sums[2] + sums[3] * sums[4] + sums[5] + sums[6] - sums[7];
}
void floating_point() {
    std::atomic<double> other = 0;
    const auto expected = living(1.5, 2.5, 3.5, 4.5);
    const auto attached = usdtpp::attach("handlers:living", [&](const usdtpp::event&) { other = other + wave(other); });
    for (int i = 0; i != 1000; ++i) {
        expect(living(1.5, 2.5, 3.5, 4.5) == expected, "vector registers are kept");
    }
    expect(other != 0, "the handler ran");
}

// Attaches and detaches while others fire; what a handler holds is gone right after.
void under_way() {
    std::atomic<bool> end = false;
    std::vector<std::thread> threads;
    for (int i = 0; i != 2; ++i) {
        threads.emplace_back([&] {
            for (long n = 0; !end; ++n) {
                tick(n);
                tock(n);
            }
        });
    }
    std::atomic<long> all = 0;
    const auto attach_and_detach = [&] {
        for (int i = 0; i != 50; ++i) {
            auto held = std::make_unique<std::vector<long>>(100, 1);
            auto attached = usdtpp::attach("handlers:t*", [&all, what = held.get()](const usdtpp::event& fired) {
                all += (*what)[static_cast<std::size_t>(fired[0].as<long>() % 100)];
            });
            std::this_thread::yield();
            attached.detach();
            held.reset();
        }
    };
    std::thread second(attach_and_detach);
    attach_and_detach();
    second.join();
    for (long seen = all; seen == 0; seen = all) {
        attach_and_detach(); // nobody came by
    }
    end = true;
    for (auto& thread : threads) {
        thread.join();
    }
}

// A handler attaches and detaches, while another thread waits for it to end.
void attaching_handlers() {
    std::atomic<bool> end = false;
    std::atomic<int> ticks = 0;
    std::thread fires([&] {
        while (!end) {
            tick(1);
        }
    });
    ::alarm(20); // of a deadlock
    while (ticks < 50) {
        const auto attached = usdtpp::attach("handlers:tick", [&](const usdtpp::event&) {
            usdtpp::attach("handlers:tock", [](const usdtpp::event&) {}).detach();
            ++ticks;
        });
        std::this_thread::yield();
    }
    ::alarm(0);
    end = true;
    fires.join();
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED true
#elif defined(__has_feature)
#define SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SANITIZED false
#endif

// The child has the parent's code as it is changed, while another thread of the parent changes it. Not with
// sanitizers: the child does not get back the locks of theirs.
void forked() {
    std::atomic<bool> end = false;
    std::thread changes([&] {
        while (!end && !SANITIZED) {
            const auto attached = usdtpp::attach("handlers:tock", [](const usdtpp::event&) {});
        }
    });
    std::atomic<int> ticks = 0;
    auto attached = usdtpp::attach("handlers:tick", [&](const usdtpp::event&) { ++ticks; });
    for (int i = 0; i != 20; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(20); // of a deadlock
            ticks = 0;
            tick(1);
            tock(1);
            expect(ticks == 1, "a child's probe fires");
            attached.detach();
            tick(2);
            expect(ticks == 1, "a child detaches");
            {
                const auto anew = usdtpp::attach("handlers:tick", [&](const usdtpp::event& fired) {
                    ticks += fired.thread() == ::getpid() ? 1 : 0;
                });
                tick(3);
                expect(ticks == 2, "a child attaches");
            }
            std::_Exit(0);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        expect(status == 0, "a child ends well");
        ticks = 0;
        tick(1);
        expect(ticks == 1, "the parent's probe fires as before");
    }
    end = true;
    changes.join();
    attached.detach();
    tick(1);
    expect(ticks == 1, "the parent detaches");
}

} // namespace

int main(int count, char** arguments) {
    if (count > 1 && arguments[1] == std::string("throw")) {
        const auto attached = usdtpp::attach("handlers:tick", [](const usdtpp::event&) { throw 1; });
        try {
            tick(1);
        } catch (...) {
            std::cout << "caught" << std::endl;
        }
        return 0;
    }
    recursion_and_errno();
    floating_point();
    under_way();
    attaching_handlers();
    forked();
    std::cout << "ok" << std::endl;
}
