// Tracers that come and go while eight threads fire.
#include <algorithm>
#include <csignal>
#include <functional>
#include <optional>
#include <set>
#include <sstream>
#include <thread>

#include "catch.hpp"
#include "program.hpp"
#include "tracers.hpp"

namespace {

using namespace std::chrono_literals;

struct numbers {
    std::uint64_t always = 0, costly = 0;
    std::string enabled;
};

// threads.cpp, and its counts, which must not go backwards.
class load {
public:
    explicit load(const std::string& back_end) : path_(directory_.file("threads")) {
        build_case("threads", path_, {back_end, "-pthread"});
        always = support::find_probe(path_, "threads:always");
        costly = support::find_probe(path_, "threads:costly");
        running_.emplace(std::vector<std::string>{path_});
    }

    numbers read() {
        std::istringstream words(running_->ask("read"));
        numbers now;
        words >> now.always >> now.costly >> now.enabled;
        CHECK(words);
        CHECK(now.always >= last_.always);
        CHECK(now.costly >= last_.costly);
        return last_ = now;
    }

    // No tracer is left: the semaphores are 0, and only what fires anyway goes on.
    void check_rest() {
        CHECK(semaphore(always) == 0);
        CHECK(semaphore(costly) == 0);
        std::this_thread::sleep_for(100ms); // for a thread that has just found itself enabled
        const auto before = read();
        std::this_thread::sleep_for(100ms);
        const auto after = read();
        CHECK(after.enabled == "00");
        CHECK(after.always > before.always);
        CHECK(after.costly == before.costly);
    }

    pid_t pid() const {
        return running_->pid();
    }
    const std::string& path() const {
        return path_;
    }
    unsigned semaphore(const support::probe_in_file& probe) const {
        return support::read_semaphore(pid(), probe);
    }
    program& running() {
        return *running_;
    }

    support::probe_in_file always, costly;

private:
    support::temporary_directory directory_;
    std::string path_;
    std::optional<program> running_;
    numbers last_;
};

// What a tracer has counted, once it has counted something; 0 after ten seconds. It must not go backwards.
std::uint64_t first_count(const support::uprobe& tracer) {
    for (int i = 0; i != 10000; ++i) {
        if (const auto count = tracer.count(); count != 0) {
            return count;
        }
        std::this_thread::sleep_for(1ms);
    }
    return 0;
}

} // namespace

TEST_CASE("200 tracers come and go while eight threads fire", "[full]") {
    SKIP_FOR(why_no_uprobes_here());
    const auto back_end = GENERATE(from_range(back_ends));
    INFO(back_end);
    load threads(back_end);
    std::uint64_t traced_always = 0, traced_costly = 0;
    const int cycles = back_end == "-DNATIVE" ? 200 : 20; // both have the same semaphores
    for (int cycle = 0; cycle != cycles; ++cycle) {
        INFO("cycle " << cycle);
        const bool is_costly = cycle % 2 != 0;
        const auto& probe = is_costly ? threads.costly : threads.always;
        auto& traced = is_costly ? traced_costly : traced_always;
        support::uprobe tracer(probe, cycle % 4 < 2 ? threads.pid() : support::every_process);
        REQUIRE(threads.semaphore(probe) == 1);
        const auto first = first_count(tracer);
        REQUIRE(first > 0);
        const auto now = threads.read();
        CHECK(now.enabled == (is_costly ? "01" : "10"));
        const auto second = tracer.count();
        CHECK(second >= first);
        tracer.detach();
        REQUIRE(threads.semaphore(probe) == 0);
        const auto last = tracer.count();
        CHECK(last >= second);
        traced += last;
        const auto fired = threads.read();
        CHECK(fired.enabled == "00");
        CHECK(fired.always >= traced_always);
        CHECK(fired.costly >= traced_costly);
    }
    threads.check_rest();
    CHECK(threads.running().end() == 0);
}

TEST_CASE("tracers come and go in two threads at once while eight threads fire", "[full]") {
    SKIP_FOR(why_no_uprobes_here());
    const auto back_end = GENERATE(from_range(back_ends));
    const bool same = GENERATE(false, true);
    INFO(back_end << (same ? ", the same probe" : ", two probes"));
    load threads(back_end);
    // The checks are made in one thread: Catch2 wants it so.
    struct seen {
        int cycles = 0, raised = 0, counted = 0;
        std::uint64_t traced = 0;
    };
    const auto come_and_go = [&](const support::probe_in_file& probe, pid_t pid, seen& seen) {
        for (int cycle = 0; cycle != 15; ++cycle) {
            support::uprobe tracer(probe, pid);
            seen.raised += threads.semaphore(probe) == 1 ? 1 : 0;
            seen.counted += first_count(tracer) > 0 ? 1 : 0;
            tracer.detach();
            seen.traced += tracer.count();
            ++seen.cycles;
        }
    };
    seen one, other;
    std::thread thread(come_and_go, std::cref(threads.costly), threads.pid(), std::ref(one));
    come_and_go(same ? threads.costly : threads.always, support::every_process, other);
    thread.join();
    for (const auto& each : {one, other}) {
        CHECK(each.cycles == 15);
        CHECK(each.raised == 15);
        CHECK(each.counted == 15);
    }
    const auto fired = threads.read();
    CHECK(fired.costly >= (same ? std::max(one.traced, other.traced) : one.traced));
    CHECK(fired.always >= (same ? 0 : other.traced));
    threads.check_rest();
    CHECK(threads.running().end() == 0);
}

TEST_CASE("bpftrace comes and goes, and is killed, while eight threads fire", "[full]") {
    SKIP_FOR(why_no_bpftrace_here());
    const auto back_end = GENERATE(from_range(back_ends));
    INFO(back_end);
    load threads(back_end);
    for (int cycle = 0; cycle != 4; ++cycle) {
        INFO("cycle " << cycle);
        // Each probe prints when it was first seen, by both processors if they are there at the same time.
        support::bpftrace tracer(cycle % 2 == 0 ? threads.pid() : support::every_process,
                                 "usdt:" + threads.path() +
                                     ":threads:always /!@a/ { @a = 1; printf(\"always\\n\"); } usdt:" + threads.path() +
                                     ":threads:costly /!@c/ { @c = 1; printf(\"costly\\n\"); }");
        CHECK(threads.read().enabled == "11");
        std::set<std::string> seen;
        for (std::optional<std::string> line; seen.size() != 2 && (line = tracer.read_line());) {
            seen.insert(*line);
        }
        if (cycle < 2) {
            tracer.stop();
        } else {
            tracer.kill();
        }
        for (int i = 0; i != 1000 && threads.read().enabled != "00"; ++i) {
            std::this_thread::sleep_for(10ms);
        }
        CHECK(seen == std::set<std::string>{"always", "costly"});
        threads.check_rest();
    }
    CHECK(threads.running().end() == 0);
}

TEST_CASE("a process is killed in the midst of eight threads that fire into two tracers", "[full]") {
    SKIP_FOR(why_no_uprobes_here());
    const auto back_end = GENERATE(from_range(back_ends));
    INFO(back_end);
    load threads(back_end);
    load others(back_end);
    support::uprobe costly(threads.costly, threads.pid());
    support::uprobe always(threads.always, support::every_process);
    CHECK(first_count(costly) > 0);
    CHECK(first_count(always) > 0);
    threads.running().kill();
    const auto last = costly.count();
    std::this_thread::sleep_for(50ms);
    CHECK(costly.count() == last);
    CHECK(others.read().enabled == "00"); // a file of its own
    costly.detach();
    always.detach();
    others.check_rest();
}
