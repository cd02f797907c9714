// The notes of an ELF file, and what else there is in it about its probes.
#ifndef USDTPP_DETAIL_READER_NOTES_HPP
#define USDTPP_DETAIL_READER_NOTES_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <usdtpp/detail/reader_arguments.hpp>
#include <usdtpp/detail/reader_bytes.hpp>
#include <usdtpp/detail/reader_description.hpp>
#include <usdtpp/detail/reader_elf.hpp>
#include <usdtpp/detail/reader_functions.hpp>
#include <usdtpp/detail/reader_symbols.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp::detail::reader {

// Calls `use` with the type and the description of each note of this owner and one of these types.
template <class Use>
void for_each_note(bytes from, std::uint64_t section_alignment, std::string_view owner,
                   std::initializer_list<std::uint32_t> types, Use use) {
    const std::uint64_t alignment = section_alignment == 8 ? 8 : 4;
    std::uint64_t at = 0;
    const auto take_padded = [&](std::uint64_t size) {
        auto piece = from.piece(size);
        const auto padding = (alignment - (at + size) % alignment) % alignment;
        const auto there = std::min<std::uint64_t>(padding, from.left()); // the last note may end without
        from.skip(there);
        at += size + there;
        return piece;
    };
    while (from.left() != 0) {
        const auto name_size = from.word();
        const auto description_size = from.word();
        const auto type = from.word();
        at += 12;
        auto name = take_padded(name_size);
        const auto description = take_padded(description_size);
        if (std::find(types.begin(), types.end(), type) != types.end() && name.left() == owner.size() + 1 &&
            name.text() == owner) {
            use(type, description);
        }
    }
}

// How far a file was moved since its notes were written.
class movement {
public:
    movement(const std::vector<elf_file::section>& sections, unsigned address_size) noexcept
        : mask_(address_size == 4 ? 0xffffffffU : ~std::uint64_t{0}) {
        for (const auto& section : sections) {
            if (section.name == ".stapsdt.base" && !known_) {
                known_ = true;
                base_ = section.header.sh_addr;
            }
        }
    }
    // An address of a note with this base. A base of 0 is one that the linker threw away.
    std::uint64_t operator()(std::uint64_t address, std::uint64_t base) const noexcept {
        return known_ && base != 0 ? (address + base_ - base) & mask_ : address;
    }

private:
    bool known_ = false;
    std::uint64_t base_ = 0;
    std::uint64_t mask_;
};

inline probe_note read_probe(bytes from, int machine) {
    probe_note probe;
    probe.location = from.address();
    probe.base = from.address();
    probe.semaphore = from.address();
    probe.provider = from.text();
    probe.name = from.text();
    probe.arguments = parse_arguments(from.text(), machine);
    return probe;
}

// The notes of SystemTap's sections.
inline std::vector<probe_note> read_probes_of(elf_file& file, const std::vector<elf_file::section>& sections) {
    std::vector<probe_note> probes;
    for (const auto& section : sections) {
        if (section.header.sh_type != SHT_NOTE || section.name != ".note.stapsdt") {
            continue;
        }
        try {
            const auto contents = file.contents(section);
            const auto for_each = [&](auto use) {
                for_each_note(contents, section.header.sh_addralign, "stapsdt", {3}, use);
            };
            std::size_t count = probes.size();
            for_each([&](std::uint32_t, const bytes&) { ++count; });
            probes.reserve(count); // they are large
            for_each(
                [&](std::uint32_t, const bytes& note) { probes.push_back(read_probe(note, file.header().e_machine)); });
        } catch (const damaged& what) {
            throw damaged("section .note.stapsdt: " + std::string(what.what()));
        }
    }
    return probes;
}

