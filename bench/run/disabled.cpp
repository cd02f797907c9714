// Probes that nobody traces: counted under callgrind, exactly, and timed with Google Benchmark.
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

#include "session.hpp"
#include "support/process.hpp"

namespace bench {
namespace {

using nlohmann::json;
using words = std::vector<std::string>;

struct peer {
    std::string name; // BENCH_PEER in bench/cases/peers.hpp
    words flags;
    words link;
};

std::vector<peer> peers_of(const std::string& compiler) {
    const bool clang = compiler.find("clang") != std::string::npos;
    std::vector<peer> all = {
        {"nothing", {"-DPEER_NOTHING"}, {}},
        {"usdtpp", {"-DPEER_USDTPP"}, {}},
        {"sys_sdt", {"-DPEER_SYS_SDT"}, {}},
        {"lttng_ust", {"-DPEER_LTTNG"}, {"-llttng-ust", "-ldl"}},
        {"flag", {"-DPEER_FLAG"}, {}},
        {"spdlog", {"-DPEER_SPDLOG"}, {"-lspdlog", "-lfmt"}},
        // Before inlining, clang would not link what libstdc++ declares only.
        {"instrument_functions",
         {"-DPEER_FUNCTIONS=instrument_functions",
          clang ? "-finstrument-functions-after-inlining" : "-finstrument-functions"},
         {}},
    };
    if (clang) {
        all.push_back({"xray",
                       {"-DPEER_FUNCTIONS=xray", "-fxray-instrument", "-fxray-instruction-threshold=1"},
                       {"-fxray-instrument"}});
    }
    return all;
}

// The cases of all peers that can be built: timed in one program, by turns, and counted in one for each, because
// LTTng-UST has threads of its own that would be counted with the others.
class programs {
public:
    programs(session& all, const std::string& compiler) : all_(all), compiler_(compiler) {
        for (const auto& one : peers_of(compiler)) {
            auto sources = words{"cases.cpp"};
            if (one.name == "lttng_ust") {
                sources.push_back("lttng_provider.cpp");
            } else if (one.name == "instrument_functions") {
                sources.push_back("function_hooks.cpp");
            }
            add(one, sources);
        }
    }

    // An empty string, or why it cannot be linked.
    std::string link(const std::string& source, const std::string& output, const words& libraries) const {
        words arguments = {project_file("bench/cases/" + source), "-o", output};
        arguments.insert(arguments.end(), objects_.begin(), objects_.end());
        arguments.insert(arguments.end(), link_.begin(), link_.end());
        arguments.insert(arguments.end(), libraries.begin(), libraries.end());
        return compile(compiler_, arguments);
    }
    const std::map<std::string, std::string>& counted() const noexcept {
        return counted_;
    }

private:
    // A peer whose own program does not link is none.
    void add(const peer& one, const words& sources) {
        words objects;
        std::string program, why;
        for (const auto& source : sources) {
            objects.push_back(all_.directory.file(compiler_ + "_" + one.name + "_" + source + ".o"));
            words arguments = {"-c", project_file("bench/cases/" + source), "-o", objects.back()};
            if (source == "cases.cpp") {
                arguments.insert(arguments.end(), one.flags.begin(), one.flags.end());
            }
            why = why.empty() ? compile(compiler_, arguments) : why;
        }
        if (why.empty()) {
            program = all_.directory.file(compiler_ + "_" + one.name);
            words arguments = {project_file("bench/cases/counted.cpp"), "-o", program};
            arguments.insert(arguments.end(), objects.begin(), objects.end());
            arguments.insert(arguments.end(), one.link.begin(), one.link.end());
            why = compile(compiler_, arguments);
        }
        if (!why.empty()) {
            all_.skip(one.name + " with " + compiler_, why);
            return;
        }
        objects_.insert(objects_.end(), objects.begin(), objects.end());
        link_.insert(link_.end(), one.link.begin(), one.link.end());
        counted_[one.name] = program;
    }

