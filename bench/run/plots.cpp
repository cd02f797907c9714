// Pictures of the figures, by gnuplot.
#include <stdexcept>

#include "report.hpp"
#include "support/process.hpp"
#include "tables.hpp"

namespace bench {
namespace {

using nlohmann::json;

// A bar with its interval; `group` is its column.
struct bar {
    std::string title;
    json value; // an estimate
};

std::string quoted(std::string text) {
    for (auto at = text.find('_'); at != std::string::npos; at = text.find('_', at + 2)) {
        text.insert(at, "\\\\"); // gnuplot would make it a subscript
    }
    return "\"" + text + "\"";
}

// Horizontal bars, the first on top, each with its median beside it.
std::string script(const std::string& title, const std::string& unit, const std::vector<bar>& bars) {
    std::string data;
    for (std::size_t i = 0; i != bars.size(); ++i) {
        const auto& of = bars[i].value;
        data += quoted(bars[i].title) + " " + std::to_string(bars.size() - i) + " " + of["median"].dump() + " " +
                of["low"].dump() + " " + of["high"].dump() + "\n";
    }
    return "$bars << END\n" + data + "END\nset title \"" + title + "\"\nset xlabel \"" + unit + "\"\n" + R"(
set style fill solid 0.7
set boxwidth 0.6
set grid xtics
set lmargin 40
set rmargin 12
unset key
set xrange [0:*]
set offsets graph 0, graph 0.12, 0, 0
set yrange [0.4:)" +
           std::to_string(bars.size()) + R"(.6]
set ytics nomirror
plot $bars using ($3/2):2:($3/2):(0.3):ytic(1) with boxxyerror linecolor rgb "#4477aa", \
     $bars using 3:2:4:5 with xerrorbars linecolor rgb "#222222" pointtype 0, \
     $bars using 5:2:($3 < 100 ? sprintf("  %.3g", $3) : sprintf("  %.0f", $3)) with labels left
)";
}

void draw(const std::string& file, const std::string& text, std::size_t bars) {
    const auto height = std::to_string(120 + 32 * bars);
    for (const auto& [extension, terminal] : {std::pair{".svg", "svg size 900," + height + " background rgb \"white\""},
                                              std::pair{".png", "pngcairo size 900," + height}}) {
        support::process gnuplot({"gnuplot"});
        gnuplot.write("set terminal " + terminal + "\nset output \"" + file + extension + "\"\n" + text);
        gnuplot.close_input();
        const auto done = gnuplot.wait(std::chrono::minutes(1));
        if (!done || done->status != 0 || !gnuplot.error_output().empty()) {
            throw std::runtime_error("gnuplot cannot draw " + file + extension + ": " + gnuplot.error_output());
        }
    }
}

void add(std::vector<bar>& bars, const json& results, const std::vector<std::string>& path, const std::string& title) {
    if (const auto value = at(results, path); !value.is_null()) {
        bars.push_back({title, value});
    }
}

} // namespace

std::vector<std::string> draw(const json& results, const std::string& directory) {
    std::vector<std::string> names;
    const auto picture = [&](const std::string& name, const std::string& title, const std::string& unit,
                             const std::vector<bar>& bars) {
        if (!bars.empty()) {
            draw(directory + "/" + name, script(title, unit, bars), bars.size());
            names.push_back(name);
        }
    };
    std::vector<bar> disabled, enabled, build;
    for (const std::string compiler : {"g++", "clang++"}) {
        for (const std::string peer :
             {"nothing", "usdtpp", "sys_sdt", "flag", "lttng_ust", "spdlog", "instrument_functions", "xray"}) {
            add(disabled, results, {"disabled", compiler, peer, "three", "nanoseconds"},
                title_of(peer) + ", " + compiler);
        }
        for (const std::string header : {"usdtpp", "sys_sdt"}) {
            add(build, results, {"build", compiler, "seconds", header + "_header"},
                title_of(header + "_header") + ", " + compiler);
            add(build, results, {"build", compiler, "seconds", header},
                title_of(header) + ", 1,000 probes, " + compiler);
        }
    }
    add(enabled, results, {"enabled", "inside", "recorder", "nanoseconds"}, "usdtpp, recorder");
    add(enabled, results, {"enabled", "inside", "handler", "nanoseconds"}, "usdtpp, attach()");
    add(enabled, results, {"enabled", "lttng_ust", "lttng_ust", "nanoseconds"}, "LTTng-UST, recording");
    for (const auto& [tracer, title] : {std::pair{"bpftrace_count", "count()"}, {"bpftrace_decode", "str(), hist()"}}) {
        for (const std::string way : {"usdtpp", "sys_sdt", "function"}) {
            add(enabled, results, {"enabled", tracer, way, "nanoseconds"}, title_of(way) + ", " + title);
        }
    }
    picture("disabled", "A function of three arguments with a probe that nobody traces", "nanoseconds a call",
            disabled);
    picture("enabled", "A probe that is traced", "nanoseconds an event", enabled);
    picture("build", "To compile a file", "seconds of processor time", build);
    return names;
}

} // namespace bench
