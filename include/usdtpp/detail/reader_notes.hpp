// The notes of an ELF file, and what else there is in it about its probes.
#ifndef USDTPP_DETAIL_READER_NOTES_HPP
#define USDTPP_DETAIL_READER_NOTES_HPP

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
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
#include <usdtpp/note_types.hpp>

namespace usdtpp::detail::reader {

// Calls `use` with the description of each note of this owner and type.
template <class Use>
void for_each_note(bytes from, std::uint64_t section_alignment, std::string_view owner, std::uint32_t type, Use use) {
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
        const auto found_type = from.word();
        at += 12;
        auto name = take_padded(name_size);
        const auto description = take_padded(description_size);
        if (found_type == type && name.left() == owner.size() + 1 && name.text() == owner) {
            use(description);
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

// Calls `use` with the notes of sections of that name; what is wrong with one of them is the section's fault.
template <class Use>
void for_each_note_of(elf_file& file, const std::vector<elf_file::section>& sections, std::string_view name,
                      std::string_view owner, std::uint32_t type, Use use) {
    for (const auto& section : sections) {
        if (section.header.sh_type == SHT_NOTE && section.name == name) {
            try {
                for_each_note(file.contents(section), section.header.sh_addralign, owner, type, use);
            } catch (const damaged& what) {
                throw damaged("section " + std::string(name) + ": " + what.what());
            }
        }
    }
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

// The descriptions of a file, by the sites that they are about. Of several at one address, as where a linker misplaced
// them all, each comes in the order of the source.
class descriptions {
public:
    descriptions(elf_file& file, const std::vector<elf_file::section>& sections) {
        for_each_note_of(file, sections, ".note.usdtpp", "usdtpp", description::note_type, [&](const bytes& note) {
            auto one = read_description(note);
            const auto site = one.site;
            by_site_.emplace(site, std::move(one));
        });
    }
    std::optional<description> take(std::uint64_t site) {
        auto found = by_site_.extract(site); // the first of them
        return !found.empty() ? std::optional(std::move(found.mapped())) : std::nullopt;
    }

private:
    std::multimap<std::uint64_t, description> by_site_;
};

// GCC may let copies of a probe in a function share the statement with the description, which then belongs to one of
// their sites; the others are where that is.
inline void share_descriptions(const std::vector<probe_note>& probes, const std::vector<probe_note*>& without) {
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
    for (auto* probe : without) {
        const auto found = described.find(key(*probe));
        const auto* other = found != described.end() ? found->second : nullptr;
        if (probe->function.empty() || other == nullptr ||
            !std::equal(probe->arguments.begin(), probe->arguments.end(), other->arguments.begin(),
                        other->arguments.end(), same_type)) {
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
    for_each_note_of(file, sections, ".note.stapsdt", "stapsdt", 3,
                     [&](const bytes& note) { read.probes.push_back(read_probe(note, read.machine)); });
    if (read.probes.empty()) {
        return read;
    }
    const movement moved(sections, file.format().address_size);
    auto functions = functions_of(file, sections);
    descriptions described(file, sections);
    std::vector<probe_note*> without;
    for (auto& probe : read.probes) {
        if (const auto found = described.take(probe.location)) {
            describe(probe, *found);
        } else {
            without.push_back(&probe);
        }
        probe.location = moved(probe.location, probe.base);
        probe.semaphore = probe.semaphore != 0 ? moved(probe.semaphore, probe.base) : 0;
        probe.function = functions.at(probe.location);
    }
    share_descriptions(read.probes, without);
    return read;
}

} // namespace usdtpp::detail::reader

#endif