inline function_table functions_of(elf_file& file, const std::vector<elf_file::section>& sections) {
    function_table functions(file.header().e_machine, file.size());
    for (const auto type : {SHT_SYMTAB, SHT_DYNSYM}) {
        for (const auto& section : sections) {
            if (section.header.sh_type == static_cast<GElf_Word>(type)) {
                const auto symbols = file.contents(section);
                functions.add(symbols, file.contents(section.header.sh_link, SHT_STRTAB).view());
            }
        }
    }
    functions.sort();
    return functions;
}

// The descriptions of a file. Of several at one address, as where a linker misplaced them all, each comes in the order
// of the source. What is damaged is passed over: tracers read the probes without.
class descriptions {
public:
    descriptions(elf_file& file, const std::vector<elf_file::section>& sections) {
        const auto for_each = [&](std::initializer_list<std::uint32_t> types, auto use) {
            for (const auto& section : sections) {
                if (section.header.sh_type == SHT_NOTE && section.name == ".note.usdtpp") {
                    attempt([&] {
                        for_each_note(
                            file.contents(section), section.header.sh_addralign, "usdtpp", types,
                            [&](std::uint32_t type, const bytes& note) { attempt([&] { use(type, note); }); });
                    });
                }
            }
        };
        description_texts texts;
        for_each({description_texts::note_type}, [&](std::uint32_t, const bytes& note) { texts.add(note); });
        texts.sort();
        for_each({description::note_type, description::note_type_without_text},
                 [&](std::uint32_t type, const bytes& note) {
                     const bool has_text = type == description::note_type;
                     all_.push_back(read_description(note, has_text ? nullptr : &texts));
                 });
        by_site_.reserve(all_.size());
        for (auto& one : all_) {
            by_site_.push_back(&one);
        }
        std::sort(by_site_.begin(), by_site_.end(), [](const auto* a, const auto* b) {
            return a->site != b->site ? a->site < b->site : a < b; // both are elements of all_
        });
    }

    // What is wrong with them, or the first thing of several; empty where nothing is.
    const std::string& damage() const noexcept {
        return damage_;
    }
    // The first one of a site that was not taken yet; null where there is none.
    const description* take(std::uint64_t site) {
        auto found = std::lower_bound(by_site_.begin(), by_site_.end(), site,
                                      [](const auto* one, std::uint64_t wanted) { return one->site < wanted; });
        if (found == by_site_.end() || (*found)->site != site) {
            return nullptr;
        }
        auto& taken = (*found)->taken;
        const auto left = static_cast<std::size_t>(by_site_.end() - found);
        if (taken == left || found[static_cast<std::ptrdiff_t>(taken)]->site != site) {
            return nullptr;
        }
        auto* one = found[static_cast<std::ptrdiff_t>(taken++)];
        one->is_used = true;
        return one;
    }
    // Those that no site has, in the order of the file.
    std::vector<const description*> unused() const {
        std::vector<const description*> found;
        for (const auto& one : all_) {
            if (!one.is_used && !one.is_mark()) {
                found.push_back(&one);
            }
        }
        return found;
    }

private:
    template <class Do>
    void attempt(Do what) {
        try {
            what();
        } catch (const damaged& wrong) {
            damage_ = damage_.empty() ? std::string("section .note.usdtpp: ") + wrong.what() : damage_;
        }
    }

    std::vector<description> all_;
    std::vector<description*> by_site_;
    std::string damage_;
};

// Whether an argument can be what a description says of it.
inline bool can_be(argument_kind kind, const note_argument& argument) noexcept {
    switch (kind) {
    case argument_kind::signed_integer:
        return argument.is_signed;
    case argument_kind::unsigned_integer:
        return !argument.is_signed;
    case argument_kind::boolean:
        return argument.size == 1;
    case argument_kind::single_precision:
        return argument.size == 4;
    case argument_kind::double_precision:
    case argument_kind::duration:
    case argument_kind::time_point:
        return argument.size == 8;
    case argument_kind::pointer:
    case argument_kind::string:
    case argument_kind::sized_string:
        return argument.size >= 4;
    case argument_kind::unknown:
    case argument_kind::character:
    case argument_kind::enumeration:
        break;
    }
    return true;
}

