// Makes the tables of docs/compatibility.md from the results of `scripts/test --full`.
//
//     compatibility_report OUTPUT.md DIRECTORY...
//
// Each directory is of one system and has results.xml (what `ctest --output-junit` writes) and versions.txt (a line for
// each tool: its name, a tab, its version; the first one is "system"). A test GROUP_COMPILER:NAME becomes the cell in
// row NAME and column COMPILER of the table of its group.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <pugixml.hpp>

namespace {

struct group {
    std::string name, title, text;
};

const std::vector<group> groups = {
    {"modes", "Compilers and modes",
     "Every kind of argument, in a program that is compiled and linked in that way: each probe has the right note, and "
     "gdb reads the right values."},
    {"linkers", "Linkers", "One note of each live site, in the right function, and no ghosts."},
    {"processors", "Processors",
     "Cross-compiled, and read by gdb from the program as it runs under qemu; through the native back-end, or through "
     "`<sys/sdt.h>` where a row says so."},
    {"tracers", "Tracers",
     "The values that each tracer reads from the running program, and what it lists of the file."},
    {"semaphores", "Semaphores", "`PROBE_ENABLED` while tracers and programs come and go."},
    {"neighbours", "Neighbours", "Other code in the same file, and unusual places for a probe."},
    {"peers", "What goes wrong with `<sys/sdt.h>`",
     "The same source through both headers: ours is right, and the other one still fails as described."},
    {"notes", "Notes", "As `readelf -n` tells them."},
    {"codegen", "Generated code", "What a probe adds to the instructions around it."},
    {"compile", "Compile errors and warnings", ""},
    {"planted", "Planted mistakes",
     "With a mistake of other headers planted in ours, the test must fail. `USDTPP_TEST_PLANT=lost_sign` in the "
     "environment "
     "plants one in any test; `tests/cases/planted.hpp` has them all."},
};

struct cell {
    char result = ' '; // p, f, s: passed, failed, skipped
    std::string reason;
};

struct column {
    std::string system, compiler;
    bool operator<(const column& other) const {
        return std::tie(system, compiler) < std::tie(other.system, other.compiler);
    }
};

// A group's rows, in the order of the tests.
struct table {
    std::vector<std::string> rows;
    std::map<std::pair<std::string, column>, cell> cells;
};

struct system_under_test {
    std::string name;
    std::vector<std::pair<std::string, std::string>> versions;
};

system_under_test read_versions(const std::string& path) {
    std::ifstream file(path);
    system_under_test system;
    for (std::string line; std::getline(file, line);) {
        const auto tab = line.find('\t');
        if (tab == std::string::npos) {
            throw std::runtime_error(path + ": not a tool and its version: " + line);
        }
        system.versions.emplace_back(line.substr(0, tab), line.substr(tab + 1));
    }
    if (system.versions.empty() || system.versions.front().first != "system") {
        throw std::runtime_error(path + ": says of no system");
    }
    system.name = system.versions.front().second;
    return system;
}

cell cell_of(const pugi::xml_node& test) {
    const std::string status = test.attribute("status").value();
    if (status == "run") {
        return {'p', ""};
    }
    if (status == "fail") {
        return {'f', ""};
    }
    const std::string output = test.child("system-out").text().get();
    const std::string mark = "skipped: ";
    const auto begin = output.find(mark);
    if (begin == std::string::npos) {
        return {'s', "not run"};
    }
    return {'s', output.substr(begin + mark.size(), output.find('\n', begin) - begin - mark.size())};
}

void read_results(const std::string& path, const std::string& system, std::map<std::string, table>& tables) {
    pugi::xml_document document;
    if (const auto parsed = document.load_file(path.c_str()); !parsed) {
        throw std::runtime_error(path + ": " + parsed.description());
    }
    for (const auto& test : document.child("testsuite").children("testcase")) {
        const std::string name = test.attribute("name").value();
        const auto underscore = name.find('_');
        const auto colon = name.find(':');
        if (underscore == std::string::npos || colon == std::string::npos || colon < underscore) {
            continue; // not of a compiler
        }
        const column where = {system, name.substr(underscore + 1, colon - underscore - 1)};
        const auto row = name.substr(colon + 1);
        auto& group = tables[name.substr(0, underscore)];
        if (std::find(group.rows.begin(), group.rows.end(), row) == group.rows.end()) {
            group.rows.push_back(row);
        }
        group.cells[{row, where}] = cell_of(test);
    }
}

// "|" would end a cell, "<" begin HTML.
std::string escaped(const std::string& text) {
    std::string safe;
    for (const char c : text) {
        safe += c == '|' || c == '<' || c == '*' || c == '_' ? std::string("\\") + c : std::string(1, c);
    }
    return safe;
}

// How many characters wide UTF-8 text is.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Padded, so that it can be read as it is too.
void print(std::ostream& out, const std::vector<std::vector<std::string>>& lines) {
    std::vector<std::size_t> widths(lines.front().size(), 3);
    for (const auto& line : lines) {
        for (std::size_t i = 0; i != line.size(); ++i) {
            widths[i] = std::max(widths[i], width(line[i]));
        }
    }
    for (std::size_t number = 0; number != lines.size(); ++number) {
        for (std::size_t i = 0; i != widths.size(); ++i) {
            const auto& text = lines[number][i];
            out << (i == 0 ? "| " : " | ") << text << std::string(widths[i] - width(text), ' ');
        }
        out << " |\n";
        if (number == 0) {
            for (const auto wide : widths) {
                out << "| " << std::string(wide, '-') << ' ';
            }
            out << "|\n";
        }
    }
}

void print(std::ostream& out, const group& about, const table& results, const std::vector<column>& columns) {
    std::vector<std::string> reasons;
    std::vector<std::vector<std::string>> lines = {{""}};
    for (const auto& where : columns) {
        lines[0].push_back(where.compiler + ", " + where.system.substr(0, where.system.find(',')));
    }
    for (const auto& row : results.rows) {
        auto& line = lines.emplace_back();
        line.push_back(escaped(row));
        for (const auto& where : columns) {
            const auto found = results.cells.find({row, where});
            const auto& result = found == results.cells.end() ? cell() : found->second;
            std::string text = result.result == 'p' ? "yes" : result.result == 'f' ? "**no**" : "";
            if (result.result == 's') {
                auto reason = std::find(reasons.begin(), reasons.end(), result.reason);
                if (reason == reasons.end()) {
                    reason = reasons.insert(reason, result.reason);
                }
                text = "skip " + std::to_string(reason - reasons.begin() + 1);
            }
            line.push_back(text);
        }
    }
    out << "\n## " << about.title << "\n\n";
    out << (about.text.empty() ? "" : about.text + "\n\n");
    print(out, lines);
    out << (reasons.empty() ? "" : "\nWhy cells were skipped:\n\n");
    for (std::size_t i = 0; i != reasons.size(); ++i) {
        out << i + 1 << ". " << escaped(reasons[i]) << '\n';
    }
}

void print_summary(std::ostream& out, const std::map<std::string, table>& tables) {
    std::vector<std::vector<std::string>> lines = {{"group", "passed", "failed", "skipped"}};
    std::map<char, int> all;
    const auto add = [&lines](const std::string& name, std::map<char, int>& counts) {
        lines.push_back({name, std::to_string(counts['p']), std::to_string(counts['f']), std::to_string(counts['s'])});
    };
    for (const auto& about : groups) {
        const auto found = tables.find(about.name);
        if (found != tables.end()) {
            std::map<char, int> counts;
            for (const auto& [where, result] : found->second.cells) {
                ++counts[result.result];
                ++all[result.result];
            }
            add(about.title, counts);
        }
    }
    add("all", all);
    print(out, lines);
}

std::string report(const std::vector<std::string>& directories) {
    std::map<std::string, table> tables;
    std::vector<system_under_test> systems;
    for (const auto& directory : directories) {
        systems.push_back(read_versions(directory + "/versions.txt"));
        read_results(directory + "/results.xml", systems.back().name, tables);
    }
    std::ostringstream out;
    out << "# Compatibility\n\n"
           "The matrix of all tests that depend on a compiler, as `scripts/test --full` found it and wrote it here. A "
           "cell is passed\n(yes), failed (no), or skipped for a reason that stands below its table. It is empty where "
           "a compiler does not run a test\nthat is about a tracer or a tool more than about compilers: the first g++ "
           "and the first clang++ of each system do.\n\n";
    print_summary(out, tables);
    for (const auto& about : groups) {
        const auto found = tables.find(about.name);
        if (found != tables.end()) {
            std::vector<column> columns;
            for (const auto& one : found->second.cells) {
                columns.push_back(one.first.second);
            }
            std::sort(columns.begin(), columns.end());
            columns.erase(std::unique(columns.begin(), columns.end(),
                                      [](const column& a, const column& b) { return !(a < b) && !(b < a); }),
                          columns.end());
            print(out, about, found->second, columns);
        }
    }
    out << "\n## Versions\n\n";
    for (const auto& system : systems) {
        std::vector<std::vector<std::string>> lines = {{"tool", system.name}};
        for (const auto& [tool, version] : system.versions) {
            if (tool != "system") {
                lines.push_back({escaped(tool), escaped(version)});
            }
        }
        print(out, lines);
        out << '\n';
    }
    return out.str();
}

} // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::cerr << "compatibility_report: wants OUTPUT.md and the directories with results.xml and versions.txt\n";
        return 2;
    }
    try {
        auto text = report({arguments + 2, arguments + count});
        text.pop_back();
        std::ofstream file(arguments[1]);
        file << text;
        if (!file.flush()) {
            throw std::runtime_error(std::string("cannot write ") + arguments[1]);
        }
        std::cout << text;
    } catch (const std::exception& error) {
        std::cerr << "compatibility_report: " << error.what() << '\n';
        return 1;
    }
}
