// What a recorder has of the probes of this program, and what it counts as lost.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <sys/mman.h>
#include <unistd.h>

#include <usdtpp/recorder.hpp>
#include <usdtpp/testing.hpp>
#include <usdtpp/usdtpp.hpp>

#include "catch.hpp"

namespace {

using std::chrono::nanoseconds;
using usdtpp::recorded_event;

enum class color : std::uint8_t { red = 3 };

std::vector<recorded_event> all_of(usdtpp::recorder& recorder) {
    std::vector<recorded_event> all;
    recorder.drain([&](const recorded_event& event) { all.push_back(event); });
    return all;
}

usdtpp::recorder_options small(usdtpp::when_full when_full) {
    usdtpp::recorder_options options;
    options.ring_size = 16384;
    options.when_full = when_full;
    return options;
}

// An event whose text says what its number is.
void fire_numbered(long number) {
    const std::string text =
        "number " + std::to_string(number) + std::string(static_cast<std::size_t>(number % 40), '.');
    PROBE(recorder_test, numbered, number, text);
}
bool is_right(const recorded_event& event) {
    const auto number = event["number"].as<long>();
    return event["text"].as<std::string>() ==
           "number " + std::to_string(number) + std::string(static_cast<std::size_t>(number % 40), '.');
}

std::uint64_t now() {
    return usdtpp::detail::attach::monotonic_time();
}

} // namespace

TEST_CASE("a recorder has every kind of argument") {
    usdtpp::recorder recorder("recorder_test:kinds*");
    const std::string text = "request-000000000012";
    const std::string_view view = "sized";
    const int value = -4;
    const double real = 1.5;
    const nanoseconds took(12345);
    PROBE(recorder_test, kinds, text, value, real, 0.25F, true, 'x', color::red, &value, took,
          static_cast<short>(-300));
    PROBE(recorder_test, kinds_of_text, "literal", USDTPP_SIZED(view), static_cast<const char*>(nullptr), "");
    const auto all = all_of(recorder);
    REQUIRE(all.size() == 2);
    const auto& first = all[0];
    CHECK(first.provider() == "recorder_test");
    CHECK(first.name() == "kinds");
    CHECK(first.thread() == ::gettid());
    CHECK(first.size() == 10);
    CHECK(first["text"].as<std::string>() == text);
    CHECK(first["text"].as<std::string_view>() == text);
    CHECK(first["text"].as<const char*>() == text);
    CHECK(!first["text"].is_cut());
    CHECK(first["value"].as<int>() == -4);
    CHECK(first["real"].as<double>() == 1.5);
    CHECK(first[3].as<float>() == 0.25F);
    CHECK(first[4].as<bool>());
    CHECK(first[5].as<char>() == 'x');
    CHECK(first[6].as<color>() == color::red);
    CHECK(first[6].note().kind == usdtpp::argument_kind::enumeration);
    CHECK(first[7].as<const int*>() == &value);
    CHECK(first["took"].as<nanoseconds>() == took);
    CHECK(first[9].as<short>() == -300);
    CHECK_THROWS_AS(first["real"].as<std::string>(), usdtpp::event_error);
    CHECK_THROWS_AS(first["nothing"], usdtpp::event_error);
    const auto& second = all[1];
    CHECK(second[0].as<std::string>() == "literal");
    CHECK(second[1].as<std::string>() == "sized");
    CHECK(second[2].as<std::size_t>() == 5);
    CHECK(!second[3].is_text());
    CHECK(second[3].as<std::string>().empty());
    CHECK(second[3].as<const char*>() == nullptr);
    CHECK(second[4].is_text());
    CHECK(second[4].as<std::string>().empty());
    CHECK(recorder.dropped() == 0);
}

TEST_CASE("a recorder cuts texts at its bound") {
    for (const std::size_t most : {0, 1, 7, 8, 10, 64}) {
        usdtpp::recorder_options options;
        options.string_bytes = most;
        usdtpp::recorder recorder("recorder_test:text", options);
        for (std::size_t length = 0; length != 80; ++length) {
            const auto text = std::string(length / 2, 'a') + std::string(length - length / 2, 'b');
            const std::string_view view = text;
            PROBE(recorder_test, text, text, USDTPP_SIZED(view), 42);
        }
        std::size_t length = 0;
        recorder.drain([&](const recorded_event& event) {
            const auto text = std::string(length / 2, 'a') + std::string(length - length / 2, 'b');
            INFO(most << " of " << length);
            CHECK(event[0].as<std::string>() == text.substr(0, most));
            CHECK(event[1].as<std::string>() == text.substr(0, most));
            CHECK(event[0].is_cut() == (length > most));
            CHECK(event[1].is_cut() == (length > most));
            CHECK(event[2].as<std::size_t>() == length);
            CHECK(event[3].as<int>() == 42);
            ++length;
        });
        CHECK(length == 80);
    }
}

