// Runs notes_fuzzer.cpp for USDTPP_FUZZ_SECONDS, from seeds that it builds of tests/cases.
#include <iostream>

#include "catch.hpp"
#include "toolchain.hpp"

namespace {

using support::flags;

// Empty where clang++ makes fuzzers.
std::string why_no_fuzzer(const support::temporary_directory& directory) {
    if (support::find_program("clang++").empty()) {
        return "clang++ is not installed";
    }
    const auto source = directory.file("empty.cpp");
    support::write_file(source, "extern \"C\" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }\n");
    const auto tried =
        support::run({"clang++", "-fsanitize=fuzzer,address,undefined", source, "-o", directory.file("empty")});
    return tried.status == 0 ? "" : "clang++ has no libFuzzer: install libclang-rt-dev";
}

// A binary for each processor that there is a compiler for. Returns how many there are.
int build_seeds(const std::string& directory) {
    const std::vector<flags> compilers = {{"g++", "-DADDRESS=.8byte"},
                                          {"g++", "-m32", "-DADDRESS=.4byte"},
                                          {"aarch64-linux-gnu-g++", "-DADDRESS=.8byte"},
                                          {"arm-linux-gnueabihf-g++", "-DADDRESS=.4byte"},
                                          {"powerpc64le-linux-gnu-g++", "-DADDRESS=.8byte"},
                                          {"riscv64-linux-gnu-g++", "-DADDRESS=.8byte"},
                                          {"s390x-linux-gnu-g++", "-DADDRESS=.8byte"}};
    int built = 0;
    for (const auto& compiler : compilers) {
        for (const std::string source : {"small", "described"}) {
            flags command = compiler;
            command.insert(command.end(),
                           {"-std=c++17", "-O1", "-nostdlib", "-static", "-Wl,--build-id=none,-z,max-page-size=4096",
                            "-I" + support::project_file("include"),
                            support::project_file("tests/cases/reader/" + source + ".cpp"), "-o",
                            directory + "/" + source + std::to_string(built)});
            const bool there = !support::find_program(compiler.front()).empty();
            built += there && support::run(command).status == 0 ? 1 : 0;
        }
    }
    const std::vector<std::string> texts = {
        "-4@%edi 8@-16(%rbp) 4@4+counter(%rip) 8@(%rax,%rbx,8) -4@$-5 8f@%xmm0",
        "8@x0 4@[sp, 12] 4@[x1, x2, lsl 3] 4@[r3, #-8] -4@#5 8@-20(s0)",
        "-4@i-3 8@3 8@8(1) 8@5,4 8@%r2 8@8(%r1,%r15) 8@%fs:x@tpoff", "f(a, b), \"c, \\\"\", ',', R\"(x)\", 1'000",
        "7f3a40000000-7f3a40021000 r-xp 00026000 fe:01 1234    /usr/lib/a\\012b.so"};
    for (std::size_t i = 0; i != texts.size(); ++i) {
        support::write_file(directory + "/text" + std::to_string(i), texts[i]);
    }
    return built;
}

} // namespace

TEST_CASE("the note reader stands whatever libFuzzer finds") {
    support::temporary_directory directory, seeds, corpus;
    SKIP_FOR(why_no_fuzzer(directory));
    REQUIRE(build_seeds(seeds.path()) > 0);
    const auto fuzzer = directory.file("notes_fuzzer");
    const auto built = support::run(
        {"clang++", "-std=c++17", "-O1", "-g", "-fsanitize=fuzzer,address,undefined", "-fno-sanitize-recover=all",
         "-idirafter", USDTPP_TEST_LIBELF_INCLUDE, "-I" + support::project_file("include"),
         support::project_file("tests/fuzz/notes_fuzzer.cpp"), USDTPP_TEST_LIBELF, "-o", fuzzer},
        std::chrono::minutes(5));
    INFO(built.errors);
    REQUIRE(built.status == 0);
    const auto seconds = std::to_string(USDTPP_FUZZ_SECONDS);
    const auto done =
        support::run({fuzzer, "-max_total_time=" + seconds, "-max_len=20000", "-len_control=0", "-timeout=10",
                      "-rss_limit_mb=1024", "-print_final_stats=1", corpus.path(), seeds.path()},
                     std::chrono::seconds(USDTPP_FUZZ_SECONDS) + std::chrono::minutes(2));
    const auto tail = done.errors.substr(done.errors.size() - std::min<std::size_t>(done.errors.size(), 6000));
    INFO(tail); // of a finding, the file that it was written to
    CHECK(done.status == 0);
    const auto stats = tail.find("stat::number_of_executed_units");
    REQUIRE(stats != std::string::npos);
    std::cout << tail.substr(stats, tail.find('\n', stats) - stats) << " in " << seconds << " s" << std::endl;
}
