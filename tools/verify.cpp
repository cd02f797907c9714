// usdtpp verify: what some tracer would stumble over.
#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <map>
#include <set>
#include <stdexcept>

#include <elf.h>

#include "code.hpp"
#include "commands.hpp"
#include "json.hpp"

namespace tool {
namespace {

using nlohmann::json;
using usdtpp::operand_form;

std::string hexadecimal(std::uint64_t number) {
    char text[20];
    std::snprintf(text, sizeof text, "0x%" PRIx64, number);
    return text;
}

// The instructions that a probe may be.
std::set<std::string> nops_of(int machine) {
    const auto bytes = [](std::initializer_list<unsigned char> of) { return std::string(of.begin(), of.end()); };
    switch (machine) {
    case EM_X86_64:
    case EM_386:
        return {bytes({0x90})};
    case EM_AARCH64:
        return {bytes({0x1f, 0x20, 0x03, 0xd5})};
    case EM_RISCV:
        return {bytes({0x01, 0x00}), bytes({0x13, 0x00, 0x00, 0x00})};
    case EM_ARM:
        return {bytes({0x00, 0xbf}), bytes({0x00, 0xf0, 0x20, 0xe3})};
    case EM_PPC64:
        return {bytes({0x00, 0x00, 0x00, 0x60})};
    case EM_S390:
        return {bytes({0x47, 0x00, 0x00, 0x00})};
    default:
        return {};
    }
}

// Which tracers do not read it, and what they do instead; empty where all do. By the tests of group peers.
std::string who_cannot_read(const usdtpp::note_argument& argument, int machine) {
    const auto size = argument.size;
    const bool is_of_integer = !argument.is_floating && (size == 1 || size == 2 || size == 4 || size == 8);
    if (!is_of_integer || argument.where.form == operand_form::other) {
        return "bpftrace does not attach, and gdb reads no argument from there on";
    }
    if (machine != EM_X86_64) {
        return "";
    }
    const auto& where = argument.where;
    if (!where.symbol.empty()) {
        return "bpftrace reads other memory, gdb reads no argument from there on, and perf leaves it out";
    }
    if (!where.index.empty()) {
        return "perf does not read it";
    }
    const auto& name = where.base;
    if (where.form == operand_form::in_register && !name.empty() && name[0] == 'r' && name.back() == 'b') {
        return "gdb 13 reads no argument from there on";
    }
    return "";
}

class findings {
public:
    void add(const std::string& what) {
        std::printf("%s\n", what.c_str());
        any_ = true;
    }
    bool any() const noexcept {
        return any_;
    }

private:
    bool any_ = false;
};

std::string title(const usdtpp::probe_note& site) {
    return site.provider + ":" + site.name + " at " + hexadecimal(site.location);
}

void check_site(const usdtpp::probe_note& site, int machine, const code& text, findings& found) {
    const auto here = text.at(site.location, 11);
    const auto nops = nops_of(machine);
    if (here.empty()) {
        found.add(title(site) + ": a ghost: there is no code. Its function was thrown away without its note");
    } else if (!nops.empty() && std::none_of(nops.begin(), nops.end(), [&](const std::string& nop) {
                   return here.compare(0, nop.size(), nop) == 0;
               })) {
        found.add(title(site) + ": there is no nop: the note is not that of this code");
    }
    if (site.base == 0) {
        found.add(title(site) + ": Base is 0: tracers take the location for prelinked, and gdb shows no probe at all");
    }
    for (std::size_t i = 0; i != site.arguments.size(); ++i) {
        if (const auto who = who_cannot_read(site.arguments[i], machine); !who.empty()) {
            found.add(title(site) + ": argument " + std::to_string(i) + ", " + site.arguments[i].text + ": " + who);
        }
    }
    // No finding: nothing goes wrong, the probe stays as slow as others.
    static const std::string ten("\x66\x2e\x0f\x1f\x84\0\0\0\0\0", 10);
    constexpr std::uint64_t page = 4096;
    if (machine == EM_X86_64 && here.size() == 11 && here.compare(1, 10, ten) == 0 &&
        (site.location + 1) / page != (site.location + 10) / page) {
        std::fprintf(
            stderr,
            "usdtpp: %s: remark: its ten-byte nop is on two pages, and stays a nop where others become a call\n",
            title(site).c_str());
    }
}

std::string in_words(const json& arguments) {
    std::string text;
    for (const auto& one : arguments) {
        text += (text.empty() ? "" : ", ") + in_one_line(one.value("name", "") + ": " + one.value("type", ""));
    }
    return "(" + text + ")";
}

// The first of these that others have not; where they have all, the first.
const json& one_beyond(const std::set<json>& these, const std::set<json>& others) {
    for (const auto& one : these) {
        if (others.count(one) == 0) {
            return one;
        }
    }
    return *these.begin();
}

std::map<std::string, std::set<json>> by_name(const json& objects) {
    std::map<std::string, std::set<json>> all;
    for (const auto& one : objects) {
        for (const auto& each : one.at("probes")) {
            all[each.at("provider").get<std::string>() + ":" + each.at("name").get<std::string>()].insert(
                each.at("arguments"));
        }
    }
    return all;
}

void check_expected(const object& one, const std::string& file, findings& found) {
    std::ifstream stream(file);
    if (!stream) {
        throw std::runtime_error(file + ": cannot be read: give a file that usdtpp list --json wrote");
    }
    std::map<std::string, std::set<json>> expected;
    try {
        expected = by_name(json::parse(stream));
    } catch (const json::exception&) {
        throw std::runtime_error(file + ": is not what usdtpp list --json writes");
    }
    const auto actual = by_name(to_json({std::nullopt, {one}}));
    for (const auto& [name, arguments] : expected) {
        const auto its = actual.find(name);
        if (its == actual.end()) {
            found.add(name + ": is missing");
        } else if (its->second != arguments) {
            found.add(name + ": has arguments " + in_words(one_beyond(its->second, arguments)) + " where " +
                      in_words(one_beyond(arguments, its->second)) + " are expected");
        }
    }
}

} // namespace

int verify(const object& one, const std::string& expected) {
    findings found;
    const code text(one.path);
    std::map<std::string, std::uint64_t> semaphores;
    for (const auto& site : one.elf.probes) {
        check_site(site, one.elf.machine, text, found);
        const auto semaphore = semaphores.emplace(site.provider + ":" + site.name, site.semaphore).first->second;
        if (semaphore != site.semaphore) {
            found.add(title(site) + ": its semaphore is at " + hexadecimal(site.semaphore) +
                      ", that of another site at " + hexadecimal(semaphore) + ": tracers raise one of them");
        }
    }
    if (!expected.empty()) {
        check_expected(one, expected, found);
    }
    return found.any() ? 1 : 0;
}

} // namespace tool
