// What stands at sites, how many there may be, and what surrounds them.
#include <algorithm>
#include <filesystem>
#include <sstream>
#include <string>

#include "catch.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "toolchain.hpp"

namespace {

using support::flags;
using support::operator+;

const flags with_engine = {"-std=c++17", "-pthread", "-Wl,--no-as-needed", "-lelf"};

void check_situations(const flags& more, std::initializer_list<const char*> situations) {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto program = directory.file("sites");
    support::build("tests/cases/attach/sites.cpp", program, with_engine + more);
    for (const std::string situation : situations) {
        const auto ran = support::run({program, situation});
        INFO(situation << ": " << ran.errors);
        CHECK(ran.output == "ok\n");
        CHECK(ran.status == 0);
    }
}

// A program with so many probes, each in a function of its own: lines of "time of attaching in us, growth in KiB".
struct many_sites {
    many_sites(int count, const std::string& kind) {
        std::ostringstream source;
        source << (kind == "sdt" ? "#include <sys/sdt.h>\n" : "#include <usdtpp/usdtpp.hpp>\n");
        for (int i = 0; i != count; ++i) {
            source << "[[gnu::noinline]] static void f" << i << "(int x) { "
                   << (kind == "sdt" ? "DTRACE_PROBE1(many, p" : "PROBE(many, p") << i << ", x); }\n";
        }
        source << "void fire_all(int x) {\n";
        for (int i = 0; i != count; ++i) {
            source << "f" << i << "(x);\n";
        }
        source << "}\n";
        support::write_file(directory.file("many.cpp"), source.str());
        support::build("tests/cases/attach/many.cpp", directory.file("many"),
                       flags{"-O1", directory.file("many.cpp")} + with_engine);
    }
    // The least of several runs, for the machine does other things meanwhile.
    void measure() {
        for (int turn = 0; turn != 5; ++turn) {
            std::istringstream line(support::run({directory.file("many")}).output);
            long time = 0;
            long memory = 0;
            line >> sites >> time >> memory >> fired;
            microseconds = turn == 0 ? time : std::min(time, microseconds);
            kibibytes = turn == 0 ? memory : std::min(memory, kibibytes);
        }
    }
    support::temporary_directory directory;
    long sites = 0;
    long fired = 0;
    long microseconds = 0;
    long kibibytes = 0;
};

void check_many(const std::string& kind) {
    SKIP_WITHOUT(support::compiler());
    constexpr int most = 10'000;
    many_sites all(most, kind);
    all.measure();
    INFO(all.microseconds << " us, " << all.kibibytes << " KiB");
    CHECK(all.sites == most);
    CHECK(all.fired == most);
    CHECK(all.microseconds < 100'000);
    CHECK(all.kibibytes < 10'240);
}

} // namespace

TEST_CASE("padding is no room for a jump, pages stay protected as they were, and nops of the kernel are room") {
    check_situations({"-O2"},
                     {"padding is no room", "protection stays", "nop of the kernel is room", "mended nop is no room"});
}
TEST_CASE("padding behind a probe without room is none, and its pages stay protected") {
    check_situations({"-O2", "-DUSDTPP_COMPACT"}, {"padding is no room", "protection stays"});
    check_situations({"-O2", "-DKIND_SDT"}, {"padding is no room", "protection stays"});
}
TEST_CASE("padding behind probes without descriptions is no room, and their long nop is") {
    check_situations({"-O2", "-DUSDTPP_NO_DESCRIPTIONS"}, {"padding is no room", "nop of the kernel is room"});
}

TEST_CASE("the heap can grow where addresses are not random") {
    SKIP_WITHOUT(support::compiler(), "setarch");
    support::temporary_directory directory;
    const auto program = directory.file("sites");
    for (const std::string kind : {"-pie", "-no-pie"}) {
        support::build("tests/cases/attach/sites.cpp", program, flags{"-fPIE", kind} + with_engine);
        const auto ran = support::run({"setarch", "-R", program, "heap can grow"});
        INFO(kind << " " << ran.errors);
        CHECK(ran.output == "ok\n");
    }
}

TEST_CASE("attaching to 10,000 sites with room takes 100 ms and 10 MB at most") {
    check_many("native");
}
TEST_CASE("attaching to 10,000 sites without room takes 100 ms and 10 MB at most") {
    check_many("sdt");
}

TEST_CASE("a hundred plugins have an engine each") {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    const auto plugin = directory.file("plugin0.so");
    support::build("tests/cases/attach/engine.cpp", plugin, flags{"-O1", "-fPIC", "-shared"} + with_engine);
    constexpr int count = 100;
    for (int i = 1; i != count; ++i) {
        std::filesystem::copy_file(plugin, directory.file("plugin" + std::to_string(i) + ".so"));
    }
    support::build("tests/cases/attach/plugins.cpp", directory.file("plugins"), {"-std=c++17", "-ldl"});
    const auto ran = support::run({directory.file("plugins"), directory.file("plugin"), std::to_string(count)},
                                  std::chrono::minutes(2));
    INFO(ran.errors);
    CHECK(ran.output == "ok\n");
}
