// What the two programs do with their command lines: --help, and one line about a mistake.
#ifndef USDTPP_EXAMPLES_FOSDEM_COMMAND_LINE_HPP
#define USDTPP_EXAMPLES_FOSDEM_COMMAND_LINE_HPP

#include <cstdio>
#include <optional>

#include <CLI/CLI.hpp>

namespace fosdem {

// The exit status, where there is nothing more to do.
inline std::optional<int> parse_command_line(CLI::App& app, int argc, char** argv) {
    try {
        app.parse(argc, argv);
        return std::nullopt;
    } catch (const CLI::CallForHelp&) {
        std::fputs(app.help().c_str(), stdout);
        return 0;
    } catch (const CLI::ParseError& error) {
        const auto& name = app.get_name();
        std::fprintf(stderr, "%s: %s: see %s --help\n", name.c_str(), error.what(), name.c_str());
        return 2;
    }
}

} // namespace fosdem

#endif
