// usdtpp bpftrace: a script that attaches to the probes and prints their arguments decoded.
#include <algorithm>
#include <cctype>
#include <fstream>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "commands.hpp"
#include "decode.hpp"

namespace tool {
namespace {

struct selected {
    const object* in;
    probe which;
};

// usdt:"/usr/bin/server":fosdem:request_start. In quotes, or a + as in libstdc++ would be syntax. Names come from the
// binary, and must not become part of the script.
std::string attach_point(const selected& one) {
    const auto strange = [](const std::string& text, const std::string& more) {
        return !std::all_of(text.begin(), text.end(), [&](unsigned char c) {
            return std::isalnum(c) != 0 || more.find(static_cast<char>(c)) != more.npos;
        });
    };
    if (strange(one.which.sites.front().provider, "_-.+") || strange(one.which.sites.front().name, "_-.+")) {
        throw std::runtime_error(in_one_line(one.which.name) + ": bpftrace has no way to say this name");
    }
    if (one.in->path.find_first_of("\"\\\n") != std::string::npos) {
        throw std::runtime_error(in_one_line(one.in->path) + ": bpftrace has no way to say this path");
    }
    return "usdt:\"" + one.in->path + "\":" + one.which.name;
}
std::string filter(const target& of, const std::string& more = "") {
    const auto pid = of.pid ? "pid == " + std::to_string(*of.pid) : "";
    const auto both = pid + (!pid.empty() && !more.empty() ? " && " : "") + more;
    return both.empty() ? "" : " /" + both + "/";
}

std::string print_event(const std::string& name, const std::vector<decoded_argument>& arguments) {
    auto all = literally(name);
    for (const auto& one : arguments) {
        all = all + literally(" " + one.name + "=") + one.value;
    }
    return "printf(\"" + all.format + "\\n\"" + all.values + ");";
}

// The same as a JSON object. What JSON has no number for is a string; strings of the program come as they are.
std::string print_json(const std::string& name, std::vector<decoded_argument> arguments) {
    name_apart(arguments, {"event"});
    const auto quoted = [](const std::string& text) {
        return literally(nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    };
    auto all = literally("{\"event\": ") + quoted(name);
    for (const auto& one : arguments) {
        all = all + literally(", ") + quoted(one.name) + literally(": ") + one.value;
    }
    return "printf(\"" + all.format + "}\\n\"" + all.values + ");";
}

// One more than the highest number of a processor of this machine: of "0-3,8-11" it is 12.
std::string processors() {
    std::ifstream file("/sys/devices/system/cpu/possible");
    std::string ranges;
    std::getline(file, ranges);
    const auto last = ranges.substr(ranges.find_last_of("-,") + 1);
    return last.empty() ? "1024" : std::to_string(std::stoul(last) + 1);
}

// The first of those with the name of `all[which]`: several objects of a process may have a probe of one name.
std::size_t first_of_name(const std::vector<selected>& all, std::size_t which) {
    std::size_t first = 0;
    while (all[first].which.name != all[which].which.name) {
        ++first;
    }
    return first;
}

// At the end, how often each fired by the kernel's count. count() would do, but printf takes no count. One probe after
// the other, and only this machine's processors: a program of BPF has 512 bytes of variables, and the kernel goes
// through each turn of its loops before it takes it.
std::string print_totals(const std::vector<selected>& all) {
    const auto count = processors();
    std::string script = R"(    printf("{\"event\": \"total\"");)";
    for (std::size_t i = 0; i != all.size(); ++i) {
        if (first_of_name(all, i) != i) {
            continue;
        }
        const auto map = "@fired" + std::to_string(i);
        script += "\n    $fired = (int64)0;\n    $cpu = 0;\n    while ($cpu < " + count +
                  ") {\n        $fired = $fired + " + map + "[$cpu];\n        $cpu++;\n    }\n    printf(\", \\\"" +
                  all[i].which.name + "\\\": %ld\", $fired);\n    clear(" + map + ");";
    }
    return "END {\n" + script + "\n    printf(\"}\\n\");\n}\n";
}

std::vector<selected> select(const target& of, const std::vector<std::string>& names) {
    std::vector<selected> all;
    for (const auto& one : of.objects) {
        for (const auto& each : probes_of(one)) {
            if (names.empty() || std::find(names.begin(), names.end(), each.name) != names.end()) {
                all.push_back({&one, each});
            }
        }
    }
    for (const auto& name : names) {
        if (std::none_of(all.begin(), all.end(), [&](const selected& one) { return one.which.name == name; })) {
            throw std::runtime_error(name + ": there is no such probe: see usdtpp list");
        }
    }
    return all;
}

std::string latency(const target& of, const script_options& chosen) {
    const auto from = select(of, {chosen.latency.at(0)});
    const auto to = select(of, {chosen.latency.at(1)});
    const auto key_of = [&](const selected& one) {
        return chosen.key.empty() ? key{} : key_named(one.which, chosen.key);
    };
    std::string script;
    for (const auto& one : from) {
        script += attach_point(one) + filter(of) + " {\n    @begin[" + key_of(one).value + "] = nsecs;\n}\n";
    }
    for (const auto& one : to) {
        if (key_of(one).is_text != key_of(from.front()).is_text) {
            throw std::runtime_error(chosen.key + " is a string in one of the probes only: see usdtpp list");
        }
        const auto begin = "@begin[" + key_of(one).value + "]";
        script += attach_point(one) + filter(of, begin + " != 0") + " {\n    @latency_ns = hist(nsecs - " + begin +
                  ");\n    delete(" + begin + ");\n}\n";
    }
    return script + "END {\n    clear(@begin);\n}\n";
}

std::string events(const target& of, const script_options& chosen) {
    const auto all = select(of, chosen.probes);
    std::string script;
    for (std::size_t i = 0; i != all.size(); ++i) {
        const auto& one = all[i].which;
        const auto begin = attach_point(all[i]) + filter(of) + " {\n    ";
        if (chosen.count) {
            script += begin + "@[\"" + one.name + "\"] = count();\n}\n";
            continue;
        }
        const auto its = decoded(one, chosen.as_json);
        const auto count = one.sites.front().arguments.size();
        if (its.sites_differ) {
            script += "// Its sites differ: an argument has the name, and the form, that all of them agree on.\n";
        } else if (count > most_arguments) {
            script += "// bpftrace reads 6 of the " + std::to_string(count) + " arguments.\n";
        }
        script += begin +
                  (chosen.as_json ? print_json(one.name, its.all) + "\n    @fired" +
                                        std::to_string(first_of_name(all, i)) + "[cpu]++;"
                                  : print_event(one.name, its.all)) +
                  "\n}\n";
    }
    return script + (chosen.as_json && !all.empty() ? print_totals(all) : "");
}

} // namespace

std::string bpftrace_script(const target& of, const script_options& chosen) {
    const auto script = chosen.latency.empty() ? events(of, chosen) : latency(of, chosen);
    if (script.empty()) {
        throw std::runtime_error("there is no probe");
    }
    return "#!/usr/bin/env bpftrace\n" + script;
}

} // namespace tool
