// Two translation units share probes in inline functions, templates, lambdas and constructors; each linker must make
// one note of each live site, in the function that the probe is named after, and no ghosts.
#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "catch.hpp"
#include "disassembly.hpp"
#include "linkers.hpp"
#include "notes.hpp"
#include "toolchain.hpp"

namespace {

using support::flags;

using sites = std::map<std::string, int>; // the name of a probe -> how many

const sites in_both = {{"in_inline", 1}, {"in_template", 1}, {"in_constexpr", 1},
                       {"in_lambda", 1}, {"in_method", 1},   {"in_constructor", 1}};

sites operator+(sites all, const sites& more) {
    all.insert(more.begin(), more.end());
    return all;
}
const sites live_in_main = {{"main", 1}, {"before_main", 1}};
const sites live = in_both + live_in_main + sites{{"other", 1}};
const sites dead = {{"dead_in_main", 1}, {"dead_in_other", 1}};

// What the disassembly calls the function of a probe.
std::string function_of(const std::string& probe) {
    static const std::map<std::string, std::string> special = {
        {"in_lambda", "lambda"}, {"in_constructor", "holder::holder"}, {"in_method", "holder::method"}};
    const auto found = special.find(probe);
    return found == special.end() ? probe : found->second;
}

// How many sites each probe of the provider has; every note is checked against the code that it points to, and each
// site has its description and no other.
sites check_sites(const std::string& image, const std::string& provider = "link") {
    std::map<std::uint64_t, support::instruction> code;
    for (const auto& instruction : support::disassemble(image)) {
        code[instruction.address] = instruction;
    }
    sites found;
    std::map<std::string, std::uint64_t> semaphores;
    std::uint64_t base = 0;
    std::multiset<std::uint64_t> described;
    for (const auto& note : support::read_notes(image)) {
        if (note.provider != provider) {
            continue; // the C library's own, in a static program
        }
        INFO(note.name << " at " << note.location << " in " << code[note.location].function);
        CHECK(code[note.location].text == "nop");
        CHECK((provider != "link" || code[note.location].function.find(function_of(note.name)) != std::string::npos));
        base = base == 0 ? note.base : base;
        CHECK(note.base != 0);
        CHECK(note.base == base);
        CHECK(semaphores.emplace(note.name, note.semaphore).first->second == note.semaphore);
        ++found[note.name];
        described.insert(note.location);
    }
    CHECK(support::read_described_sites(image) == described);
    return found;
}

// A directory, and the compiler with one linker in it.
class linking {
public:
    explicit linking(const char* linker) : linker_(linker) {}

    // Compiles and links tests/cases/link/`files` (or, with a slash, files of any place) into `output`. Throws
    // support::build_failure. The linker must not complain.
    void operator()(const std::string& output, const flags& files, const flags& options = {}) const {
        flags all = {"-std=c++20", "-O1", "-o", output};
        if (std::find(options.begin(), options.end(), "-c") == options.end()) {
            all.push_back(support::use_linker(linker_));
        }
        for (const auto& name : files) {
            all.push_back(name.front() == '/' ? name : support::project_file("tests/cases/link/" + name));
        }
        all.insert(all.end(), options.begin(), options.end());
        all.insert(all.end(), more_.begin(), more_.end());
        const auto warnings = support::must_compile(all);
        CHECK(warnings.empty());
    }

    // Why `steps` cannot be taken here, with or without probes; empty where they have been taken.
    std::string why_not(const std::function<void()>& steps) {
        if (!support::compiler_is_installed()) {
            return support::compiler() + " is not installed";
        }
        return support::why_not_buildable([&](const flags& more) {
            more_ = more;
            steps();
        });
    }

    std::string file(const std::string& name) const {
        return directory_.file(name);
    }

private:
    std::string linker_;
    flags more_;
    support::temporary_directory directory_;
};

const flags garbage_collection = {"-ffunction-sections", "-fdata-sections", "-Wl,--gc-sections"};

void check_program(const char* linker, const flags& options, const sites& expected) {
    linking link(linker);
    const auto program = link.file("program");
    const auto why = link.why_not([&] { link(program, {"main.cpp", "other.cpp"}, options); });
    SKIP_FOR(why);
    CHECK(check_sites(program) == expected);
    CHECK(support::run({program}).status == 0);
}

} // namespace

TEMPLATE_TEST_CASE("one note of each site that two translation units share", "", bfd, gold, lld, mold) {
    check_program(TestType::name, {}, live + dead);
}

TEMPLATE_TEST_CASE("one note of each site in a static program", "[full]", bfd, gold, lld, mold) {
    check_program(TestType::name, {"-static"}, live + dead);
}

TEMPLATE_TEST_CASE("one note of each site with link-time optimisation", "[full]", bfd, gold, lld, mold) {
    check_program(TestType::name, {"-flto"}, live); // it finds out itself what is dead
}

TEMPLATE_TEST_CASE("one note of each site with --icf=all", "[full]", gold, lld, mold) {
    check_program(TestType::name, {"-ffunction-sections", "-Wl,--icf=all"}, live + dead);
}