inline bool can_describe(const description& one, const probe_note& probe) noexcept {
    bool fits = one.count == probe.arguments.size();
    for (std::size_t i = 0; fits && i != one.count; ++i) {
        fits = can_be(one.kind(i), probe.arguments[i]);
    }
    return fits;
}

// How much text may be copied from one probe to others: what a file of so many bytes warrants.
class copy_budget {
public:
    explicit copy_budget(std::uint64_t size) noexcept : left_(16 * size + (1U << 20)) {}
    bool take(std::uint64_t characters) noexcept {
        const bool enough = characters <= left_;
        left_ -= enough ? characters : 0;
        return enough;
    }

private:
    std::uint64_t left_;
};

// BOLT moves the sites of probes, and leaves the descriptions with their old addresses. A description that no site has
// is of a probe with that provider and name without one: if all of them say the same, of each, and otherwise, if there
// are as many, of each in turn.
inline void describe_moved(const std::vector<const description*>& unused, std::vector<probe_note*>& without,
                           copy_budget& budget) {
    using key = std::pair<std::string_view, std::string_view>;
    struct group {
        std::vector<const description*> described;
        std::vector<probe_note*> probes;
    };
    std::map<key, group> groups;
    for (const auto* one : unused) {
        const argument_names written(one->arguments);
        if (written.names().size() >= 2) {
            groups[{written.names()[0], written.names()[1]}].described.push_back(one);
        }
    }
    for (auto* probe : without) {
        const auto found = groups.find({probe->provider, probe->name});
        if (found != groups.end()) {
            found->second.probes.push_back(probe);
        }
    }
    const auto same = [](const description& a, const description& b) {
        return a.kinds == b.kinds && a.line == b.line && a.file == b.file && a.arguments == b.arguments &&
               a.types.view() == b.types.view();
    };
    for (const auto& [name, all] : groups) {
        const auto& described = all.described;
        const bool is_one = std::all_of(described.begin(), described.end(),
                                        [&](const auto* one) { return same(*one, *described.front()); });
        const auto of = [&](std::size_t i) { return is_one ? described.front() : described[i]; };
        bool fits = is_one || described.size() == all.probes.size();
        for (std::size_t i = 0; fits && i != all.probes.size(); ++i) {
            fits = can_describe(*of(i), *all.probes[i]);
        }
        for (std::size_t i = 0; fits && i != all.probes.size(); ++i) {
            if (const auto* by = of(i); budget.take(by->file.size() + by->arguments.size() + by->types.left())) {
                describe(*all.probes[i], *by);
            }
        }
    }
    const auto is_described = [](const auto* probe) { return probe->line != 0; };
    without.erase(std::remove_if(without.begin(), without.end(), is_described), without.end());
}

// The addresses of the symbols that operands name. One that has several is left out.
inline std::map<std::string, std::uint64_t> symbols_of(elf_file& file, const std::vector<elf_file::section>& sections,
                                                       const std::vector<probe_note>& probes) {
    constexpr std::size_t longest = 4096;
    std::map<std::string_view, std::set<std::uint64_t>> wanted;
    std::size_t most = 0;
    for (const auto& probe : probes) {
        for (const auto& argument : probe.arguments) {
            if (const auto& symbol = argument.where.symbol; !symbol.empty() && symbol.size() <= longest) {
                wanted[symbol];
                most = std::max(most, symbol.size());
            }
        }
    }
    for (const auto& section : sections) {
        if (wanted.empty() || (section.header.sh_type != SHT_SYMTAB && section.header.sh_type != SHT_DYNSYM)) {
            continue;
        }
        const auto names = file.contents(section.header.sh_link, SHT_STRTAB).view();
        for_each_symbol(file.contents(section), [&](const symbol& one) {
            if (one.section == SHN_UNDEF || one.type == STT_TLS || one.name >= names.size()) {
                return;
            }
            const auto name = names.substr(one.name, most + 1);
            const auto found = wanted.find(name.substr(0, name.find('\0')));
            if (found != wanted.end()) {
                found->second.insert(one.value);
            }
        });
    }
    std::map<std::string, std::uint64_t> found;
    for (const auto& [name, values] : wanted) {
        if (values.size() == 1) {
            found.emplace(name, *values.begin());
        }
    }
    return found;
}

