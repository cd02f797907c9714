// Attaching from inside to many sites at once: how long it takes, and what memory it keeps.
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "session.hpp"
#include "support/process.hpp"

namespace bench {
namespace {

using nlohmann::json;

// A program with so many sites, each in a function of its own, that prints milliseconds and MiB of its first attach.
std::string source_of(int sites, bool is_ours) {
    std::ostringstream text;
    text << "#include <chrono>\n#include <cstdio>\n#include <fstream>\n#include <sys/sdt.h>\n#include <unistd.h>\n"
            "#include <usdtpp/usdtpp.hpp>\n#include <usdtpp/attach.hpp>\n";
    for (int i = 0; i != sites; ++i) {
        text << "void f" << i << "(int x) { " << (is_ours ? "PROBE" : "DTRACE_PROBE1") << "(many, p" << i
             << ", x); }\n";
    }
    text << R"(
static double resident() {
    std::ifstream file("/proc/self/statm");
    double all = 0, resident = 0;
    file >> all >> resident;
    return resident * sysconf(_SC_PAGESIZE) / (1 << 20);
}
int main() {
    const auto memory = resident();
    const auto begin = std::chrono::steady_clock::now();
    const auto attached = usdtpp::attach("many:*", [](const usdtpp::event&) {});
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    std::printf("%zu %f %f\n", attached.sites(), took.count(), resident() - memory);
}
)";
    return text.str();
}

} // namespace

json measure_attach(session& all) {
    json result = json::object();
    if (all.compilers.empty()) {
        all.skip("attaching from inside", "there is no compiler");
        return result;
    }
    const int sites = all.quick ? 500 : 10000;
    const int rounds = all.quick ? 2 : 15;
    result["sites"] = sites;
    for (const auto& [kind, is_ours] : {std::pair<std::string, bool>{"usdtpp", true}, {"sys_sdt", false}}) {
        all.shown.show("attaching: compiling " + std::to_string(sites) + " sites of " + kind);
        const auto source = all.directory.file("attach_" + kind + ".cpp");
        const auto binary = all.directory.file("attach_" + kind);
        std::ofstream(source) << source_of(sites, is_ours);
        // Later flags win: at -O2 a compiler takes minutes over so many functions, and the engine is the same.
        const auto why =
            compile(all.compilers.front(), {"-std=c++17", "-O1", source, "-pthread", "-lelf", "-ldl", "-o", binary});
        if (!why.empty()) {
            all.skip("attaching from inside to sites of " + kind, why);
            continue;
        }
        std::vector<double> times;
        std::vector<double> memory;
        for (int round = 1; round <= rounds; ++round) {
            all.shown.show("attaching: " + kind + ", round " + std::to_string(round) + "/" + std::to_string(rounds));
            const auto done = support::run({binary});
            std::istringstream line(done.output);
            int attached = 0;
            double milliseconds = 0;
            double mebibytes = 0;
            if (!(line >> attached >> milliseconds >> mebibytes) || attached != sites) {
                throw std::runtime_error("attaching to " + std::to_string(sites) + " sites of " + kind + ": " +
                                         done.output + done.errors);
            }
            times.push_back(milliseconds);
            memory.push_back(mebibytes);
        }
        result[kind] = {{"milliseconds", to_json(estimate_of(times))}, {"mebibytes", to_json(estimate_of(memory))}};
    }
    return result;
}

} // namespace bench
