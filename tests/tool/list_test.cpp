// usdtpp list agrees with readelf, gdb and tplist.
#include <filesystem>
#include <set>

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "listings.hpp"
#include "locales.hpp"
#include "notes.hpp"
#include "tool.hpp"

namespace {

using nlohmann::json;

json listed(const std::string& target) {
    const auto done = run_tool({"list", "--json", target});
    INFO(done.errors);
    REQUIRE(done.status == 0);
    return json::parse(done.output);
}

using sites = std::multiset<std::string>; // "provider:name location semaphore operand..."

sites of_tool(const json& object, bool with_arguments) {
    sites all;
    for (const auto& probe : object["probes"]) {
        for (const auto& site : probe["sites"]) {
            std::string text = probe["provider"].get<std::string>() + ":" + probe["name"].get<std::string>() + " " +
                               site["location"].dump() + " " + probe["semaphore"].dump();
            for (const auto& operand : site["operands"]) {
                text += with_arguments ? " " + operand.get<std::string>() : "";
            }
            all.insert(text);
        }
    }
    return all;
}

sites of_notes(const std::vector<support::note>& notes, bool with_arguments) {
    sites all;
    for (const auto& note : notes) {
        all.insert(note.provider + ":" + note.name + " " + std::to_string(note.location) + " " +
                   std::to_string(note.semaphore) +
                   (with_arguments && !note.arguments.empty() ? " " + support::joined(note.arguments) : ""));
    }
    return all;
}

// Of this system: those that most have.
std::vector<std::string> installed() {
    std::vector<std::string> found;
    for (const std::string path : {"/lib/x86_64-linux-gnu/libc.so.6", "/usr/lib/x86_64-linux-gnu/libstdc++.so.6",
                                   "/lib/x86_64-linux-gnu/libm.so.6", "/usr/bin/python3", "/usr/bin/gdb",
                                   "/usr/lib/x86_64-linux-gnu/libglib-2.0.so.0", "/usr/bin/qemu-aarch64"}) {
        if (std::filesystem::exists(path)) {
            found.push_back(path);
        }
    }
    return found;
}

void check_agreement(const std::string& binary) {
    INFO(binary);
    const auto objects = listed(binary);
    REQUIRE(objects.size() == 1);
    CHECK(of_tool(objects[0], true) == of_notes(support::read_notes(binary), true));
    if (!support::find_program("gdb").empty()) {
        CHECK(of_tool(objects[0], false) == of_notes(support::list_with_gdb(binary), false));
    }
}

} // namespace

TEST_CASE("usdtpp list agrees with readelf and gdb on programs of ours and of sys/sdt.h") {
    SKIP_WITHOUT(support::compiler());
    const auto source = GENERATE(as<std::string>(), "values.cpp", "enabled.cpp");
    const auto back_end = GENERATE(as<std::string>(), "-DNATIVE", "-DUSDTPP_USE_SYS_SDT");
    INFO(support::compiler() << " " << back_end);
    check_agreement(built_case(source, {back_end}).path());
}

TEST_CASE("usdtpp list agrees with readelf and gdb on the system's binaries") {
    std::size_t probes = 0;
    for (const auto& binary : installed()) {
        check_agreement(binary);
        probes += support::read_notes(binary).size();
    }
    CHECK(probes > 0);
}

TEST_CASE("usdtpp list agrees with tplist") {
    SKIP_WITHOUT(support::compiler());
    SKIP_UNLESS(!support::find_tplist().empty(), "tplist, of bcc, is not installed");
    const built_case values("values.cpp", {});
    CHECK(of_tool(listed(values.path())[0], false) == of_notes(support::list_with_tplist(values.path()), false));
}

