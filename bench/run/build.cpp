// What probes cost to compile, and what they take in the file: a thousand of three arguments, each of its own name.
#include <array>
#include <filesystem>
#include <map>
#include <sstream>
#include <stdexcept>

#include "session.hpp"
#include "support/instructions.hpp"
#include "support/process.hpp"

namespace bench {
namespace {

using nlohmann::json;

struct variant {
    std::string name;
    std::string header;
    std::string probe; // NUMBER stands for its number
    std::string flag;
};

const std::string our_header = "#include <usdtpp/usdtpp.hpp>\n";
const std::string our_probe = "    PROBE(bench, probe_NUMBER, a, b, c);\n";
const std::string their_header = "#include <sys/sdt.h>\n";
const std::string their_probe = "    DTRACE_PROBE3(bench, probe_NUMBER, a, b, c);\n";

const std::array<variant, 7> variants = {
    variant{"bare", "", "", "-DBARE"},
    variant{"usdtpp_header", our_header, "", "-DHEADER"},
    variant{"sys_sdt_header", their_header, "", "-DHEADER"},
    variant{"usdtpp", our_header, our_probe, "-DPROBES"},
    variant{"sys_sdt", their_header, their_probe, "-DPROBES"},
    variant{"usdtpp_plain", our_header, our_probe, "-DUSDTPP_NO_DESCRIPTIONS"},
    variant{"usdtpp_compact", our_header, our_probe, "-DUSDTPP_COMPACT"},
};

std::string numbered(std::string text, int number) {
    const std::string place = "NUMBER";
    const auto found = text.find(place);
    return found == std::string::npos ? text : text.replace(found, place.size(), std::to_string(number));
}

// Ten probes in a function.
std::string source_of(const variant& one, int probes) {
    std::ostringstream text;
    text << one.header;
    for (int i = 0; i < probes; i += 10) {
        text << "void function_" << i << "(int a, long b, const char* c) {\n";
        for (int j = i; j != i + 10; ++j) {
            text << numbered(one.probe, j);
        }
        text << "    static_cast<void>(a), static_cast<void>(b), static_cast<void>(c);\n}\n";
    }
    return text.str();
}

// Without the gaps between them.
double size_of_functions(const std::string& object) {
    std::istringstream lines(support::run({"nm", "--print-size", "--radix=d", object}).output);
    double sum = 0;
    for (std::string line; std::getline(lines, line);) {
        std::istringstream cells(line);
        double address = 0, size = 0;
        char type = 0;
        if (cells >> address >> size >> type && (type == 'T' || type == 't')) {
            sum += size;
        }
    }
    return sum;
}

double size_of_section(const std::string& object, const std::string& section) {
    std::istringstream lines(support::run({"size", "-A", "--radix=10", object}).output);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream cells(line);
        std::string name;
        double size = 0;
        if (cells >> name >> size && name == section) {
            return size;
        }
    }
    return 0;
}

class compilation {
public:
    compilation(session& all, const std::string& compiler, int probes)
        : all_(all), compiler_(compiler), probes_(probes) {
        for (const auto& one : variants) {
            support::write_file(source(one), source_of(one, probes));
        }
    }

    json measure() {
        json result = {{"probes", probes_}};
        for (const auto& one : variants) {
            all_.shown.show("build, " + compiler_ + ": bytes of " + one.name);
            result["bytes"][one.name] = bytes(one);
        }
        times(result);
        if (support::find_program("valgrind").empty()) {
            all_.skip("instructions to compile with " + compiler_, "valgrind is not installed");
            return result;
        }
        if (all_.quick && compiler_ != all_.compilers.front()) {
            all_.skip("instructions to compile with " + compiler_, "that is too slow for --quick");
            return result;
        }
        for (const auto& one : variants) {
            if (one.name != "usdtpp_compact") {
                all_.shown.say("build, " + compiler_ + ": counting instructions to compile " + one.name);
                result["instructions"][one.name] = support::count_instructions(command(one));
            }
        }
        const auto& counted = result["instructions"];
        const auto ratio = [&](const std::string& name) {
            return (counted[name].get<double>() - counted["usdtpp_header"].get<double>()) /
                   (counted["sys_sdt"].get<double>() - counted["sys_sdt_header"].get<double>());
        };
        result["instructions_ratio"] = ratio("usdtpp");
        result["plain_instructions_ratio"] = ratio("usdtpp_plain");
        return result;
    }

private:
    std::string source(const variant& one) const {
        return all_.directory.file(one.name + ".cpp");
    }
    std::vector<std::string> command(const variant& one) const {
        return {compiler_, "-std=c++17", "-O2", "-I" + project_file("include"), one.flag,
                "-c",      source(one),  "-o",  all_.directory.file("build.o")};
    }

    json bytes(const variant& one) const {
        const auto object = all_.directory.file("libbuild.so");
        const auto why = compile(compiler_, {one.flag, "-shared", "-nostdlib", "-fPIC", source(one), "-o", object});
        if (!why.empty()) {
            throw std::runtime_error(one.name + " does not build with " + compiler_ + ": " + why);
        }
        json result;
        result["text"] = size_of_functions(object);
        result["note"] = size_of_section(object, ".note.stapsdt") + size_of_section(object, ".note.usdtpp");
        result["data"] = size_of_section(object, ".probes");
        result["file"] = std::filesystem::file_size(object);
        return result;
    }

    // Processor time and memory of the compiler and its children, by turns.
    void times(json& result) {
        const int rounds = all_.quick ? 1 : 9;
        std::map<std::string, std::vector<double>> seconds, memory;
        for (int round = 1; round <= rounds; ++round) {
            all_.shown.show("build, " + compiler_ + ": round " + std::to_string(round) + "/" + std::to_string(rounds));
            for (const auto& one : variants) {
                support::process running(command(one));
                const auto done = running.wait(std::chrono::minutes(5));
                if (!done || done->status != 0) {
                    throw std::runtime_error(compiler_ + " fails: " + running.error_output());
                }
                const auto& used = done->usage;
                const auto in_seconds = [](const timeval& time) {
                    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
                };
                seconds[one.name].push_back(in_seconds(used.ru_utime) + in_seconds(used.ru_stime));
                memory[one.name].push_back(static_cast<double>(used.ru_maxrss) / 1024);
            }
        }
        const auto beyond = [&](auto& of, const std::string& name, const std::string& header) {
            std::vector<double> values;
            for (std::size_t i = 0; i != of[name].size(); ++i) {
                values.push_back(of[name][i] - of[header][i]);
            }
            return values;
        };
        const auto theirs = beyond(seconds, "sys_sdt", "sys_sdt_header");
        for (const auto& one : variants) {
            result["seconds"][one.name] = to_json(estimate_of(seconds[one.name]));
            result["memory_mib"][one.name] = to_json(estimate_of(memory[one.name]));
        }
        result["seconds_ratio"] = to_json(ratio_of(beyond(seconds, "usdtpp", "usdtpp_header"), theirs));
        result["plain_seconds_ratio"] = to_json(ratio_of(beyond(seconds, "usdtpp_plain", "usdtpp_header"), theirs));
    }

    session& all_;
    std::string compiler_;
    int probes_;
};

} // namespace

json measure_build(session& all) {
    json result = json::object();
    for (const auto& compiler : all.compilers) {
        result[compiler] = compilation(all, compiler, all.quick ? 10 : 1000).measure();
    }
    return result;
}

} // namespace bench
