#include "listings.hpp"

#include <filesystem>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "support/process.hpp"
#include "toolchain.hpp"

namespace support {
namespace {

std::string output_of(const std::vector<std::string>& command) {
    const auto done = run(command);
    if (done.status != 0 || done.output.empty()) {
        throw std::runtime_error(joined(command) + ": " + done.errors);
    }
    return done.output;
}

std::uint64_t number(const std::string& hexadecimal) {
    return hexadecimal.empty() ? 0 : std::stoull(hexadecimal, nullptr, 16);
}

template <class Function>
void for_each_line(const std::string& text, const Function& function) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        function(line);
    }
}

} // namespace

std::set<std::string> list_with_bpftrace(const std::string& binary) {
    const auto before = "usdt:" + binary + ":";
    std::set<std::string> probes;
    for_each_line(output_of({"bpftrace", "-l", before + "*"}), [&](const std::string& line) {
        if (line.rfind(before, 0) == 0) {
            probes.insert(line.substr(before.size()));
        }
    });
    return probes;
}

std::vector<note> list_with_gdb(const std::string& binary) {
    static const std::regex row(R"(^stap +(\S+) +(\S+) +0x([0-9a-f]+) +(?:0x([0-9a-f]+) +)?(\S+) *$)");
    std::vector<note> notes;
    for_each_line(output_of({"gdb", "-q", "-nx", "-batch", "-ex", "info probes stap", binary}),
                  [&](const std::string& line) {
                      if (std::smatch match; std::regex_match(line, match, row)) {
                          notes.push_back({match[1], match[2], number(match[3]), 0, number(match[4]), {}});
                      }
                  });
    return notes;
}

std::string find_tplist() {
    for (const auto* name : {"tplist-bpfcc", "tplist", "/usr/share/bcc/tools/tplist"}) {
        if (const auto found = find_program(name); !found.empty()) {
            return found;
        }
    }
    return "";
}

std::vector<note> list_with_tplist(const std::string& binary) {
    static const std::regex probe(R"(^(\w+):(\w+) \[sema 0x([0-9a-f]+)\]$)");
    static const std::regex location(R"(^  location #\d+ .* 0x([0-9a-f]+)$)");
    static const std::regex argument(R"(^    argument #\d+ (\d) (signed|unsigned) +bytes @ (.*)$)");
    std::vector<note> notes;
    note latest;
    for_each_line(output_of({find_tplist(), "-vv", "-l", binary}), [&](const std::string& line) {
        std::smatch match;
        if (std::regex_match(line, match, probe)) {
            latest = {match[1], match[2], 0, 0, number(match[3]), {}};
        } else if (std::regex_match(line, match, location)) {
            latest.location = number(match[1]);
            notes.push_back(latest);
        } else if (std::regex_match(line, match, argument)) {
            notes.back().arguments.push_back((match[2] == "signed" ? "-" : "") + match[1].str() + "@" + match[3].str());
        } else {
            throw std::runtime_error("tplist: an unknown form: " + line);
        }
    });
    return notes;
}

std::set<std::string> list_with_tplist(pid_t pid) {
    const auto process = "/proc/" + std::to_string(pid);
    const auto executable = std::filesystem::read_symlink(process + "/exe").string();
    std::set<std::string> probes;
    for_each_line(output_of({find_tplist(), "-p", std::to_string(pid)}), [&](const std::string& line) {
        for (const auto& path : {executable, process + "/root" + executable}) {
            if (line.rfind(path + " ", 0) == 0) {
                probes.insert(line.substr(path.size() + 1));
            }
        }
    });
    return probes;
}

std::string as_tplist_prints(const std::string& argument) {
    static const std::regex form(R"(^(-?\d@)(?:\$(-?\d+)|(-?\d*)(\(?)%(\w+)\)?)$)");
    static const std::regex letters("^r([a-z]+)$"); // %rax, not %r8
    std::smatch match;
    if (!std::regex_match(argument, match, form)) {
        throw std::runtime_error("not an argument that tplist is known to print: " + argument);
    }
    if (match[2].matched) {
        return match[1].str() + match[2].str();
    }
    const auto name = std::regex_replace(match[5].str(), letters, "$1");
    if (match.length(4) == 0) {
        return match[1].str() + name;
    }
    const bool negative = match[3].str()[0] == '-';
    const auto distance = match[3].str().substr(negative ? 1 : 0);
    return match[1].str() + "*(" + name + (negative ? " - " : " + ") + distance + ")";
}

} // namespace support
