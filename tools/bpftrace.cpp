// usdtpp bpftrace: a script that attaches to the probes and prints their arguments decoded.
#include <algorithm>
#include <stdexcept>

#include <nlohmann/json.hpp>

#include "commands.hpp"

namespace tool {
namespace {

using usdtpp::argument_kind;

// bpftrace 0.17 and 0.23 know arg0 to arg5 only on x86-64, and no more elsewhere.
constexpr std::size_t most_arguments = 6;

struct selected {
    const object* in;
    probe which;
};

// usdt:"/usr/bin/server":fosdem:request_start. In quotes, or a + as in libstdc++ would be syntax.
std::string attach_point(const selected& one) {
    return "usdt:\"" + one.in->path + "\":" + one.which.name;
}
std::string filter(const target& of, const std::string& more = "") {
    const auto pid = of.pid ? "pid == " + std::to_string(*of.pid) : "";
    const auto both = pid + (!pid.empty() && !more.empty() ? " && " : "") + more;
    return both.empty() ? "" : " /" + both + "/";
}

// A piece of a printf.
struct printed {
    std::string format;
    std::string values; // each after ", "
};

// A float as %a prints it, exactly: sign, 1 or 0, the bits of the fraction, the exponent.
printed floating(const std::string& value, int fraction, int exponent, int digits) {
    const auto shifted = [&](int bits, const std::string& mask) {
        return "((" + value + " >> " + std::to_string(bits) + ") & " + mask + ")";
    };
    const int bias = (1 << (exponent - 1)) - 1;
    const auto raised = shifted(fraction, std::to_string((1 << exponent) - 1));
    const auto bits = "((" + value + " & " + std::to_string((1ULL << fraction) - 1) + ") << " +
                      std::to_string(4 * digits - fraction) + ")";
    return {"%c0x%d.%0" + std::to_string(digits) + "lxp%d",
            ", 32 + 13 * " + shifted(fraction + exponent, "1") + ", " + raised + " != 0, " + bits + ", " + raised +
                " == 0 ? " + std::to_string(1 - bias) + " : " + raised + " - " + std::to_string(bias)};
}

printed decoded(const usdtpp::probe_note& site, std::size_t i) {
    const auto& argument = site.arguments[i];
    const auto value = "arg" + std::to_string(i);
    switch (argument.kind) {
    case argument_kind::string:
        return {"\\\"%s\\\"", ", str(" + value + ")"};
    case argument_kind::sized_string:
        return i + 1 < std::min(site.arguments.size(), most_arguments)
                   ? printed{"\\\"%s\\\"", ", str(" + value + ", arg" + std::to_string(i + 1) + ")"}
                   : printed{"0x%lx", ", " + value};
    case argument_kind::character:
        return argument.size == 1 ? printed{"'%c'", ", " + value} : printed{"U+%04lx", ", " + value};
    case argument_kind::pointer:
        return {"0x%lx", ", " + value};
    case argument_kind::single_precision:
        return floating(value, 23, 8, 6);
    case argument_kind::double_precision:
        return floating(value, 52, 11, 13);
    case argument_kind::duration:
    case argument_kind::time_point:
        return {"%ld ns", ", " + value};
    default:
        return {argument.is_signed ? "%ld" : "%lu", ", " + value};
    }
}

std::string escaped(const std::string& text) {
    std::string safe;
    for (const char c : text) {
        safe += c == '%' ? "%%" : c == '"' || c == '\\' ? std::string("\\") + c : std::string(1, c);
    }
    return safe;
}

std::string print_event(const probe& one) {
    const auto& site = one.sites.front();
    std::string format = one.name, values;
    for (std::size_t i = 0; i != std::min(site.arguments.size(), most_arguments); ++i) {
        const auto piece = decoded(site, i);
        format += " " + escaped(name_of(site.arguments[i], i)) + "=" + piece.format;
        values += piece.values;
    }
    return "printf(\"" + format + "\\n\"" + values + ");";
}

// The same as a JSON object. What JSON has no number for is a string; strings of the program come as they are.
std::string print_json(const probe& one) {
    const auto& site = one.sites.front();
    const auto quoted = [](const std::string& text) { return escaped(nlohmann::json(text).dump()); };
    std::string format = "{" + quoted("event") + ": " + quoted(one.name), values;
    for (std::size_t i = 0; i != std::min(site.arguments.size(), most_arguments); ++i) {
        const auto& argument = site.arguments[i];
        const auto value = "arg" + std::to_string(i);
        auto piece = decoded(site, i);
        if (argument.kind == argument_kind::duration || argument.kind == argument_kind::time_point) {
            piece.format = "%ld";
        } else if (argument.kind == argument_kind::character) {
            piece = {argument.is_signed ? "%ld" : "%lu", ", " + value};
        } else if (piece.format != "%ld" && piece.format != "%lu" && piece.format.front() != '\\') {
            piece.format = "\\\"" + piece.format + "\\\"";
        }
        format += ", " + quoted(name_of(argument, i)) + ": " + piece.format;
        values += piece.values;
    }
    return "printf(\"" + format + "}\\n\"" + values + ");";
}

// At the end, how often each fired by the kernel's count. count() would do, but printf takes no count.
std::string print_totals(const std::vector<selected>& all) {
    std::string zero, add, clear, format = R"({\"event\": \"total\")", values;
    for (std::size_t i = 0; i != all.size(); ++i) {
        const auto number = std::to_string(i);
        zero += "    $fired" + number + " = (int64)0;\n";
        add += "        $fired" + number + " = $fired" + number + " + @fired" + number + "[$cpu];\n";
        clear += "    clear(@fired" + number + ");\n";
        format += R"(, \")" + all[i].which.name + R"(\": %ld)";
        values += ", $fired" + number;
    }
    return "END {\n" + zero + "    $cpu = 0;\n    while ($cpu < 1024) {\n" + add +
           "        $cpu++;\n    }\n    printf(\"" + format + "}\\n\"" + values + ");\n" + clear + "}\n";
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

// The argument that is the key, as an expression.
std::string key_of(const probe& one, const std::string& name) {
    if (name.empty()) {
        return "tid";
    }
    const auto& arguments = one.sites.front().arguments;
    for (std::size_t i = 0; i != std::min(arguments.size(), most_arguments); ++i) {
        if (name_of(arguments[i], i) == name) {
            const auto value = "arg" + std::to_string(i);
            return arguments[i].kind == argument_kind::string ? "str(" + value + ")" : value;
        }
    }
    throw std::runtime_error(one.name + " has no argument " + name + " that bpftrace reads: see usdtpp list");
}

std::string latency(const target& of, const script_options& chosen) {
    std::string script;
    for (const auto& one : select(of, {chosen.latency.at(0)})) {
        script +=
            attach_point(one) + filter(of) + " {\n    @begin[" + key_of(one.which, chosen.key) + "] = nsecs;\n}\n";
    }
    for (const auto& one : select(of, {chosen.latency.at(1)})) {
        const auto begin = "@begin[" + key_of(one.which, chosen.key) + "]";
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
        const auto& arguments = one.sites.front().arguments;
        if (!chosen.count && arguments.size() > most_arguments) {
            script += "// bpftrace reads 6 of the " + std::to_string(arguments.size()) + " arguments.\n";
        }
        const auto action = chosen.count     ? "@[\"" + one.name + "\"] = count();"
                            : chosen.as_json ? print_json(one) + "\n    @fired" + std::to_string(i) + "[cpu]++;"
                                             : print_event(one);
        script += attach_point(all[i]) + filter(of) + " {\n    " + action + "\n}\n";
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
