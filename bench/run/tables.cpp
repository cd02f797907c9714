#include "tables.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

namespace bench {

using nlohmann::json;

table::table(std::vector<std::string> head) {
    const auto columns = head.size();
    add(std::move(head));
    add(std::vector<std::string>(columns, "---"));
}

void table::add(std::vector<std::string> row) {
    rows_.push_back(std::move(row));
}

std::string table::text() const {
    std::string text;
    for (const auto& row : rows_) {
        for (const auto& cell : row) {
            text += "| " + cell + " ";
        }
        text += "|\n";
    }
    return text;
}

json at(const json& results, const std::vector<std::string>& path) {
    const json* here = &results;
    for (const auto& key : path) {
        if (!here->is_object() || !here->contains(key)) {
            return nullptr;
        }
        here = &(*here)[key];
    }
    return *here;
}

std::string number(const json& value, int decimals) {
    if (value.is_null()) {
        return no_figure;
    }
    char text[40];
    std::snprintf(text, sizeof text, "%.*f", decimals, value.get<double>());
    // Not "-0.0".
    return std::string(text).find_first_not_of("-0.") == std::string::npos && text[0] == '-' ? text + 1 : text;
}

std::string range(const json& value, int decimals) {
    if (value.is_null()) {
        return no_figure;
    }
    return number(value["median"], decimals) + " (" + number(value["low"], decimals) + " to " +
           number(value["high"], decimals) + ")";
}

json beyond(const json& value, const json& reference) {
    return value.is_null() || reference.is_null() ? json() : json(value.get<double>() - reference.get<double>());
}

std::string title_of(const std::string& peer) {
    static const std::map<std::string, std::string> titles = {
        {"nothing", "no probe"},
        {"sys_sdt", "sys/sdt.h"},
        {"lttng_ust", "LTTng-UST"},
        {"flag", "atomic flag"},
        {"instrument_functions", "-finstrument-functions"},
        {"xray", "XRay sleds"},
        {"function", "uprobe and uretprobe"},
        {"bare", "an empty header"},
        {"usdtpp_header", "usdtpp, header only"},
        {"sys_sdt_header", "sys/sdt.h, header only"},
        {"usdtpp_plain", "usdtpp, USDTPP_NO_DESCRIPTIONS"},
        {"usdtpp_compact", "usdtpp, USDTPP_COMPACT"},
    };
    const auto found = titles.find(peer);
    return found == titles.end() ? peer : found->second;
}

std::vector<std::string> in_order(const json& object, const std::vector<std::string>& known) {
    std::vector<std::string> names;
    for (const auto& name : known) {
        if (object.contains(name)) {
            names.push_back(name);
        }
    }
    for (const auto& [name, value] : object.items()) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            names.push_back(name);
        }
    }
    return names;
}

} // namespace bench