TEMPLATE_TEST_CASE("one note of each site with a static library", "[full]", bfd, gold, lld, mold) {
    linking link(TestType::name);
    const auto program = link.file("program");
    const auto why = link.why_not([&] {
        link(link.file("other.o"), {"other.cpp"}, {"-c"});
        REQUIRE(support::run({"ar", "rcs", link.file("libother.a"), link.file("other.o")}).status == 0);
        link(program, {"main.cpp", link.file("libother.a")});
    });
    SKIP_FOR(why);
    CHECK(check_sites(program) == live + dead);
    CHECK(support::run({program}).status == 0);
}

TEMPLATE_TEST_CASE("one note of each site after a partial link (-r)", "[full]", bfd, gold, lld, mold) {
    linking link(TestType::name);
    const auto program = link.file("program");
    std::string why;
    try {
        why = link.why_not([&] {
            link(link.file("part.o"), {"main.cpp", "other.cpp"}, {"-r", "-nostdlib"});
            link(program, {link.file("part.o")});
        });
    } catch (const support::build_failure& failure) {
        // mold 1.10, at any hidden symbol in a COMDAT group that a note refers to: sys/sdt.h's as well.
        SKIP_UNLESS(std::string(failure.what()).find("get_output_sym_idx") == std::string::npos,
                    "mold fails an assertion of its own at -r");
        throw;
    }
    SKIP_FOR(why);
    CHECK(check_sites(program) == live + dead);
    CHECK(support::run({program}).status == 0);
}

TEMPLATE_TEST_CASE("an executable and its shared library each have one note of each of their sites", "", bfd, gold, lld,
                   mold) {
    linking link(TestType::name);
    const auto program = link.file("program");
    const auto library = link.file("libother.so");
    const auto why = link.why_not([&] {
        link(library, {"other.cpp"}, {"-shared", "-fPIC"});
        link(program, {"main.cpp", library}, {"-Wl,-rpath," + link.file("")});
    });
    SKIP_FOR(why);
    CHECK(check_sites(library) == in_both + sites{{"other", 1}, {"dead_in_other", 1}});
    CHECK(check_sites(program) == in_both + live_in_main + sites{{"dead_in_main", 1}});
    CHECK(support::run({program}).status == 0);

    const auto exported = support::run({"nm", "--dynamic", "--defined-only", library}).output;
    INFO(exported);
    CHECK(exported.find("dead_in_other") != std::string::npos);
    CHECK(exported.find("usdtpp_semaphore") == std::string::npos);
    CHECK(exported.find("stapsdt") == std::string::npos);
}

TEMPLATE_TEST_CASE("section garbage collection drops no note of a live function, nor the base they refer to", "", bfd,
                   gold, lld, mold) {
    auto options = garbage_collection;
    options.push_back("-DNO_DEAD_FUNCTION");
    check_program(TestType::name, options, live);
}

TEMPLATE_TEST_CASE("the note of a dead function goes with it", "", bfd, lld) {
    check_program(TestType::name, garbage_collection, live);
}

// The two limits of docs/limitations.md: where one of these fails, a linker has become better, and the page can say so.
TEST_CASE("as documented, gold does not link a dead probe under --gc-sections") {
    linking link("gold");
    const auto why = link.why_not([&] { link(link.file("program"), {"main.cpp", "other.cpp"}); });
    SKIP_FOR(why);
    std::string error = "none";
    try {
        link(link.file("program"), {"main.cpp", "other.cpp"}, garbage_collection);
    } catch (const support::build_failure& failure) {
        error = failure.what();
    }
    INFO(error);
    CHECK(error.find("which is defined in a discarded section") != std::string::npos);
}
TEST_CASE("as documented, mold leaves a ghost of a dead probe under --gc-sections") {
    linking link("mold");
    const auto program = link.file("program");
    const auto why = link.why_not([&] { link(program, {"main.cpp", "other.cpp"}, garbage_collection); });
    SKIP_FOR(why);
    int ghosts = 0;
    for (const auto& note : support::read_notes(program)) {
        const bool at_nothing = note.location < 4096;
        INFO(note.name);
        CHECK((dead.count(note.name) != 0) == at_nothing);
        CHECK(note.base != 0);
        ghosts += at_nothing ? 1 : 0;
    }
    CHECK(ghosts == 2);
}

TEMPLATE_TEST_CASE("functions that differ only in their probes are not folded", "", gold, lld, mold) {
    const auto optimisation = GENERATE(as<std::string>(), "-O1", "-O2");
    const auto folding = GENERATE(as<std::string>(), "-Wl,--icf=all", "-Wl,--icf=safe");
    linking link(TestType::name);
    const auto program = link.file("program");
    const auto why = link.why_not([&] {
        link(program, {"twins.cpp", "other_twins.cpp"}, {optimisation, "-ffunction-sections", folding});
    });
    SKIP_FOR(why);
    CHECK(check_sites(program, "twins") == sites{{"hit", 1}, {"miss", 1}, {"state", 3}});
    std::map<std::uint64_t, std::string> at;
    for (const auto& note : support::read_notes(program)) {
        CHECK(at.emplace(note.location, note.name).second);
    }
}
