// Files that somebody made to mislead a reader, or to have it take all time and memory there is. Built with the
// sanitizers.
#include <chrono>

#include <usdtpp/notes.hpp>

#include "catch.hpp"
#include "image.hpp"

namespace {

const std::string strings = terminated("p") + terminated("n") + terminated("-4@%edi");

usdtpp::elf_probes read(const std::string& image) {
    return usdtpp::detail::reader::read_memory(image.data(), image.size());
}

std::string error_of(const std::string& image) {
    try {
        return "none, but " + std::to_string(read(image).probes.size()) + " probes";
    } catch (const usdtpp::note_error& error) {
        return std::string(error.what()).substr(8); // without "memory: "
    }
}

image_section notes(const std::string& contents) {
    return {".note.stapsdt", SHT_NOTE, contents, 0, 0, 0, 4, 0};
}

std::string cut_off() {
    return "section .note.stapsdt: it is cut off";
}

std::string endless() {
    return "section .note.stapsdt: a text in it does not end";
}

// With the sanitizers a file of some megabytes takes a second or two; what grows with the square of it, minutes.
class stopwatch {
public:
    ~stopwatch() {
        CHECK(std::chrono::steady_clock::now() - start_ < std::chrono::seconds(20));
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

} // namespace

TEST_CASE("only notes of SystemTap's owner and type, in its section, are probes") {
    const auto right = stapsdt(0x10, 0, strings);
    CHECK(read(image_of({notes(right)})).probes.size() == 1);
    CHECK(read(image_of({notes(right + right), notes(right)})).probes.size() == 3);
    CHECK(read(image_of({notes("")})).probes.empty());
    CHECK(read(image_of({{".note.other", SHT_NOTE, right}})).probes.empty());
    CHECK(read(image_of({{".note.stapsdt.more", SHT_NOTE, right}})).probes.empty());
    CHECK(read(image_of({{".note.stapsdt", SHT_PROGBITS, right}})).probes.empty());
    const auto others = note("stapsd", 3, "x") + note("stapsdtt", 3, "x") + note("stapsdt", 2, "x") + note("", 3, "");
    CHECK(read(image_of({notes(others + right)})).probes.size() == 1);
}

TEST_CASE("notes may be aligned to eight bytes, and the last one may lack its padding") {
    auto section = notes(note("stapsdt", 3, number(1, 8) + number(0, 16) + strings, 8) + note("GNU", 1, "12345", 8) +
                         note("stapsdt", 3, number(2, 8) + number(0, 16) + strings, 8));
    section.alignment = 8;
    CHECK(read(image_of({section})).probes.size() == 2);
    auto unpadded = stapsdt(0x10, 0, strings + "x");
    unpadded.resize(unpadded.size() - 1);
    CHECK(read(image_of({notes(unpadded)})).probes.size() == 1);
}

TEST_CASE("addresses are adjusted by the base, unless there is none") {
    const image_section base = {".stapsdt.base", SHT_PROGBITS, "x", 0, SHF_ALLOC, 0x5000};
    const auto location = [](const std::string& image) { return read(image).probes.at(0).location; };
    CHECK(location(image_of({base, notes(stapsdt(0x10, 0x5000, strings))})) == 0x10);
    CHECK(location(image_of({base, notes(stapsdt(0x10, 0x4000, strings))})) == 0x1010);
    CHECK(location(image_of({base, notes(stapsdt(0x2000, 0x6000, strings))})) == 0x1000);
    CHECK(location(image_of({base, notes(stapsdt(0x10, 0, strings))})) == 0x10);
    CHECK(location(image_of({notes(stapsdt(0x10, 0x4000, strings))})) == 0x10);
}

TEST_CASE("a function is found from its first byte to its last") {
    const auto function_at = [](std::uint64_t location, const std::string& symbols, Elf64_Half machine = EM_X86_64) {
        const auto image = image_of({notes(stapsdt(location, 0, strings)),
                                     {".symtab", SHT_SYMTAB, symbols, 3},
                                     {".strtab", SHT_STRTAB, terminated("f") + terminated("g@@V1")}},
                                    "", machine);
        return read(image).probes.at(0).function;
    };
    const auto f = symbol(0, 0x10, 0x10);
    CHECK(function_at(0x0f, f).empty());
    CHECK(function_at(0x10, f) == "f");
    CHECK(function_at(0x1f, f) == "f");
    CHECK(function_at(0x20, f).empty());
    const auto g = symbol(2, 0x20, 0); // of no known size
    CHECK(function_at(0x1f, g + f) == "f");
    CHECK(function_at(0x30, g + f) == "g");
    CHECK(function_at(0x18, symbol(2, 0x10, 4) + f) == "f");
    // The lowest bit of an address says Thumb.
    CHECK(function_at(0x10, symbol(0, 0x11, 0x10)).empty());
    CHECK(function_at(0x10, symbol(0, 0x11, 0x10), EM_ARM) == "f");
}

TEST_CASE("a damaged note is an error that names its section") {
    const auto first = stapsdt(0x10, 0, strings);
    const auto with = [&](const std::string& second) { return error_of(image_of({notes(first + second)})); };
    CHECK(with("") == "none, but 1 probes");
    CHECK(with("x") == cut_off());
    CHECK(with(number(0xffffffff, 4) + number(0, 4) + number(3, 4)) == cut_off());
    CHECK(with(number(8, 4) + number(0xffffffff, 4) + number(3, 4) + terminated("stapsdt")) == cut_off());
    CHECK(with(number(0xfffffffc, 4) + number(0xfffffffc, 4) + number(3, 4) + terminated("stapsdt")) == cut_off());
    CHECK(with(note("stapsdt", 3, "")) == cut_off());
    CHECK(with(note("stapsdt", 3, std::string(23, 'x'))) == cut_off());
    CHECK(with(note("stapsdt", 3, std::string(24, 'x'))) == endless());
    CHECK(with(note("stapsdt", 3, std::string(32, 'x'))) == endless());
    CHECK(with(stapsdt(1, 0, terminated("p") + terminated("n"))) == endless());
    CHECK(with(stapsdt(1, 0, terminated("p") + terminated("n") + "-4@%edi")) == endless());
    CHECK(with(note(std::string("stapsdt", 6), 3, "")) == "none, but 1 probes");
    auto no_end = first;
    no_end[19] = 'x'; // the owner's NUL
    CHECK(with(no_end) == endless());
}

TEST_CASE("sections that are compressed, cut off or overlap are an error") {
    const auto right = stapsdt(0x10, 0, strings);
    auto section = notes(right);
    section.flags = SHF_COMPRESSED;
    CHECK(error_of(image_of({section})) == "section .note.stapsdt: it is compressed");
    for (const std::uint64_t size : {std::uint64_t{1} << 20, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        section = notes(right);
        section.size = size;
        CHECK(error_of(image_of({section})) == cut_off());
    }
    std::vector<image_section> sections;
    for (int i = 0; i != 100; ++i) {
        sections.push_back(notes(right));
    }
    auto image = image_of(sections);
    const auto headers = image.size() - 102 * sizeof(Elf64_Shdr);
    for (std::size_t i = 1; i != 101; ++i) { // each from the first one's beginning to the end of the last
        const auto offset = number(sizeof(Elf64_Ehdr), 8);
        image.replace(headers + i * sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, sh_offset), 8, offset);
        image.replace(headers + i * sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, sh_size), 8,
                      number(100 * right.size(), 8));
    }
    CHECK(error_of(image) == "section .note.stapsdt: sections overlap");
}

TEST_CASE("more section headers than there are is an error") {
    auto image = image_of({notes(stapsdt(0x10, 0, strings))});
    const auto headers = image.size() - 3 * sizeof(Elf64_Shdr);
    for (const std::uint64_t count : {std::uint64_t{4}, std::uint64_t{0xffffffff}, std::uint64_t{1} << 40}) {
        image.replace(offsetof(Elf64_Ehdr, e_shnum), 2, number(0, 2));
        image.replace(headers + offsetof(Elf64_Shdr, sh_size), 8, number(count, 8));
        INFO(error_of(image));
        CHECK(error_of(image).rfind("none", 0) != 0);
    }
}

TEST_CASE("a mangled name that is made to exhaust the demangler stays as it is") {
    const stopwatch limit;
    // B<S, S, S> again and again, where S is what was made last.
    std::string references = "_Z1f1AIiiE1BIS0_S0_S0_E";
    const std::string digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (const char last : digits.substr(2, 14)) {
        references += std::string("S1_IS") + last + "_S" + last + "_S" + last + "_E";
    }
    // A pack of packs of packs.
    std::string packs = "_Z1fIJ" + std::string(50, 'i') + "EEv";
    for (int i = 0; i != 8; ++i) {
        packs += "Dp1AIT_";
    }
    packs += std::string(8, 'E');
    const auto depth = "_Z1f" + std::string(50000, 'P') + "i";
    for (const auto& name : {references, packs, depth}) {
        const auto image = image_of({notes(stapsdt(0x10, 0, strings)),
                                     {".symtab", SHT_SYMTAB, symbol(0, 0, 0x100), 3},
                                     {".strtab", SHT_STRTAB, terminated(name)}});
        CHECK(read(image).probes.at(0).function == name);
    }
    // Many that share their characters, each of which is found to be wrong only at its end.
    std::string many, symbols;
    for (std::uint64_t i = 0; i != 20000; ++i) {
        many += stapsdt(i, 0, strings);
        symbols += symbol(0, i, 1);
    }
    for (const auto& name : {"_Z" + std::string(4000, 'S'), references.substr(0, references.size() - 12) + "T0_"}) {
        const auto image =
            image_of({notes(many), {".symtab", SHT_SYMTAB, symbols, 3}, {".strtab", SHT_STRTAB, terminated(name)}});
        CHECK(read(image).probes.size() == 20000);
    }
    const auto modest = image_of({notes(stapsdt(0x10, 0, strings)),
                                  {".symtab", SHT_SYMTAB, symbol(0, 0, 0x100), 3},
                                  {".strtab", SHT_STRTAB, terminated("_ZNSt6vectorIiSaIiEE9push_backERKi")}});
    CHECK(read(modest).probes.at(0).function == "std::vector<int, std::allocator<int> >::push_back(int const&)");
}

TEST_CASE("names of symbols that have no end, or lie elsewhere, are no names") {
    for (const std::uint32_t name : {0U, 3U, 4U, 0xffffffffU}) {
        const auto image = image_of({notes(stapsdt(0x10, 0, strings)),
                                     {".symtab", SHT_SYMTAB, symbol(name, 0, 0x100), 3},
                                     {".strtab", SHT_STRTAB, "name"}});
        CHECK(read(image).probes.at(0).function.empty());
        const auto no_strings =
            image_of({notes(stapsdt(0x10, 0, strings)), {".symtab", SHT_SYMTAB, symbol(name, 0, 0x100), 0xffffff}});
        CHECK(read(no_strings).probes.at(0).function.empty());
    }
}

TEST_CASE("a great many probes in functions with a long name take no more than the file warrants") {
    const stopwatch limit;
    const auto functions = GENERATE(1U, 20000U);
    const auto name_length = GENERATE(std::size_t{60000}, std::size_t{1} << 20);
    INFO(functions << " functions, " << name_length << " characters");
    std::string probes, symbols;
    for (std::uint64_t i = 0; i != 20000; ++i) {
        probes += stapsdt(i, 0, strings);
        symbols += i < functions ? symbol(0, i, 20000 / functions) : "";
    }
    const auto image = image_of({notes(probes),
                                 {".symtab", SHT_SYMTAB, symbols, 3},
                                 {".strtab", SHT_STRTAB, terminated(std::string(name_length, 'x'))}});
    std::size_t length = 0;
    const auto found = read(image);
    for (const auto& probe : found.probes) {
        length += probe.function.size();
    }
    CHECK(found.probes.size() == 20000);
    CHECK((length != 0) == (name_length == 60000));
    CHECK(length <= 17 * image.size() + (1U << 20));
}

TEST_CASE("a great many symbols, sections with one long name, or arguments take no time to speak of") {
    const stopwatch limit;
    std::string many_probes, many_symbols;
    for (std::uint64_t i = 0; i != 20000; ++i) {
        many_probes += stapsdt(i, 0, strings);
        many_symbols += symbol(0, i % 2, 0xfffff);
    }
    CHECK(read(image_of({notes(many_probes),
                         {".symtab", SHT_SYMTAB, many_symbols, 3},
                         {".strtab", SHT_STRTAB, terminated("f")}}))
              .probes.size() == 20000);
    CHECK(read(image_of(std::vector<image_section>(70000), std::string(1 << 22, 'x'))).probes.empty());
    std::string arguments;
    for (int i = 0; i != 100000; ++i) {
        arguments += "4@5 ";
    }
    const auto image = image_of({notes(stapsdt(0, 0, terminated("p") + terminated("n") + terminated(arguments)))});
    CHECK(read(image).probes.at(0).arguments.size() == 100000);
}
