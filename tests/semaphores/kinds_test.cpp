// Semaphores in each kind of executable.
#include "binaries.hpp"
#include "catch.hpp"
#include "program.hpp"
#include "tracers.hpp"

namespace {

const std::vector<support::flags> kinds = {{"-fno-pie", "-no-pie"},
                                           {"-fno-pie", "-static"},
                                           {"-fPIE", "-static-pie"},
                                           {"-fPIE", "-pie", "-Wl,-z,relro", "-Wl,-z,now"},
                                           {"-fPIE", "-pie", "-O0", "-ffunction-sections", "-Wl,--gc-sections"},
                                           {"-fPIE", "-pie", "-Wl,-z,noseparate-code"}};

} // namespace

TEMPLATE_TEST_CASE("semaphores work in each kind of executable that a linker makes", "[full]", bfd, gold, lld, mold) {
    SKIP_FOR(why_no_uprobes_here());
    SKIP_WITHOUT(TestType::program);
    for (auto flags : kinds) {
        if (std::is_same_v<TestType, gold> && flags[1] == "-static-pie") {
            continue; // gold does not know --no-dynamic-linker
        }
        if (std::is_same_v<TestType, gold> && flags.back() == "-Wl,-z,noseparate-code") {
            continue; // nor this
        }
        flags.push_back(support::use_linker(TestType::name));
        check_semaphores(flags);
    }
}

TEST_CASE("bpftrace raises the semaphores of static, position-independent and other executables", "[full]") {
    SKIP_FOR(why_no_bpftrace_here());
    struct choice {
        std::string code, link;
        bool alone; // with -p
    };
    const auto kind = GENERATE(choice{"-fno-pie", "-static", true}, choice{"-fPIE", "-pie", false},
                               choice{"-fno-pie", "-no-pie", true}, choice{"-fPIE", "-static-pie", false});
    INFO(kind.link << (kind.alone ? ", -p" : ""));
    support::temporary_directory directory;
    const auto path = directory.file("target");
    build_case("target", path, {kind.code, kind.link});
    program running({path});
    CHECK(running.answer() == "00 0");
    support::bpftrace tracer(kind.alone ? running.pid() : support::every_process,
                             "usdt:" + path + ":target:tick { printf(\"%d\\n\", arg0); }");
    CHECK(running.ask("tick") == "10 1");
    CHECK(running.ask("tick") == "10 2");
    CHECK(tracer.read_line() == "1");
    CHECK(tracer.read_line() == "2");
    CHECK(tracer.stop().empty());
    CHECK(running.ask_until("state", "00 2") == "00 2");
}
