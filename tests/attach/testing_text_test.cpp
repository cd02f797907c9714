// What <usdtpp/testing.hpp> keeps of arguments: values of every kind, and the text that they point to.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>
#endif
#include <usdtpp/testing.hpp>
#include <usdtpp/usdtpp.hpp>

#include "catch.hpp"

namespace {

using namespace std::chrono_literals;
using usdtpp::testing::capture;

enum class colour : std::int8_t { red = -3 };

[[gnu::noinline]] void say(const char* text) {
    PROBE(testing_text, said, text);
}
[[gnu::noinline]] void say_sized(std::string_view text) {
    PROBE(testing_text, sized, USDTPP_SIZED(text));
}

// One page, and behind it one that nobody may read.
class last_page {
public:
    last_page()
        : size_(static_cast<std::size_t>(::sysconf(_SC_PAGESIZE))),
          memory_(static_cast<char*>(
              ::mmap(nullptr, 2 * size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
        ::mprotect(memory_ + size_, size_, PROT_NONE);
    }
    last_page(const last_page&) = delete;
    last_page& operator=(const last_page&) = delete;
    ~last_page() {
        ::munmap(memory_, 2 * size_);
    }
    // The last characters of the page.
    char* put(std::string_view text) const {
        return static_cast<char*>(std::memcpy(memory_ + size_ - text.size(), text.data(), text.size()));
    }

private:
    std::size_t size_;
    char* memory_;
};

std::string text_error(const usdtpp::testing::argument& argument) {
    try {
        return "it is text: " + argument.as<std::string>();
    } catch (const usdtpp::event_error& error) {
        return error.what();
    }
}

} // namespace

TEST_CASE("arguments of every kind are had as C++ values, by name and by position") {
    const capture captured("testing_kinds:*");
    const bool flag = true;
    const char letter = 'x';
    const std::int8_t small = -8;
    const std::uint16_t medium = 65'535;
    const int whole = -70'000;
    const std::uint64_t huge = 18'446'744'073'709'551'615U;
    const float single = 1.5F;
    const double twofold = -2.25;
    const colour tint = colour::red;
    const auto span = 1500us;
    const std::chrono::system_clock::time_point at{7s};
    const int* const address = &whole;
    PROBE(testing_kinds, all, flag, letter, small, medium, whole, huge, single, twofold, tint, span, at, address);
    const auto one = captured.events()[0];
    REQUIRE(one.size() == 12);
    CHECK(one["flag"].as<bool>());
    CHECK(one["letter"].as<char>() == 'x');
    CHECK(one["small"].as<int>() == -8);
    CHECK(one["medium"].as<int>() == 65'535);
    CHECK(one["whole"].as<long long>() == -70'000);
    CHECK(one["huge"].as<std::uint64_t>() == huge);
    CHECK(one["single"].as<float>() == 1.5F);
    CHECK(one["single"].as<double>() == 1.5);
    CHECK(one["twofold"].as<double>() == -2.25);
    CHECK(one["tint"].as<colour>() == colour::red);
    CHECK(one["span"].as<std::chrono::microseconds>() == span);
    CHECK(one["at"].as<std::chrono::system_clock::time_point>() == at);
    CHECK(one["address"].as<const int*>() == address);
    CHECK(one[0].as<bool>());
    CHECK(one[4].as<int>() == one["whole"].as<int>());
    CHECK(one[11].note().name == "address");
    const auto text = to_string(one);
    CHECK(text.substr(0, text.find(" address=")) ==
          "testing_kinds:all flag=true letter='x' small=-8 medium=65535 whole=-70000 huge=18446744073709551615 "
          "single=1.5 twofold=-2.25 tint=-3 span=1500000 ns at=7000000000");
}

TEST_CASE("text is what it was when the probe fired") {
    const capture captured("testing_text:*");
    char buffer[] = "first";
    say(buffer);
    std::strcpy(buffer, "other");
    say(buffer);
    {
        auto gone = std::make_unique<std::string>(300, 'g');
        say(gone->c_str());
    }
    say("");
    say("a\"b\\\n\x01");
    say_sized(std::string_view("all\0of it", 9));
    const auto events = captured.events();
    REQUIRE(events.size() == 6);
    CHECK(events[0]["text"].as<std::string>() == "first");
    CHECK(std::string(events[0]["text"].as<const char*>()) == "first");
    CHECK(events[1][0].as<std::string_view>() == "other");
    CHECK(events[2][0].as<std::string>() == std::string(300, 'g'));
    CHECK(events[3][0].is_text());
    CHECK(events[3][0].as<std::string>().empty());
    CHECK(to_string(events[4]) == "testing_text:said text=\"a\\\"b\\\\\\n\\x01\"");
    CHECK(events[5][0].as<std::string>() == std::string("all\0of it", 9));
    CHECK(events[5][1].as<std::size_t>() == 9);
}

TEST_CASE("text is copied up to a limit, and never from beyond its page") {
    const last_page page;
    const auto text = GENERATE(as<std::size_t>(), 0, 1, 510, 511, 512, 513, 3'000);
    const auto limit = GENERATE(as<std::size_t>(), 1, 511, 512, 4096);
    const capture captured("testing_text:*", limit);
    say(page.put(std::string(text, 'p') + '\0'));
    say_sized(std::string_view(page.put(std::string(text, 's')), text));
    const auto events = captured.events();
    REQUIRE(events.size() == 2);
    CHECK(events[0][0].as<std::string>() == std::string(std::min(text, limit), 'p'));
    CHECK(events[1][0].as<std::string>() == std::string(std::min(text, limit), 's'));
}

TEST_CASE("a pointer to no text harms nothing, and says so") {
    const last_page page;
    const capture captured("testing_text:*");
    say(nullptr);
    say(reinterpret_cast<const char*>(12));
    say(page.put("no end"));
    const auto events = captured.events();
    REQUIRE(events.size() == 3);
    CHECK(events[0][0].as<std::string>().empty());
    CHECK(events[0][0].as<const char*>() == nullptr);
    CHECK(!events[0][0].is_text());
    CHECK(to_string(events[0]) == "testing_text:said text=0x0");
    for (const auto& broken : {events[1], events[2]}) {
        CHECK(!broken["text"].is_text());
        CHECK(text_error(broken["text"]).find(") of testing_text:said did not point to text") != std::string::npos);
    }
    CHECK(to_string(events[1]) == "testing_text:said text=0xc");
}

#if __has_include(<sys/sdt.h>)
TEST_CASE("text of sys/sdt.h's probes, which do not say what is text, is copied as well") {
    const capture captured("testing_sdt:*");
    char buffer[] = "first";
    int number = -5;
    DTRACE_PROBE3(testing_sdt, said, buffer, number, 1234567890123L);
    std::strcpy(buffer, "other");
    const auto one = captured.events()[0];
    CHECK(one[0].as<std::string>() == "first");
    CHECK(one[1].as<int>() == -5);
    CHECK(one[2].as<long>() == 1234567890123L);
    CHECK(text_error(one[1]).find("of testing_sdt:said did not point to text") != std::string::npos);
    CHECK(text_error(one[2]).find("of testing_sdt:said did not point to text") != std::string::npos);
    std::string by_name = "no error";
    try {
        one["buffer"];
    } catch (const usdtpp::event_error& error) {
        by_name = error.what();
    }
    CHECK(by_name == "usdtpp: testing_sdt:said has no argument buffer: they have no names, only positions from 0 to 2");
}
#endif
