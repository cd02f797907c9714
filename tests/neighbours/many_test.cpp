// A thousand probes in one file, a thousand sites of one probe, and the longest names.
#include <set>
#include <sstream>

#include "catch.hpp"
#include "check.hpp"
#include "toolchain.hpp"
#include "tracers.hpp"
#include "values.hpp"

namespace {

constexpr int thousand = 1000;

// A program that fires `count` probes with the values 1, 2, ... for each line of its input, then says whether the last
// is traced. Their name is `name`, with a number behind it if they are `distinct`.
class many {
public:
    many(int count, const std::string& provider, const std::string& name, bool distinct) : provider_(provider) {
        std::ostringstream text;
        text << "#include <cstdio>\n#include <usdtpp/usdtpp.hpp>\nstatic void fire(int value) {\n";
        std::string probe;
        for (int i = 0; i != count; ++i) {
            probe = distinct ? name + std::to_string(i) : name;
            text << "    PROBE(" << provider << ", " << probe << ", value + " << i << ");\n";
            probes.push_back({provider, probe, 0, {{"-4", support::expected_argument::kind::number, ""}}});
            probes.back().arguments[0].value = std::to_string(i + 1);
        }
        text << "}\nint main(int count, char**) {\n    while (std::getchar() == '\\n') {\n        fire(count);\n"
             << "        std::puts(PROBE_ENABLED(" << provider << ", " << probe
             << ") ? \"traced\" : \"untraced\");\n        std::fflush(stdout);\n    }\n}\n";
        support::write_file(directory_.file("many.cpp"), text.str());
        // A plausible time is one in seconds; usual are less than one.
        const auto done =
            support::run({support::compiler(), "-std=c++17", "-O2", "-I" + support::project_file("include"),
                          directory_.file("many.cpp"), "-o", program()},
                         std::chrono::seconds(60));
        INFO(done.errors);
        REQUIRE(done.status == 0);
        CHECK(done.errors.empty());
    }

    std::string program() const {
        return directory_.file("many");
    }
    // What another tool lists, line by line where it names the provider.
    std::size_t listed(const std::vector<std::string>& command) const {
        std::istringstream lines(support::run(command).output);
        std::size_t count = 0;
        for (std::string line; std::getline(lines, line);) {
            count += line.find(provider_) != std::string::npos ? 1U : 0U;
        }
        return count;
    }

    neighbours::probes probes;

private:
    std::string provider_;
    support::temporary_directory directory_;
};

std::size_t semaphores_in(const std::string& program) {
    std::set<std::uint64_t> all;
    for (const auto& note : support::read_notes(program)) {
        all.insert(note.semaphore);
    }
    return all.size();
}

support::flags info_probes(const std::string& program) {
    return {"gdb", "-q", "-nx", "-batch", "-ex", "set width 0", "-ex", "info probes stap", program};
}

} // namespace

TEST_CASE("a thousand probes in one file have a note and a semaphore each, and gdb reads them all") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const many all(thousand, "many", "probe", true);
    neighbours::check_notes(all.program(), all.probes);
    CHECK(support::read_notes(all.program()).size() == thousand);
    CHECK(semaphores_in(all.program()) == thousand);
    CHECK(all.listed(info_probes(all.program())) == thousand);
    neighbours::check_with_gdb(all.program(), all.probes);
}

TEST_CASE("a thousand sites of one probe have a note each and one semaphore, and gdb reads them all") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const many all(thousand, "many", "same", false);
    neighbours::check_notes(all.program(), all.probes);
    CHECK(support::read_notes(all.program()).size() == thousand);
    CHECK(semaphores_in(all.program()) == 1);
    CHECK(all.listed(info_probes(all.program())) == thousand);
    neighbours::check_with_gdb(all.program(), all.probes);
}

// bpftrace needs minutes to attach to so many, and more to let go of them.
TEST_CASE("bpftrace sees each of a thousand sites of one probe fire", "[full][family]") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const many all(thousand, "many", "same", false);
    support::process running({all.program()});
    const auto script =
        "usdt:" + all.program() +
        ":many:same { @sum = @sum + arg0; @count = @count + 1; if (@count == " + std::to_string(thousand) +
        ") { printf(\"%d fired, sum %d\\n\", @count, @sum); } }";
    REQUIRE(::setenv("BPFTRACE_MAX_PROBES", "2000", 1) == 0); // 512 otherwise: docs/limitations.md
    support::bpftrace tracer(running.pid(), script, std::chrono::minutes(5));
    running.write("\n");
    CHECK(running.read_line(std::chrono::seconds(20)) == "traced");
    CHECK(tracer.read_line() == "1000 fired, sum 500500");
    tracer.kill();
}

TEST_CASE("a provider and a name of 200 characters each are read by readelf and gdb") {
    SKIP_WITHOUT(support::compiler(), "gdb");
    const many one(1, std::string(200, 'p'), std::string(200, 'n'), false);
    neighbours::check_notes(one.program(), one.probes);
    CHECK(one.listed(info_probes(one.program())) == 1);
    neighbours::check_with_gdb(one.program(), one.probes);
}

TEST_CASE("a provider and a name of 200 characters each are listed by tplist", "[family]") {
    SKIP_WITHOUT(support::compiler());
    SKIP_WITHOUT("tplist-bpfcc");
    const many one(1, std::string(200, 'p'), std::string(200, 'n'), false);
    const auto listed = support::run({"tplist-bpfcc", "-l", one.program()});
    INFO(listed.output << listed.errors);
    CHECK(listed.output.find(" " + std::string(200, 'p') + ":" + std::string(200, 'n') + "\n") != std::string::npos);
}

TEST_CASE("a provider and a name of 200 characters each are traced by bpftrace", "[family]") {
    SKIP_WITHOUT(support::compiler());
    SKIP_FOR(support::why_no_bpftrace());
    const many one(1, std::string(200, 'p'), std::string(200, 'n'), false);
    CHECK(one.listed({"bpftrace", "-l", "usdt:" + one.program() + ":*"}) == 1);
    support::process running({one.program()});
    running.write("\n");
    CHECK(running.read_line(std::chrono::seconds(20)) == "untraced");
    support::bpftrace tracer(running.pid(), support::bpftrace_script(one.program(), one.probes));
    running.write("\n");
    CHECK(running.read_line(std::chrono::seconds(20)) == "traced");
    CHECK(tracer.read_line() == std::string(200, 'n') + " 1");
    tracer.kill();
}
