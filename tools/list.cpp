// usdtpp list: what probes there are.
#include <cinttypes>
#include <cstdio>
#include <map>

#include "commands.hpp"
#include "json.hpp"

namespace tool {
namespace {

std::string arguments_of(const usdtpp::probe_note& site) {
    std::string text;
    for (std::size_t i = 0; i != site.arguments.size(); ++i) {
        text +=
            (i == 0 ? "" : ", ") + shown_name(site.arguments[i], i) + ": " + in_one_line(type_of(site.arguments[i]));
    }
    return "(" + text + ")";
}

// "  0x1234  main()  server.cpp:12": of each site, in columns.
void print_sites(const std::vector<usdtpp::probe_note>& sites, bool with_arguments) {
    std::size_t width = 0;
    for (const auto& site : sites) {
        width = std::max(width, site.function.size());
    }
    for (const auto& site : sites) {
        const auto line = site.file.empty() ? "" : in_one_line(site.file) + ":" + std::to_string(site.line);
        auto text = in_one_line(site.function);
        if (!line.empty() || with_arguments) {
            text.resize(width, ' ');
        }
        std::printf("    %#10" PRIx64 "  %s%s%s%s%s\n", site.location, text.c_str(), line.empty() ? "" : "  ",
                    line.c_str(), with_arguments ? "  " : "", with_arguments ? arguments_of(site).c_str() : "");
    }
}

void print(const probe& one) {
    const auto& sites = one.sites;
    const auto arguments = arguments_of(sites.front());
    bool differ = false;
    for (const auto& site : sites) {
        differ = differ || arguments_of(site) != arguments;
    }
    std::printf("  %s%s", in_one_line(one.name).c_str(), differ ? " (arguments differ)" : arguments.c_str());
    if (sites.front().semaphore != 0) {
        std::printf("  semaphore %#" PRIx64, sites.front().semaphore);
    }
    std::printf("\n");
    print_sites(sites, differ);
}

} // namespace

int list(const target& of, bool as_json) {
    if (as_json) {
        std::printf("%s\n", to_json(of).dump(2, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
        return 0;
    }
    for (const auto& one : of.objects) {
        std::printf("%s\n", one.path.c_str());
        for (const auto& each : probes_of(one)) {
            print(each);
        }
    }
    return 0;
}

} // namespace tool