    session& all_;
    std::string compiler_;
    words objects_;
    words link_;
    std::map<std::string, std::string> counted_; // by the names of the peers
};

// From the dumps of counted.cpp, one iteration of each case: "usdtpp/three" -> {instructions, data references}.
std::map<std::string, std::pair<double, double>> counts_in(const std::string& directory, const std::string& program) {
    const auto out = directory + "/callgrind";
    const auto done = support::run({"valgrind", "--tool=callgrind", "--cache-sim=yes", "--combine-dumps=yes",
                                    "--callgrind-out-file=" + out, program});
    if (done.status != 0) {
        throw std::runtime_error("counted.cpp fails under callgrind: " + done.errors);
    }
    static const std::regex trigger("desc: Trigger: Client Request: (\\S+) (\\d+)");
    static const std::regex totals("totals: (\\d+) (\\d+) (\\d+).*");
    std::map<std::string, std::pair<double, double>> counts;
    std::istringstream lines(support::read_file(out));
    std::smatch now, match;
    std::string named;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, trigger)) {
            named = line;
        } else if (!named.empty() && std::regex_match(line, match, totals)) {
            std::regex_match(named, now, trigger);
            // What 2048 iterations take more than 1024: without what happens once.
            const double sign = now[2] == "1024" ? -1 : 1;
            auto& one = counts[now[1]];
            one.first += sign * std::stod(match[1]) / 1024;
            one.second += sign * (std::stod(match[2]) + std::stod(match[3])) / 1024;
            named.clear();
        }
    }
    return counts;
}

// The nops of the probe in a function of cases.cpp.
int nops_in(const std::string& program, const std::string& peer, const std::string& function) {
    const auto code = support::run({"objdump", "-d", "-C", "--no-show-raw-insn", program}).output;
    std::istringstream lines(code);
    std::string line;
    while (std::getline(lines, line) && line.find("<bench::" + peer + "::" + function + "(") == std::string::npos) {
    }
    static const std::regex nop(R"(^ *[0-9a-f]+:\s+(data16 |cs )*nop.*)");
    int nops = 0;
    while (std::getline(lines, line) && line.find("\tret") == std::string::npos) {
        nops += std::regex_match(line, nop);
    }
    return nops;
}

json count(session& all, const programs& built) {
    json result = json::object();
    static const std::set<std::string> functions = {"zero", "one", "three", "six", "twelve", "memory"};
    for (const auto& [peer, program] : built.counted()) {
        for (const auto& [name, counts] : counts_in(all.directory.path(), program)) {
            const auto one = name.substr(name.find('/') + 1);
            auto& row = result[peer][one];
            row["instructions"] = counts.first;
            row["data_references"] = counts.second;
            if ((peer == "usdtpp" || peer == "sys_sdt") && functions.count(one) != 0) {
                row["nops"] = nops_in(program, peer, one);
            }
        }
    }
    return result;
}

// Adds {"nanoseconds": ...} to the rows.
void time(session& all, const programs& built, const std::string& compiler, json& rows) {
    const auto program = all.directory.file("timed_" + compiler);
    if (const auto why = built.link("timed.cpp", program, {"-lbenchmark", "-lpthread"}); !why.empty()) {
        all.skip("times of disabled probes with " + compiler, why);
        return;
    }
    const auto done = support::run({program, "--benchmark_format=json", "--benchmark_enable_random_interleaving=true",
                                    all.quick ? "--benchmark_min_time=0.001" : "--benchmark_min_time=0.01",
                                    all.quick ? "--benchmark_repetitions=2" : "--benchmark_repetitions=25"},
                                   std::chrono::minutes(10));
    if (done.status != 0) {
        throw std::runtime_error("timed.cpp fails: " + done.errors);
    }
    std::map<std::string, std::vector<double>> times;
    const auto printed = json::parse(done.output);
    for (const auto& one : printed["benchmarks"]) {
        if (one["run_type"] == "iteration") {
            times[one["run_name"]].push_back(one["cpu_time"]);
        }
    }
    for (const auto& [name, values] : times) {
        const auto slash = name.find('/');
        rows[name.substr(0, slash)][name.substr(slash + 1)]["nanoseconds"] = to_json(estimate_of(values));
    }
}

} // namespace

json measure_disabled(session& all) {
    json result = json::object();
    if (support::find_program("valgrind").empty()) {
        all.skip("disabled probes", "valgrind is not installed");
        return result;
    }
    for (const auto& compiler : all.compilers) {
        all.shown.say("disabled probes, " + compiler + ": building");
        const programs built(all, compiler);
        all.shown.say("disabled probes, " + compiler + ": counting instructions");
        auto rows = count(all, built);
        all.shown.say("disabled probes, " + compiler + ": timing");
        time(all, built, compiler, rows);
        result[compiler] = rows;
    }
    return result;
}

} // namespace bench
