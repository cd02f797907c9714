// PROBE_ENABLED against tracers that come and go.
#include <csignal>
#include <thread>

#include "catch.hpp"
#include "toolchain.hpp"
#include "tracers.hpp"

namespace {

class enabled_program {
public:
    explicit enabled_program(const std::string& back_end) {
        support::build("tests/cases/enabled.cpp", path(), {"-std=c++17", "-O2", back_end});
        process_.emplace(std::vector<std::string>{path()});
    }

    // Which probes say that they are enabled: "one", "two", "without_a_probe", a digit each.
    std::string state() {
        process_->write("\n");
        return process_->read_line(std::chrono::seconds(20)).value_or("it ended");
    }

    // The same, once it is `expected` or five seconds are over: a tracer that is killed takes a moment to be gone.
    std::string state_becomes(const std::string& expected) {
        std::string now = state();
        for (int i = 0; i != 500 && now != expected; ++i) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
            now = state();
        }
        return now;
    }

    support::bpftrace trace(const std::string& probe) {
        return support::bpftrace(process_->pid(),
                                 "usdt:" + path() + ":enabled:" + probe + " { printf(\"%d\\n\", arg0); }");
    }

private:
    std::string path() const {
        return directory_.file("enabled");
    }

    support::temporary_directory directory_;
    std::optional<support::process> process_;
};

} // namespace

TEST_CASE("PROBE_ENABLED is true just while bpftrace is attached") {
    SKIP_UNLESS(support::compiler_is_installed(), support::compiler() + " is not installed");
    SKIP_UNLESS(support::why_no_bpftrace().empty(), support::why_no_bpftrace());
    const auto back_end = GENERATE(as<std::string>(), "-DNATIVE", "-DUSDTPP_USE_SYS_SDT");
    INFO(back_end);
    enabled_program program(back_end);
    CHECK(program.state() == "000");

    SECTION("until it detaches") {
        auto tracer = program.trace("one");
        CHECK(program.state() == "100");
        CHECK(tracer.read_line() == "1");
        tracer.stop();
        CHECK(program.state_becomes("000") == "000");
    }
    SECTION("until it is killed") {
        auto tracer = program.trace("two");
        CHECK(program.state() == "010");
        CHECK(tracer.read_line() == "2");
        tracer.kill();
        CHECK(program.state_becomes("000") == "000");
    }
    SECTION("for as long as one of two tracers is") {
        auto first = program.trace("one");
        auto second = program.trace("one");
        CHECK(program.state() == "100");
        first.stop();
        CHECK(program.state() == "100");
        CHECK(second.read_line() == "1");
        second.kill();
        CHECK(program.state_becomes("000") == "000");
    }
    SECTION("and again after it comes back") {
        for (int i = 0; i != 3; ++i) {
            auto tracer = program.trace("two");
            CHECK(program.state() == "010");
            CHECK(tracer.read_line() == "2");
            tracer.stop();
            CHECK(program.state_becomes("000") == "000");
        }
    }
}
