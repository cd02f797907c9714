#include "tracers.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>

#include "toolchain.hpp"

namespace support {

namespace {

// The words of a tracer's language for a printf of a probe's arguments.
struct dialect {
    std::string string_before, string_end; // around one that points to a string
    std::string int_before;                // before one that points to an int
};

// {"arg0", "arg1"}
std::vector<std::string> numbered(const std::string& word, std::size_t count) {
    std::vector<std::string> words;
    for (std::size_t i = 0; i != count; ++i) {
        words.push_back(word + std::to_string(i));
    }
    return words;
}

// "name %ld %s\n", arg0, str(arg1)
std::string printf_arguments(const expected_probe& probe, const std::vector<std::string>& arguments,
                             const dialect& words) {
    using kind = expected_argument::kind;
    std::string format = probe.name;
    std::string values;
    for (std::size_t i = 0; i != std::min(arguments.size(), probe.arguments.size()); ++i) {
        const auto& expected = probe.arguments[i];
        switch (expected.is) {
        case kind::string:
            format += " %s";
            values += ", " + words.string_before + arguments[i] + words.string_end;
            break;
        case kind::pointed_to:
            format += " %d";
            values += ", " + words.int_before + arguments[i];
            break;
        case kind::number:
            format += expected.size[0] == '-' ? " %ld" : " %lu";
            values += ", " + arguments[i];
            break;
        case kind::any:
            break;
        }
    }
    return "\"" + format + "\\n\"" + values;
}

std::string gdb_printf(const expected_probe& probe, const std::vector<std::string>& arguments) {
    return "printf " + printf_arguments(probe, arguments, {"(char*)", "", "*(int*)"}) + "\n";
}

// "(unsigned int)$a5" for "4@a5".
std::string gdb_expression(const std::string& argument) {
    static const std::map<char, std::string> types = {{'1', "char"}, {'2', "short"}, {'4', "int"}, {'8', "long"}};
    const auto at = argument.find('@');
    const auto operand = argument.substr(at + 1);
    const bool constant = operand.find_first_not_of("-0123456789") == std::string::npos;
    return (argument[0] == '-' ? "(signed " : "(unsigned ") + types.at(argument.at(at - 1)) + ")" +
           (constant ? "" : "$") + operand;
}

} // namespace

std::string bpftrace_script(const std::string& binary, const std::vector<expected_probe>& probes) {
    std::string script;
    for (const auto& probe : probes) {
        script += "usdt:" + binary + ":" + probe.provider + ":" + probe.name + " { printf(" +
                  printf_arguments(probe, numbered("arg", bpftrace_arguments), {"str(", ")", "*(int32*)"}) + "); }\n";
    }
    return script;
}

std::string gdb_breakpoints(const std::vector<expected_probe>& probes, const std::vector<note>& notes) {
    std::string script;
    for (const auto& probe : probes) {
        script += "break -probe-stap " + probe.provider + ":" + probe.name + "\ncommands\nsilent\n";
        if (notes.empty()) {
            script += gdb_printf(probe, numbered("$_probe_arg", 12));
        }
        for (const auto& note : notes) {
            if (note.provider == probe.provider && note.name == probe.name) {
                std::vector<std::string> arguments;
                std::transform(note.arguments.begin(), note.arguments.end(), std::back_inserter(arguments),
                               gdb_expression);
                script += "if $pc == " + std::to_string(note.location) + "\n" + gdb_printf(probe, arguments) + "end\n";
            }
        }
        script += "continue\nend\n";
    }
    return script;
}

std::vector<std::string> lines_of(const std::vector<expected_probe>& probes, const std::string& gdb_output) {
    const auto is_of_a_probe = [&probes](const std::string& line) {
        const auto name = line.substr(0, line.find(' '));
        return std::any_of(probes.begin(), probes.end(), [&](const auto& probe) { return probe.name == name; });
    };
    std::vector<std::string> lines;
    std::istringstream output(gdb_output);
    for (std::string line; std::getline(output, line);) {
        if (is_of_a_probe(line)) {
            lines.push_back(line);
        }
    }
    return lines;
}

std::vector<std::string> trace_with_gdb(const std::string& binary, const std::vector<expected_probe>& probes,
                                        const std::string& input, const start_options& options) {
    temporary_directory directory;
    write_file(directory.file("input"), input);
    const auto start = "run < " + directory.file("input") + "\n";
    const auto notes = read_notes(binary);
    const bool in_binary = std::any_of(notes.begin(), notes.end(),
                                       [&probes](const note& one) { return one.provider == probes.front().provider; });
    std::string script = "set pagination off\nset confirm off\nset breakpoint always-inserted on\n";
    script += in_binary ? "" : "tbreak main\n" + start; // gdb knows the probes of a shared object once it is loaded
    script += gdb_breakpoints(probes);
    script += in_binary ? start : "continue\n";
    write_file(directory.file("script"), script);
    const auto gdb =
        run({"gdb", "-q", "-nx", "-batch", "-x", directory.file("script"), binary}, std::chrono::minutes(2), options);
    if (!gdb.errors.empty() && gdb.output.find("exited normally") == std::string::npos) {
        throw std::runtime_error("gdb: " + gdb.errors);
    }
    return lines_of(probes, gdb.output);
}

std::vector<std::string> enabled_states(const std::string& output) {
    std::vector<std::string> states;
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        if (line.size() == 3 && line.find_first_not_of("01") == std::string::npos) {
            states.push_back(line);
        }
    }
    return states;
}

} // namespace support