TEST_CASE("a recorder reads no page that a text does not reach") {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    auto* memory =
        static_cast<char*>(::mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    REQUIRE(memory != MAP_FAILED);
    REQUIRE(::mprotect(memory + page, page, PROT_NONE) == 0);
    usdtpp::recorder recorder("recorder_test:at_end");
    for (std::size_t length = 1; length != 30; ++length) {
        char* begin = memory + page - length - 1;
        for (std::size_t i = 0; i != length; ++i) {
            begin[i] = static_cast<char>('a' + i % 26);
        }
        begin[length] = '\0';
        const char* const text = begin;
        const std::string_view view(begin + 1, length);
        PROBE(recorder_test, at_end, text, USDTPP_SIZED(view));
        const auto all = all_of(recorder);
        REQUIRE(all.size() == 1);
        CHECK(all[0][0].as<std::string>() == text);
        CHECK(all[0][1].as<std::string>() == view);
    }
    ::munmap(memory, 2 * page);
}

TEST_CASE("a full recorder keeps the oldest events, and counts the others") {
    usdtpp::recorder recorder("recorder_test:numbered", small(usdtpp::when_full::drop));
    std::uint64_t drained = 0;
    for (int round = 0; round != 5; ++round) {
        for (long i = 0; i != 1000; ++i) {
            fire_numbered(i);
        }
        long next = 0;
        recorder.drain([&](const recorded_event& event) {
            CHECK(event["number"].as<long>() == next++);
            CHECK(is_right(event));
            ++drained;
        });
        CHECK(next > 100);
        CHECK(next < 1000);
        CHECK(drained + recorder.dropped() == 1000U * static_cast<unsigned>(round + 1));
    }
    CHECK(recorder.losses().full == recorder.dropped());
}

TEST_CASE("an overwriting recorder keeps the newest events, and counts the others") {
    usdtpp::recorder recorder("recorder_test:numbered", small(usdtpp::when_full::overwrite));
    std::uint64_t drained = 0;
    for (int round = 0; round != 5; ++round) {
        for (long i = 0; i != 1000; ++i) {
            fire_numbered(i);
        }
        const auto lost_before = recorder.dropped();
        std::vector<long> numbers;
        recorder.drain([&](const recorded_event& event) {
            CHECK(is_right(event));
            numbers.push_back(event["number"].as<long>());
        });
        drained += numbers.size();
        REQUIRE(numbers.size() > 100);
        REQUIRE(numbers.size() < 1000);
        for (std::size_t i = 0; i != numbers.size(); ++i) {
            CHECK(numbers[i] == static_cast<long>(1000 - numbers.size() + i));
        }
        CHECK(recorder.dropped() == lost_before);
        CHECK(drained + recorder.dropped() == 1000U * static_cast<unsigned>(round + 1));
    }
}

TEST_CASE("a recorder has the events of several threads, those of each in their order") {
    usdtpp::recorder recorder("recorder_test:of_thread");
    constexpr long each = 4000;
    std::vector<std::thread> threads;
    for (int which = 0; which != 4; ++which) {
        threads.emplace_back([which] {
            for (long i = 0; i != each; ++i) {
                PROBE(recorder_test, of_thread, which, i, ::gettid());
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    std::map<int, long> next;
    std::uint64_t last = 0;
    bool in_order = true;
    recorder.drain([&](const recorded_event& event) {
        in_order = in_order && event.time() >= last && event[1].as<long>() == next[event[0].as<int>()]++ &&
                   event.thread() == event[2].as<int>();
        last = event.time();
    });
    CHECK(in_order);
    CHECK(next == std::map<int, long>{{0, each}, {1, each}, {2, each}, {3, each}});
    CHECK(recorder.dropped() == 0);
}

TEST_CASE("a recorder is drained while threads fire, and counts what they fire") {
    for (const auto mode : {usdtpp::when_full::drop, usdtpp::when_full::overwrite}) {
        usdtpp::recorder recorder("recorder_test:numbered", small(mode));
        std::atomic<bool> enough{false};
        std::atomic<long> fired{0};
        std::vector<std::thread> threads;
        for (int which = 0; which != 2; ++which) {
            threads.emplace_back([&] {
                long i = 0;
                for (; !enough; ++i) {
                    fire_numbered(i);
                }
                fired += i;
            });
        }
        std::map<std::int32_t, long> next;
        std::map<std::int32_t, std::uint64_t> last;
        std::uint64_t drained = 0;
        bool all_right = true;
        const auto use = [&](const recorded_event& event) {
            const auto number = event["number"].as<long>();
            all_right =
                all_right && is_right(event) && number >= next[event.thread()] && event.time() >= last[event.thread()];
            next[event.thread()] = number + 1;
            last[event.thread()] = event.time();
            ++drained;
        };
        while (drained < 20000) {
            recorder.drain(use);
        }
        enough = true;
        for (auto& thread : threads) {
            thread.join();
        }
        recorder.drain(use);
        CHECK(all_right);
        CHECK(drained + recorder.dropped() == static_cast<std::uint64_t>(fired));
    }
}

TEST_CASE("the time of a recorded event is when it fired") {
    constexpr std::uint64_t error = 1000;
    usdtpp::recorder recorder("recorder_test:timed");
    for (int round = 0; round != 20; ++round) {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> around;
        for (int i = 0; i != 200; ++i) {
            const auto before = now();
            PROBE(recorder_test, timed, i);
            around.emplace_back(before, now());
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(round));
        std::size_t which = 0;
        bool all_within = true;
        recorder.drain([&](const recorded_event& event) {
            const auto& [before, after] = around.at(which++);
            all_within = all_within && event.time() + error >= before && event.time() <= after + error;
        });
        CHECK(which == around.size());
        CHECK(all_within);
    }
}

TEST_CASE("without a steady counter events are recorded by the clock") {
    namespace recording = usdtpp::detail::recording;
    recording::rings rings(4096, 256, 16);
    usdtpp::detail::attach::subscription what;
    what.record = recording::record_by_clock<false>;
    what.context = &rings;
    what.saves_vectors = true;
    usdtpp::attachment attached(
        usdtpp::detail::attach::engine::the_one().attach("recorder_test:by_clock", std::move(what), nullptr));
    const auto before = now();
    PROBE(recorder_test, by_clock, "text");
    const auto after = now();
    recording::reader_of_all reader(rings, false, false);
    int count = 0;
    auto use = [&](const recorded_event& event) {
        ++count;
        CHECK(event.time() >= before);
        CHECK(event.time() <= after);
        CHECK(event[0].as<std::string>() == "text");
    };
    reader.read(use);
    CHECK(count == 1);
}

TEST_CASE("a recorder counts what fires in handlers, and on threads beyond its own") {
    usdtpp::recorder_options options;
    options.threads = 1;
    PROBE(recorder_test, inner, 0);
    usdtpp::recorder recorder("recorder_test:inner", options);
    const auto attached =
        usdtpp::attach("recorder_test:outer", [](const usdtpp::event&) { PROBE(recorder_test, inner, 1); });
    PROBE(recorder_test, inner, 2); // takes the first ring
    PROBE(recorder_test, outer);
    std::thread([] {
        PROBE(recorder_test, inner, 3);
        PROBE(recorder_test, inner, 4);
    }).join();
    const auto all = all_of(recorder);
    REQUIRE(all.size() == 1);
    CHECK(all[0][0].as<int>() == 2);
    CHECK(recorder.losses().nested == 1);
    CHECK(recorder.losses().threads == 2);
    CHECK(recorder.losses().full == 0);
    CHECK(recorder.dropped() == 3);
}

TEST_CASE("a recorder and a handler share a probe") {
    usdtpp::recorder recorder("recorder_test:shared");
    PROBE(recorder_test, shared, 1);
    {
        int handled = 0;
        const auto attached = usdtpp::attach("recorder_test:shared", [&](const usdtpp::event&) { ++handled; });
        PROBE(recorder_test, shared, 2);
        CHECK(handled == 1);
    }
    PROBE(recorder_test, shared, 3);
    const auto all = all_of(recorder);
    REQUIRE(all.size() == 3);
    CHECK(all[1][0].as<int>() == 2);
}

TEST_CASE("a stopped recorder still has its events") {
    CHECK(!PROBE_ENABLED(recorder_test, stopped));
    usdtpp::recorder recorder("recorder_test:stopped");
    CHECK(recorder.sites() == 2);
    CHECK(PROBE_ENABLED(recorder_test, stopped));
    PROBE(recorder_test, stopped, 1);
    recorder.stop();
    CHECK(!PROBE_ENABLED(recorder_test, stopped));
    PROBE(recorder_test, stopped, 2);
    CHECK(all_of(recorder).size() == 1);
    CHECK(all_of(recorder).empty());
}

TEST_CASE("events that a throwing use did not get stay in the recorder") {
    usdtpp::recorder recorder("recorder_test:numbered");
    fire_numbered(1);
    fire_numbered(2);
    CHECK_THROWS_AS(recorder.drain([](const recorded_event&) { throw std::runtime_error("enough"); }),
                    std::runtime_error);
    fire_numbered(3);
    const auto all = all_of(recorder);
    REQUIRE(all.size() == 2);
    CHECK(all[0]["number"].as<long>() == 2);
    CHECK(is_right(all[0]));
    CHECK(all[1]["number"].as<long>() == 3);
    CHECK(recorder.dropped() == 0);
}

TEST_CASE("however often drain() throws, what it leaves has the time at which it fired") {
    constexpr std::uint64_t error = 1000;
    constexpr int each = 100;
    for (const auto mode : {usdtpp::when_full::drop, usdtpp::when_full::overwrite}) {
        usdtpp::recorder recorder("recorder_test:late", small(mode));
        std::vector<std::thread> threads;
        std::vector<std::vector<std::uint64_t>> after(2, std::vector<std::uint64_t>(each));
        for (std::size_t which = 0; which != after.size(); ++which) {
            threads.emplace_back([&, which] {
                for (std::size_t i = 0; i != each; ++i) {
                    const auto before = now();
                    PROBE(recorder_test, late, which, i, before);
                    after[which][i] = now();
                    std::this_thread::sleep_for(std::chrono::microseconds(300));
                }
            });
        }
        for (auto& thread : threads) {
            thread.join();
        }
        std::size_t used = 0;
        std::uint64_t last = 0;
        while (used != 2 * each) {
            if (used == each) {
                recorder.stop();
            }
            const auto use = [&](const recorded_event& event) {
                INFO("event " << used << ", " << static_cast<std::int64_t>(event.time() - event[2].bits())
                              << " ns behind");
                CHECK(event.time() + error >= event[2].bits());
                CHECK(event.time() <= after[event[0].as<std::size_t>()][event[1].as<std::size_t>()] + error);
                CHECK(event.time() >= last);
                last = event.time();
                if (++used % 20 != 0) {
                    throw std::runtime_error("enough");
                }
            };
            try {
                recorder.drain(use);
            } catch (const std::runtime_error&) {
            }
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
        CHECK(all_of(recorder).empty());
        CHECK(recorder.dropped() == 0);
    }
}

TEST_CASE("a text is cut between characters of UTF-8, and other text anywhere") {
    const std::string characters = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z"; // of 1, 2, 3, 4 and 1 bytes
    const struct {
        std::string text;
        std::vector<std::size_t> ends; // where it may be cut
    } texts[] = {
        {characters, {0, 1, 3, 6, 10, 11}},
        {characters.substr(0, 10), {0, 1, 3, 6, 10}},
        {"ab\xe9\xe9\xe9 d", {0, 1, 2, 2, 4, 5, 6, 7}}, // Latin-1: its first \xe9 could begin a character
        {"\x80\x80\x80\x80", {0, 1, 2, 3, 4}},
        {"\xed\xa0\x80\xed\xa0\x80", {0, 0, 2, 3, 4, 5, 6}},
        {"ab\xc3", {0, 1, 2, 3}},
        {"", {0}},
    };
    for (std::size_t most = 0; most != 13; ++most) {
        usdtpp::recorder_options options;
        options.string_bytes = most;
        usdtpp::recorder recorder("recorder_test:characters", options);
        const usdtpp::testing::capture captured("recorder_test:characters", most);
        for (const auto& [text, ends] : texts) {
            const std::string_view view = text;
            PROBE(recorder_test, characters, text, USDTPP_SIZED(view));
        }
        const auto all = all_of(recorder);
        const auto captures = captured.events();
        REQUIRE(all.size() == std::size(texts));
        REQUIRE(captures.size() == std::size(texts));
        for (std::size_t i = 0; i != all.size(); ++i) {
            const auto& [text, ends] = texts[i];
            const auto end = *std::find_if(ends.rbegin(), ends.rend(), [&](std::size_t one) { return one <= most; });
            INFO(text << " of " << most << " bytes");
            for (int argument : {0, 1}) {
                const auto which = static_cast<std::size_t>(argument);
                CHECK(all[i][which].as<std::string>() == text.substr(0, end));
                CHECK(all[i][which].is_cut() == (text.size() > most));
                CHECK(captures[i][which].as<std::string>() == text.substr(0, end));
            }
        }
    }
}

TEST_CASE("a recorder refuses what it cannot do") {
    usdtpp::recorder_options options;
    options.threads = 0;
    CHECK_THROWS_AS(usdtpp::recorder("recorder_test:*", options), std::invalid_argument);
    CHECK_THROWS_AS(usdtpp::recorder("recorder_test:nothing_like_it"), usdtpp::attach_error);
}
