// usdtpp: the probes of a binary or a process, for people, for bpftrace, and for a build that must have them.
#include <cstdio>
#include <exception>
#include <stdexcept>

#include <CLI/CLI.hpp>

#include "commands.hpp"

namespace {

int run(int argc, char** argv) {
    CLI::App app("The probes of a binary or a process.", "usdtpp");
    app.require_subcommand(1);
    std::string name, expected;
    bool as_json = false;
    tool::script_options script;

    auto& list = *app.add_subcommand("list", "What probes there are: arguments, sites, semaphores");
    list.add_option("target", name, "A binary, or the number of a process")->required();
    list.add_flag("--json", as_json, "As JSON");

    auto& bpftrace = *app.add_subcommand("bpftrace", "A script for bpftrace that prints each event decoded");
    bpftrace.add_option("target", name, "A binary, or the number of a process")->required();
    bpftrace.add_option("probes", script.probes, "provider:name ...; all, where none is given");
    auto* count = bpftrace.add_flag("--count", script.count, "Only count the events");
    auto* latency = bpftrace.add_option("--latency", script.latency, "From one probe to the other, as a histogram")
                        ->expected(2)
                        ->excludes(count);
    bpftrace.add_flag("--json", script.as_json, "Print events as JSON, one a line, and their numbers at the end")
        ->excludes(count)
        ->excludes(latency);
    bpftrace.add_option("--key", script.key, "The argument of both that tells what belongs together; else the thread")
        ->needs(latency);

    auto& verify = *app.add_subcommand("verify", "Whether all tracers can use the probes; a line for each that cannot");
    verify.add_option("binary", name, "A binary")->required();
    verify.add_option("--expect", expected, "What `usdtpp list --json` wrote: these probes must be there");

    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::fputs(app.help("", CLI::AppFormatMode::All).c_str(), stdout);
        return 0;
    } catch (const CLI::ParseError& error) {
        std::fprintf(stderr, "usdtpp: %s: see usdtpp --help\n", error.what());
        return 2;
    }
    const auto target = tool::open_target(name);
    if (list.parsed()) {
        return tool::list(target, as_json);
    }
    if (bpftrace.parsed()) {
        std::fputs(tool::bpftrace_script(target, script).c_str(), stdout);
        return 0;
    }
    if (target.pid) {
        throw std::runtime_error(name + ": is a process: give the binary that is to be verified");
    }
    return tool::verify(target.objects.front(), expected);
}

} // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        std::fprintf(stderr, "usdtpp: %s\n", error.what());
        return 1;
    }
}