// GCC may let copies of a probe in a function share the statement with the description, which then belongs to one of
// their sites; the others are where that is.
inline void share_descriptions(const std::vector<probe_note>& probes, const std::vector<probe_note*>& without,
                               copy_budget& budget) {
    const auto key = [](const probe_note& probe) { return std::tie(probe.provider, probe.name, probe.function); };
    std::map<std::tuple<std::string, std::string, std::string>, const probe_note*> described;
    for (const auto& probe : probes) {
        if (probe.line != 0 && !without.empty()) {
            const auto [known, is_new] = described.emplace(key(probe), &probe);
            const bool same = is_new || (known->second != nullptr && known->second->file == probe.file &&
                                         known->second->line == probe.line);
            known->second = same ? known->second : nullptr;
        }
    }
    const auto same_type = [](const note_argument& a, const note_argument& b) {
        return a.size == b.size && a.is_signed == b.is_signed;
    };
    const auto text_of = [](const probe_note& probe) {
        auto size = probe.file.size();
        for (const auto& argument : probe.arguments) {
            size += argument.name.size() + argument.type.size();
        }
        return size;
    };
    for (auto* probe : without) {
        const auto found = described.find(key(*probe));
        const auto* other = found != described.end() ? found->second : nullptr;
        if (probe->function.empty() || other == nullptr ||
            !std::equal(probe->arguments.begin(), probe->arguments.end(), other->arguments.begin(),
                        other->arguments.end(), same_type) ||
            !budget.take(text_of(*other))) {
            continue;
        }
        probe->file = other->file;
        probe->line = other->line;
        for (std::size_t i = 0; i != probe->arguments.size(); ++i) {
            probe->arguments[i].name = other->arguments[i].name;
            probe->arguments[i].kind = other->arguments[i].kind;
            probe->arguments[i].type = other->arguments[i].type;
        }
    }
}

// All but the path.
inline elf_probes read_elf(elf_file& file) {
    const auto& header = file.header();
    if (header.e_type == ET_REL) {
        throw damaged("an object file: its notes have no addresses before it is linked");
    }
    elf_probes read;
    read.machine = header.e_machine;
    read.bits = file.format().address_size == 4 ? 32 : 64;
    read.big_endian = file.format().big_endian;
    const auto sections = file.sections();
    read.probes = read_probes_of(file, sections);
    if (read.probes.empty()) {
        return read;
    }
    const movement moved(sections, file.format().address_size);
    auto functions = functions_of(file, sections);
    read.symbols = symbols_of(file, sections, read.probes);
    descriptions described(file, sections);
    read.damage = described.damage();
    std::vector<probe_note*> without;
    for (auto& probe : read.probes) {
        const auto* found = described.take(probe.location);
        if (found != nullptr) {
            describe(probe, *found);
            probe.has_long_nop = found->has_long_nop;
        } else {
            without.push_back(&probe);
        }
        probe.location = moved(probe.location, probe.base);
        probe.semaphore = probe.semaphore != 0 ? moved(probe.semaphore, probe.base) : 0;
        probe.function = functions.at(probe.location);
    }
    copy_budget budget(file.size());
    describe_moved(described.unused(), without, budget);
    share_descriptions(read.probes, without, budget);
    return read;
}

} // namespace usdtpp::detail::reader

#endif
