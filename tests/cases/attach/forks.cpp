// Forks while threads fire, and one drains: whether each child has its own events, all of them, and nothing of the
// parent's; and the parent its own still. Prints what went wrong. argv[1]: how many forks each way.
#include <atomic>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <usdtpp/recorder.hpp>
#include <usdtpp/testing.hpp>
#include <usdtpp/usdtpp.hpp>

namespace {

std::atomic<int> wrong{0};

void check(bool right, const std::string& what) {
    if (!right) {
        ++wrong;
        std::cout << what + "\n" << std::flush;
    }
}

void fire(long value) {
    PROBE(forks, tick, value, "a text");
}

// Calls `child` in a child, which ends with how many times something was wrong.
void in_child(const std::string& name, const std::function<void()>& child, bool runs_destructors = false) {
    const auto pid = fork();
    if (pid == 0) {
        ::alarm(30); // it hangs
        wrong = 0;
        child();
        if (runs_destructors) {
            std::exit(wrong);
        }
        ::_exit(wrong);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    check(WIFEXITED(status), name + ": the child ended by signal " + std::to_string(WTERMSIG(status)));
    check(!WIFEXITED(status) || WEXITSTATUS(status) == 0, name + ": something was wrong in the child");
}

// What a process has of these: only what it fires itself, here.
void check_own(const std::vector<usdtpp::recorder*>& recorders, const std::string& name) {
    for (auto* recorder : recorders) {
        check(recorder->dropped() == 0, name + ": the recorder has losses of the parent");
    }
    for (int round = 0; round != 2; ++round) {
        const auto begin = usdtpp::detail::attach::monotonic_time();
        fire(-1);
        fire(-2);
        for (auto* recorder : recorders) {
            std::string seen;
            const auto use = [&](const usdtpp::recorded_event& event) {
                seen += std::to_string(event[0].as<long>()) + " ";
                check(event.thread() == ::gettid() && event.time() + 1000 >= begin &&
                          event[1].as<std::string>() == "a text",
                      name + ": an event of another process");
            };
            check(recorder->drain(use) == 2 && seen == "-1 -2 ", name + ": the recorder has " + seen.substr(0, 100));
            check(recorder->dropped() == 0, name + ": the recorder lost events");
        }
    }
}

usdtpp::recorder_options options_of(usdtpp::when_full when_full) {
    usdtpp::recorder_options options;
    options.ring_size = 16384;
    options.threads = 64;
    options.when_full = when_full;
    return options;
}

} // namespace

int main(int, char** arguments) {
    const int rounds = std::atoi(arguments[1]);
    static usdtpp::recorder recorder("forks:tick", options_of(usdtpp::when_full::drop));
    static usdtpp::recorder overwriting("forks:tick", options_of(usdtpp::when_full::overwrite));
    static usdtpp::testing::capture captured("forks:tick");
    static const usdtpp::testing::coverage reached("forks_child:*");
    std::atomic<bool> enough{false};
    std::atomic<std::uint64_t> fired{0};
    std::vector<std::thread> threads;
    for (int i = 0; i != 3; ++i) {
        threads.emplace_back([&] {
            for (long value = 1; !enough; ++value) {
                fire(value);
                ++fired;
                if (value % 100 == 0) {
                    captured.clear();
                }
            }
        });
    }
    std::uint64_t drained = 0;
    std::uint64_t strange = 0;
    const auto count = [&](const usdtpp::recorded_event& event) {
        ++drained;
        strange += event[0].as<long>() > 0 ? 0U : 1U;
    };
    threads.emplace_back([&] {
        while (!enough) {
            recorder.drain(count);
        }
    });

    for (int i = 0; i != rounds; ++i) {
        const auto name = "fork " + std::to_string(i);
        in_child(
            name,
            [&] {
                check_own({&recorder, &overwriting}, name);
                captured.clear();
                PROBE(forks, tick, 5L, "child");
                check(captured.count() == 1 && captured.events()[0][1].as<std::string>() == "child",
                      name + ": the capture has " + to_string(captured.events()));
                check(captured.wait_for("forks:tick"), name + ": the capture waits in vain");
                PROBE(forks_child, fired);
                check(reached.unreached().empty(), name + ": " + reached.report());
                if (i % 2 == 0) {
                    recorder.stop();
                    fire(6);
                    check(recorder.drain([](const usdtpp::recorded_event&) {}) == 1, name + ": not stopped");
                }
            },
            i % 4 < 2);
    }

    // Of several threads at once.
    std::vector<std::thread> forking;
    for (int i = 0; i != 2; ++i) {
        forking.emplace_back([&, i] {
            for (int round = 0; round != rounds / 8; ++round) {
                in_child("of thread " + std::to_string(i), [&] { check_own({&recorder}, "of a thread"); });
            }
        });
    }
    for (auto& thread : forking) {
        thread.join();
    }

    // One child after the other, each of the one before it.
    std::function<void(int)> chain = [&](int left) {
        check_own({&recorder, &overwriting}, "chain");
        if (left != 0) {
            in_child("chain", [&] { chain(left - 1); });
        }
    };
    in_child("chain", [&] { chain(4); });

    // One that does not call what was said to be called at a fork.
    if (const auto pid = ::vfork(); pid == 0) {
        ::execl("/bin/true", "true", nullptr);
        ::_exit(1);
    } else {
        int status = 0;
        ::waitpid(pid, &status, 0);
        check(status == 0, "vfork and exec");
    }

    enough = true;
    for (auto& thread : threads) {
        thread.join();
    }
    recorder.drain(count);
    check(strange == 0, "the parent has events of its children");
    check(drained + recorder.dropped() == fired, "the parent lost some events");

    // In what drain() calls: the child has nothing more of the parent's then, and may drain itself.
    fire(7);
    fire(8);
    fire(9);
    int calls = 0;
    bool is_child = false;
    const auto used = recorder.drain([&](const usdtpp::recorded_event& event) {
        if (event[0].as<long>() == 8) {
            in_child("in drain", [&] {
                check_own({&recorder}, "in drain");
                check(event[0].as<long>() == 8, "in drain: the event is another one");
            });
            const auto pid = ::fork();
            is_child = pid == 0;
            int status = 0;
            if (!is_child) {
                ::waitpid(pid, &status, 0);
            }
            check(status == 0, "in drain: the child that goes on");
        }
        ++calls;
    });
    if (is_child) {
        ::alarm(30);
        wrong = 0;
        check(used == 2 && calls == 2, "in drain: the child has events of the parent");
        check_own({&recorder}, "behind drain");
        ::_exit(wrong);
    }
    check(used == 3 && calls == 3, "in drain: the parent lost events");

    // In a handler: what fires there is passed over.
    {
        const auto attached = usdtpp::attach("forks:handled", [&](const usdtpp::event&) {
            in_child("in a handler", [&] {
                fire(1);
                check(recorder.losses().nested == 1, "in a handler: losses that are not its own");
                check(recorder.drain([](const usdtpp::recorded_event&) {}) == 0, "in a handler: events");
            });
        });
        PROBE(forks, handled);
    }
    std::cout << "wrong " << wrong << '\n';
    return 0;
}
