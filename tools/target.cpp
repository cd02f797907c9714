#include "target.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>

namespace tool {
namespace {

using usdtpp::argument_kind;

bool is_number(const std::string& text) {
    return !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos;
}

// Where a process's file is for this one: in another mount namespace it is behind /proc/PID/root.
std::string reachable(const usdtpp::loaded_object& one) {
    std::error_code ignored;
    return std::filesystem::equivalent(one.mapped, one.probes.path, ignored) ? one.mapped : one.probes.path;
}

void report_damage(const object& one) {
    if (!one.elf.damage.empty()) {
        std::fprintf(stderr, "usdtpp: %s: %s: its probes are read without the descriptions there\n", one.path.c_str(),
                     one.elf.damage.c_str());
    }
}

} // namespace

target open_target(const std::string& binary_or_pid) {
    if (!is_number(binary_or_pid) || std::filesystem::exists(binary_or_pid)) {
        target found{std::nullopt, {{std::filesystem::absolute(binary_or_pid), usdtpp::read_probes(binary_or_pid)}}};
        report_damage(found.objects.front());
        return found;
    }
    const pid_t pid = std::stoi(binary_or_pid);
    std::vector<usdtpp::note_error> left_out;
    target found{pid, {}};
    for (auto& one : usdtpp::read_process(pid, &left_out)) {
        const auto path = reachable(one);
        const bool again = std::any_of(found.objects.begin(), found.objects.end(),
                                       [&](const object& other) { return other.path == path; });
        if (!again) {
            found.objects.push_back({path, std::move(one.probes)});
            report_damage(found.objects.back());
        }
    }
    for (const auto& error : left_out) {
        std::fprintf(stderr, "usdtpp: left out: %s\n", error.what());
    }
    return found;
}

std::string type_of(const usdtpp::note_argument& argument) {
    const auto bits = std::to_string(8 * argument.size);
    switch (argument.kind) {
    case argument_kind::boolean:
        return "bool";
    case argument_kind::character:
        return "char" + (argument.size == 1 ? "" : bits);
    case argument_kind::pointer:
        return "pointer";
    case argument_kind::string:
        return "string";
    case argument_kind::sized_string:
        return "string with length";
    case argument_kind::single_precision:
        return "float";
    case argument_kind::double_precision:
        return "double";
    case argument_kind::enumeration:
        return argument.type.empty() ? "enum" : "enum " + argument.type;
    case argument_kind::duration:
        return "duration ns";
    case argument_kind::time_point:
        return "time ns";
    case argument_kind::unknown:
    case argument_kind::signed_integer:
    case argument_kind::unsigned_integer:
        break;
    }
    if (argument.is_floating) {
        return "float" + bits;
    }
    return argument.size == 0 ? "unknown" : (argument.is_signed ? "int" : "uint") + bits;
}

std::string name_of(const usdtpp::note_argument& argument, std::size_t position) {
    return argument.name.empty() ? "arg" + std::to_string(position) : argument.name;
}

std::string in_one_line(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
    return text;
}

std::string shown_name(const usdtpp::note_argument& argument, std::size_t position) {
    constexpr std::size_t most = 40;
    auto name = in_one_line(name_of(argument, position));
    if (name.size() > most) {
        auto end = most - 3;
        while (end != 0 && (static_cast<unsigned char>(name[end]) & 0xc0U) == 0x80U) { // inside a character of UTF-8
            --end;
        }
        name = name.substr(0, end) + "...";
    }
    return name;
}

std::vector<probe> probes_of(const object& one) {
    std::vector<probe> all;
    for (const auto& site : one.elf.probes) {
        const auto name = site.provider + ":" + site.name;
        auto found = std::find_if(all.begin(), all.end(), [&](const probe& other) { return other.name == name; });
        if (found == all.end()) {
            found = all.insert(all.end(), {name, {}});
        }
        found->sites.push_back(site);
    }
    return all;
}

} // namespace tool
