// Reading the inputs: every field has a type and a range, and every message says what to give instead.
#include "inputs.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <nlohmann/json.hpp>

namespace fosdem {
namespace {

using nlohmann::json;

constexpr std::size_t largest_file = 1 << 20;
constexpr int largest_allocation = 1 << 30;

// Fields of other programs that share the file.
const char* const foreign_fields[] = {"hash",       "archetype", "runtime_version", "loops_cpu", "allocs_cpu",
                                      "exceptions", "recursive", "flush",           "rps",       "clients",
                                      "timeout",    "duration",  "tracing",         "profiling", "otel_endpoint"};

std::string read_file(const std::string& path) {
    const auto fail = [&] {
        throw inputs_error(path + ": cannot be read: " + std::strerror(errno) + ": give the path of a JSON file");
    };
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "r"), &std::fclose);
    if (!file) {
        fail();
    }
    std::string text(largest_file + 1, '\0');
    text.resize(std::fread(text.data(), 1, text.size(), file.get()));
    if (std::ferror(file.get()) != 0) {
        fail();
    }
    if (text.size() > largest_file) {
        throw inputs_error(path + ": is larger than 1 MiB: give the path of a JSON file with the inputs");
    }
    return text;
}

json parse(const std::string& path, const std::string& text) {
    try {
        auto object = json::parse(text);
        if (!object.is_object()) {
            throw inputs_error(path + ": is " + object.type_name() + ", not an object: write {\"port\": 8080, ...}");
        }
        return object;
    } catch (const json::exception& error) {
        // what(): "[json.exception.parse_error.101] parse error at line 2, column 5: syntax error ..."
        const std::string what = error.what();
        const auto place = what.find("line ");
        const auto message = what.substr(place != std::string::npos ? place : what.find("] ") + 2);
        throw inputs_error(path + ": " + message + ": correct the JSON");
    }
}

// The fields of one file. Each is taken out once; what is left over is unknown.
class fields {
public:
    fields(std::string path, json object) : path_(std::move(path)), object_(std::move(object)) {}

    void take_text(const char* name, std::string& value) {
        const auto found = extract(name);
        if (!found.is_discarded()) {
            const auto* text = found.get_ptr<const std::string*>();
            if (text == nullptr || text->empty() || text->size() > 255 || text->find('\0') != std::string::npos) {
                refuse(name, found, "a name or address of up to 255 characters");
            }
            value = *text;
        }
    }

    template <class Integer>
    void take_whole(const char* name, Integer& value, std::uint64_t most, const std::string& hint = "") {
        const auto found = extract(name);
        if (!found.is_discarded()) {
            // The library holds whole numbers without a minus sign as unsigned.
            if (!found.is_number_unsigned() || found.get<std::uint64_t>() > most) {
                refuse(name, found, "a whole number from 0 to " + std::to_string(most) + hint);
            }
            value = found.get<Integer>();
        }
    }

    void take_seconds(const char* name, double& value, double most) {
        const auto found = extract(name);
        if (!found.is_discarded()) {
            if (!found.is_number() || found.get<double>() < 0 || found.get<double>() > most) {
                refuse(name, found, "a number of seconds from 0 to " + std::to_string(static_cast<int>(most)));
            }
            value = found.get<double>();
        }
    }

    bool has(const char* name) const {
        return object_.contains(name);
    }
    void pass_over(const char* name) {
        object_.erase(name);
    }
    std::vector<std::string> left_over() const {
        std::vector<std::string> names;
        for (const auto& [name, value] : object_.items()) {
            names.push_back(json(name).dump());
        }
        return names;
    }

private:
    json extract(const char* name) {
        const auto found = object_.find(name);
        if (found == object_.end()) {
            return json(json::value_t::discarded);
        }
        auto value = std::move(*found);
        object_.erase(found);
        return value;
    }

    [[noreturn]] void refuse(const char* name, const json& found, const std::string& wanted) const {
        std::string shown = found.is_structured() ? found.type_name() : found.dump();
        if (shown.size() > 60) {
            shown = std::string(found.type_name()) + " of " + std::to_string(shown.size()) + " characters";
        }
        throw inputs_error(path_ + ": \"" + name + "\" is " + shown + ": give " + wanted);
    }

    std::string path_;
    json object_;
};

} // namespace

read_result read_inputs(const std::string& path) {
    read_result result;
    auto& values = result.values;
    fields file(path, parse(path, read_file(path)));

    if (file.has("alloc_size") && file.has("allocs_size")) {
        throw inputs_error(path + ": \"alloc_size\" and \"allocs_size\" are the same field: remove one of them");
    }
    file.take_text("host", values.host);
    file.take_whole("port", values.port, 65535, " (0 picks a free one)");
    file.take_whole("workers", values.workers, 512, " (0: one for each core)");
    file.take_whole("loops_num", values.loops_num, 100'000'000'000);
    file.take_whole("allocs_num", values.allocs_num, 1'000'000);
    file.take_whole("alloc_size", values.alloc_size, largest_allocation);
    file.take_whole("allocs_size", values.alloc_size, largest_allocation);
    file.take_seconds("off_cpu", values.off_cpu, 3600);
    if (values.allocs_num * values.alloc_size > largest_allocation) {
        throw inputs_error(path + ": allocs_num times alloc_size is more than 1 GiB a request: give smaller numbers");
    }

    for (const char* name : foreign_fields) {
        file.pass_over(name);
    }
    std::string unknown;
    for (const auto& name : file.left_over()) {
        unknown += (unknown.empty() ? "" : ", ") + name;
    }
    if (!unknown.empty()) {
        result.warning = path + ": warning: " + unknown + " ignored, for no such field is known: correct or remove";
    }
    return result;
}

std::string to_json(const inputs& values) {
    return json{{"host", values.host},
                {"port", values.port},
                {"workers", values.workers},
                {"loops_num", values.loops_num},
                {"allocs_num", values.allocs_num},
                {"alloc_size", values.alloc_size},
                {"off_cpu", values.off_cpu}}
        .dump();
}

} // namespace fosdem
