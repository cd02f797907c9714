#include "json.hpp"

namespace tool {
namespace {

using nlohmann::json;

json arguments_of(const usdtpp::probe_note& site) {
    auto all = json::array();
    for (const auto& one : site.arguments) {
        all.push_back({{"name", one.name}, {"type", type_of(one)}, {"size", one.size}});
    }
    return all;
}

json site_of(const usdtpp::probe_note& site) {
    auto operands = json::array();
    for (const auto& one : site.arguments) {
        operands.push_back(one.text);
    }
    return {{"location", site.location},
            {"function", site.function},
            {"file", site.file},
            {"line", site.line},
            {"operands", operands}};
}

json probes_as_json(const object& one) {
    auto all = json::array();
    for (const auto& each : probes_of(one)) {
        const auto first = all.size(); // of this name
        for (const auto& site : each.sites) {
            const auto arguments = arguments_of(site);
            auto same = all.begin() + static_cast<std::ptrdiff_t>(first);
            while (same != all.end() && (*same)["arguments"] != arguments) {
                ++same;
            }
            if (same == all.end()) {
                all.push_back({{"provider", site.provider},
                               {"name", site.name},
                               {"semaphore", site.semaphore},
                               {"arguments", arguments},
                               {"sites", json::array()}});
                same = all.end() - 1;
            }
            (*same)["sites"].push_back(site_of(site));
        }
    }
    return all;
}

} // namespace

json to_json(const target& of) {
    auto all = json::array();
    for (const auto& one : of.objects) {
        all.push_back({{"path", one.path}, {"probes", probes_as_json(one)}});
    }
    return all;
}

} // namespace tool
