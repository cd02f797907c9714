// Which probe a description is of, and those that are damaged: tracers read the probes without, and so does the reader.
// Built with the sanitizers.
#include <chrono>

#include <usdtpp/notes.hpp>

#include "catch.hpp"
#include "image.hpp"

namespace {

constexpr std::uint64_t one_argument = std::uint64_t{1} << 48 | 1; // a signed integer
constexpr std::uint64_t long_nop = std::uint64_t{1} << 52;

usdtpp::elf_probes read(const std::string& image) {
    return usdtpp::detail::reader::read_memory(image.data(), image.size());
}

std::string probe(std::uint64_t site, const std::string& arguments = "-4@%edi", const std::string& name = "n") {
    return stapsdt(site, 0, terminated("p") + terminated(name) + terminated(arguments));
}

std::string body(std::uint64_t site, unsigned line, const std::string& text = "p, n, x",
                 std::uint64_t kinds = one_argument, const std::string& file = "f.cpp") {
    return number(site, 8) + number(kinds, 8) + number(line, 4) + terminated(file) + terminated(text);
}
std::string described(const std::string& body) {
    return note("usdtpp", 0x1001, body);
}
std::string mark(std::uint64_t site) {
    return described(body(site, 0, "", long_nop, ""));
}

image_section probes(const std::string& contents) {
    return {".note.stapsdt", SHT_NOTE, contents};
}
image_section descriptions(const std::string& contents) {
    return {".note.usdtpp", SHT_NOTE, contents};
}

// "f.cpp:7 x" of each probe; " nop" follows where it has a long one.
std::vector<std::string> said(const usdtpp::elf_probes& of) {
    std::vector<std::string> all;
    for (const auto& one : of.probes) {
        all.push_back(one.file + ":" + std::to_string(one.line));
        for (const auto& argument : one.arguments) {
            all.back() += " " + argument.name;
        }
        all.back() += one.has_long_nop ? " nop" : "";
    }
    return all;
}
std::vector<std::string> said(const std::string& all_probes, const std::string& all_descriptions) {
    return said(read(image_of({probes(all_probes), descriptions(all_descriptions)})));
}

using texts = std::vector<std::string>;
const std::string cut_off = "section .note.usdtpp: it is cut off";
const std::string endless = "section .note.usdtpp: a text in it does not end";

} // namespace

TEST_CASE("a damaged description is passed over, and named") {
    const auto source = body(0x10, 7, "p, n, x", one_argument, "f.cpp") + terminated("t");
    const auto line_size = std::size_t{8 + 8 + 4};
    struct row {
        std::string what;
        std::string contents;
        std::string damage;
        std::string said;
    };
    const auto right = described(source);
    const auto second = described(body(0x20, 8));
    auto no_owner_end = right;
    no_owner_end[12 + 6] = 'x';
    std::vector<row> rows = {
        {"nothing", right, "", "f.cpp:7 x"},
        {"no type", described(source.substr(0, source.size() - 2)), "", "f.cpp:7 x"},
        {"a type that does not end", described(source.substr(0, source.size() - 1)), endless, ":0 "},
        {"more arguments than there are", described(body(0x10, 7, "p, n, x", ~std::uint64_t{0} >> 12)), "", "f.cpp:7 "},
        {"of another type", note("usdtpp", 0x1003, source), "", ":0 "},
        {"no end of the owner's name", no_owner_end, endless, ":0 "},
        {"without a file", described(body(0x10, 7, "p, n, x", one_argument, "")),
         "section .note.usdtpp: a description in it names no file", ":0 "},
        {"something behind", described(source + std::string(2, '\0') + "x"),
         "section .note.usdtpp: a description in it is followed by something else", ":0 "},
        {"what clang leaves of two statements", right + number(4, 4) + terminated("f.cpp") + terminated("p, n, x"),
         cut_off, "f.cpp:7 x"},
        {"no header", right + "xyz", cut_off, "f.cpp:7 x"},
        {"a size beyond the end", right + number(7, 4) + number(0xffffffff, 4) + number(0x1001, 4), cut_off,
         "f.cpp:7 x"},
        {"sizes whose sum overflows", right + number(0xfffffffc, 4) + number(0xfffffffc, 4) + number(0x1001, 4),
         cut_off, "f.cpp:7 x"},
        {"a damaged one before a right one", described(source.substr(0, line_size)) + right, endless, "f.cpp:7 x"},
    };
    for (std::size_t size = 0; size != source.size() - 2; ++size) {
        rows.push_back({"cut off after " + std::to_string(size), described(source.substr(0, size)),
                        size >= line_size ? endless : cut_off, ":0 "});
    }
    for (const auto& one : rows) {
        INFO(one.what);
        const auto found = read(image_of({probes(probe(0x10)), descriptions(one.contents)}));
        CHECK(found.damage == one.damage);
        CHECK(said(found) == texts{one.said});
    }
    // Another section is read still.
    const auto both = probe(0x10) + probe(0x20);
    for (const bool is_first : {true, false}) {
        const auto damaged = descriptions("xyz");
        const auto whole = descriptions(second);
        const auto found = read(image_of({probes(both), is_first ? damaged : whole, is_first ? whole : damaged}));
        CHECK(found.damage == cut_off);
        CHECK(said(found) == texts{":0 ", "f.cpp:8 x"});
    }
    auto compressed = descriptions(right);
    compressed.flags = SHF_COMPRESSED;
    CHECK(read(image_of({probes(both), compressed})).damage == "section .note.usdtpp: it is compressed");
    auto too_long = descriptions(right);
    too_long.size = std::uint64_t{1} << 40;
    CHECK(read(image_of({probes(both), too_long})).damage == cut_off);
}