TEST_CASE("usdtpp list shows the objects of a process, and the functions that the probes are in") {
    SKIP_WITHOUT(support::compiler());
    const built_case program("enabled.cpp", {"-lstdc++"});
    support::process running({program.path()});
    running.write("\n");
    REQUIRE(running.read_line(std::chrono::seconds(20)) == "000");
    const auto done = run_tool({"list", std::to_string(running.pid())});
    INFO(done.output << done.errors);
    CHECK(done.status == 0);
    CHECK(done.output.find(program.path() + "\n") == 0);
    CHECK(done.output.find("  enabled:one(") != std::string::npos);
    CHECK(done.output.find("\n  libstdcxx:catch(arg0: uint64, arg1: uint64)\n") != std::string::npos);
    CHECK(done.output.find("  __cxa_throw\n") != std::string::npos);
}

TEST_CASE("usdtpp list shows a name of several lines in one, and one that is no UTF-8") {
    SKIP_WITHOUT(support::compiler());
    support::temporary_directory directory;
    support::write_file(directory.file("odd.cpp"), "#include <usdtpp/usdtpp.hpp>\n"
                                                   "int main() { PROBE(odd, one, \"\t\xe9\", 1); }\n");
    support::must_compile(
        {"-std=c++17", "-Wno-invalid-source-encoding", directory.file("odd.cpp"), "-o", directory.file("odd")});
    const auto done = run_tool({"list", directory.file("odd")});
    INFO(done.output);
    CHECK(done.output.find("\n  odd:one(\" \xe9\": string, 1: int32)") != std::string::npos);
    CHECK(listed(directory.file("odd"))[0]["probes"][0]["arguments"][0]["name"] == "\"\t\xef\xbf\xbd\"");
}

TEST_CASE("what the tool writes for programs is the same in a process that has set another locale") {
    SKIP_WITHOUT(support::compiler());
    SKIP_WITHOUT("localedef");
    const support::made_locale locale("de_DE");
    SKIP_FOR(locale.why_not());
    const built_case program("enabled.cpp", {});
    support::write_file(program.file("set.cpp"), "#include <clocale>\n"
                                                 "#include <cstdio>\n"
                                                 "#include <locale>\n"
                                                 "__attribute__((constructor)) static void set() {\n"
                                                 "    std::setlocale(LC_ALL, \"\");\n"
                                                 "    std::locale::global(std::locale(\"\"));\n"
                                                 "    std::fprintf(stderr, \"%.1f\", 1.5);\n"
                                                 "}\n");
    support::must_compile({"-shared", "-fPIC", program.file("set.cpp"), "-o", program.file("set.so")});
    for (const std::string command : {"list", "bpftrace"}) {
        const support::flags words = {USDTPP_TOOL, command, "--json", program.path()};
        const auto expected = support::run(words);
        support::start_options german;
        german.environment = {
            {"LC_ALL", locale.name()}, {"LOCPATH", locale.path()}, {"LD_PRELOAD", program.file("set.so")}};
        const auto found = support::run(words, std::chrono::minutes(1), german);
        INFO(found.errors);
        CHECK(found.errors.find("1,5") == 0);
        CHECK(expected.status == 0);
        CHECK(found.status == 0);
        CHECK(!expected.output.empty());
        CHECK(found.output == expected.output);
    }
}

TEST_CASE("damaged descriptions are named in one line on standard error, and the probes are listed") {
    SKIP_WITHOUT(support::compiler(), "objcopy");
    const built_case program("values.cpp", {});
    const auto damaged = program.file("damaged");
    support::write_file(program.file("section"), "no note");
    const auto copied = support::run(
        {"objcopy", "--update-section", ".note.usdtpp=" + program.file("section"), program.path(), damaged});
    INFO(copied.errors);
    REQUIRE(copied.status == 0);
    const auto line = "usdtpp: " + damaged +
                      ": section .note.usdtpp: it is cut off: its probes are read without the descriptions there\n";
    const auto list = run_tool({"list", "--json", damaged});
    CHECK(list.status == 0);
    CHECK(list.errors == line);
    CHECK(of_tool(json::parse(list.output)[0], true) == of_notes(support::read_notes(program.path()), true));
    for (const std::string command : {"bpftrace", "verify"}) {
        const auto done = run_tool({command, damaged});
        CHECK(done.status == 0);
        CHECK(done.errors.find(line) != std::string::npos);
    }
}