TEST_CASE("a text may have a note of its own, before or behind its descriptions, in another section or twice") {
    const auto by_number = [](std::uint64_t site, unsigned line, std::uint64_t text) {
        return note("usdtpp", 0x1002, number(site, 8) + number(one_argument, 8) + number(line, 4) + number(text, 8));
    };
    const auto text = [](std::uint64_t its_number, const std::string& arguments) {
        return note("usdtpp", 0x2002,
                    number(its_number, 8) + terminated("f.cpp") + terminated(arguments) + std::string(9, '\0'));
    };
    const auto both = probe(0x10) + probe(0x20);
    const texts right = {"f.cpp:7 x", "f.cpp:8 y"};
    const auto x = text(7000, "p, n, x");
    const auto y = text(~std::uint64_t{0}, "p, n, y");
    const auto first = by_number(0x10, 7, 7000);
    const auto second = by_number(0x20, 8, ~std::uint64_t{0});
    CHECK(said(both, x + first + y + second) == right);
    CHECK(said(both, first + second + y + x) == right);
    CHECK(said(both, x + y + x + second + first) == right);
    CHECK(said(both, first + x + described(body(0x20, 8, "p, n, y"))) == right);
    CHECK(said(read(image_of({probes(both), descriptions(first + second), descriptions(x + y)}))) == right);
    CHECK(said(both, by_number(0x10, 7, 7000) + by_number(0x20, 9, 7000) + x) == texts{"f.cpp:7 x", "f.cpp:9 x"});
    // Where a linker misplaced them all, those of both types are in the order of the source.
    CHECK(said(probe(0) + probe(0), by_number(0, 7, 7000) + described(body(0, 8, "p, n, y")) + x) == right);
    CHECK(said(probe(0) + probe(0), described(body(0, 7)) + by_number(0, 8, 7000) + text(7000, "p, n, y")) == right);

    const std::vector<std::pair<std::string, std::string>> damaged = {
        {first + y, "section .note.usdtpp: a description in it has its text nowhere"},
        {first + note("usdtpp", 0x2002, number(7000, 8)), endless},
        {first + note("usdtpp", 0x2002, number(7000, 8) + "f.cpp"), endless},
        {first + note("usdtpp", 0x2002, "short"), cut_off},
        {note("usdtpp", 0x1002, std::string(27, 'x')) + x, cut_off},
        {first + text(7000, "") + note("usdtpp", 0x2002, ""), cut_off},
        {first + text(7000, std::string(300, 'x')),
         "section .note.usdtpp: a text of descriptions in it is longer than 256 bytes"},
    };
    for (const auto& [contents, damage] : damaged) {
        const auto found = read(image_of({probes(both), descriptions(contents + described(body(0x20, 8, "p, n, y")))}));
        CHECK(found.damage == damage);
        CHECK(said(found).back() == "f.cpp:8 y");
    }
}

TEST_CASE("that a long nop stands there says only a description with that address") {
    const auto with_nop = one_argument | long_nop;
    CHECK(said(probe(0x10), described(body(0x10, 7, "p, n, x", with_nop))) == texts{"f.cpp:7 x nop"});
    CHECK(said(probe(0x10), described(body(0x10, 7))) == texts{"f.cpp:7 x"});
    CHECK(said(probe(0x10), mark(0x10)) == texts{":0  nop"}); // which describes nothing
    CHECK(said(probe(0x10), mark(0x11)) == texts{":0 "});
    CHECK(said(probe(0x10, ""), mark(0x10)) == texts{":0 nop"});
    CHECK(said(probe(0x10, "", "a") + probe(0x20, "", "b"), mark(0x20)) == texts{":0", ":0 nop"});
    // Of another address it is a description, and says nothing of the code.
    CHECK(said(probe(0x10), described(body(0x999, 7, "p, n, x", with_nop))) == texts{"f.cpp:7 x"});
    CHECK(read(image_of({probes(probe(0x10)), descriptions(mark(0x10))})).damage.empty());
}

TEST_CASE("descriptions whose sites were moved are matched by name and arguments, unless that is ambiguous") {
    const auto of = [](std::uint64_t site, unsigned line, const std::string& text = "p, n, x",
                       std::uint64_t kinds = one_argument) { return described(body(site, line, text, kinds)); };
    constexpr auto unsigned_argument = std::uint64_t{1} << 48 | 2;
    constexpr auto two_arguments = std::uint64_t{2} << 48 | 0x11;
    struct row {
        std::string what;
        std::string probes;
        std::string descriptions;
        texts said;
    };
    const std::vector<row> rows = {
        {"one", probe(0x10), of(0x999, 7), {"f.cpp:7 x"}},
        {"another name", probe(0x10, "-4@%edi", "m"), of(0x999, 7), {":0 "}},
        {"another number of arguments", probe(0x10, "-4@%edi -4@%esi"), of(0x999, 7), {":0  "}},
        {"another sign", probe(0x10), of(0x999, 7, "p, n, x", unsigned_argument), {":0 "}},
        {"each its own",
         probe(0x10, "-4@%edi", "m") + probe(0x20),
         of(0x998, 7) + of(0x999, 8, "p, m, y"),
         {"f.cpp:8 y", "f.cpp:7 x"}},
        {"several of one place",
         probe(0x10) + probe(0x20) + probe(0x30),
         of(0x997, 7) + of(0x998, 7),
         {"f.cpp:7 x", "f.cpp:7 x", "f.cpp:7 x"}},
        {"several places in order", probe(0x10) + probe(0x20), of(0x998, 7) + of(0x999, 8), {"f.cpp:7 x", "f.cpp:8 x"}},
        {"several places, and fewer",
         probe(0x10) + probe(0x20) + probe(0x30),
         of(0x998, 7) + of(0x999, 8),
         {":0 ", ":0 ", ":0 "}},
        {"in order, and arguments contradict",
         probe(0x10) + probe(0x20, "-4@%edi -4@%esi"),
         of(0x998, 7, "p, n, x, y", two_arguments) + of(0x999, 8),
         {":0 ", ":0  "}},
        {"in order, and arguments agree",
         probe(0x10, "-4@%edi -4@%esi") + probe(0x20),
         of(0x998, 7, "p, n, x, y", two_arguments) + of(0x999, 8),
         {"f.cpp:7 x y", "f.cpp:8 x"}},
        {"the others by address", probe(0x10) + probe(0x20), of(0x10, 7) + of(0x999, 8), {"f.cpp:7 x", "f.cpp:8 x"}},
        {"more than there are probes", probe(0x10), of(0x998, 7) + of(0x999, 8), {":0 "}},
    };
    for (const auto& one : rows) {
        INFO(one.what);
        CHECK(said(one.probes, one.descriptions) == one.said);
    }
}

TEST_CASE("a great many probes take no more text of descriptions than the file warrants") {
    const auto begin = std::chrono::steady_clock::now();
    const std::string long_name(1 << 20, 'x');
    std::string many;
    for (std::uint64_t i = 0; i != 20000; ++i) {
        many += probe(i + 1);
    }
    const auto image = image_of({probes(many), descriptions(described(body(1 << 20, 7, "p, n, " + long_name)))});
    std::size_t characters = 0;
    for (const auto& one : read(image).probes) {
        characters += one.arguments[0].name.size();
    }
    CHECK(characters >= long_name.size());
    CHECK(characters <= 16 * image.size() + (1U << 20));
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(20));
}
