// What recorded events are as JSON, by the judgement of Python's reader.
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#if __has_include(<sys/sdt.h>)
#include <sys/sdt.h>
#endif
#include <usdtpp/recorder.hpp>
#include <usdtpp/usdtpp.hpp>

#include "catch.hpp"
#include "support/files.hpp"
#include "support/process.hpp"

namespace {

// What `script` prints of the JSON in `all`.
std::string by_python(const std::string& json, const std::string& script) {
    support::temporary_directory directory;
    support::write_file(directory.file("all.json"), json);
    const auto ran = support::run({"python3", "-c", "import json\n" + script, directory.file("all.json")});
    INFO(json);
    INFO(ran.errors);
    CHECK(ran.status == 0);
    return ran.output;
}

} // namespace

TEST_CASE("recorded events are lines of JSON") {
    SKIP_WITHOUT("python3");
    usdtpp::recorder_options options;
    options.string_bytes = 12;
    usdtpp::recorder recorder("json_test:*", options);
    const std::string text = "\"q\" \\ \n\x01 \xc3\xa9";
    const std::string wrong = "\xff\xc3 \xed\xa0\x80";
    const std::string_view view = "a view that is long";
    const auto most = std::numeric_limits<std::uint64_t>::max();
    const auto infinite = std::numeric_limits<double>::infinity();
    PROBE(json_test, values, text, wrong, USDTPP_SIZED(view), -5, most, 0.1, infinite, true, nullptr);
    PROBE(json_test, twice, options.threads, options.threads);
    std::ostringstream lines;
    recorder.drain([&](const usdtpp::recorded_event& event) { usdtpp::write_json_line(lines, event); });
    CHECK(by_python(lines.str(), R"(
import sys
for line in open(sys.argv[1]):
    event = json.loads(line)
    print(event['event'], event['thread'] > 0, event['time'] > 0, list(event.get('cut', [])))
    print(ascii(event['arguments']))
)") == "json_test:values True True ['view']\n"
       "{'text': '\"q\" \\\\ \\n\\x01 \\xe9', 'wrong': '\\ufffd\\ufffd \\ufffd\\ufffd\\ufffd', "
       "'view': 'a view that ', 'arg3': 19, '-5': -5, 'most': 18446744073709551615, '0.1': 0.1, "
       "'infinite': 'inf', 'true': True, 'nullptr': None}\n"
       "json_test:twice True True []\n"
       "{'options.threads': 256, 'arg1': 256}\n");
}

TEST_CASE("each argument has a key of its own in JSON, and the names that were written come first") {
    usdtpp::recorder_options options;
    options.string_bytes = 1;
    usdtpp::recorder recorder("json_names:*", options);
    const int arg1 = 7;
    const int x = 5;
    const std::string text = "two";
    const std::string_view view = "sized";
    PROBE(json_names, generated_later, arg1, arg1);
    PROBE(json_names, given_later, x, x, USDTPP_NAMED(arg1, 1), USDTPP_NAMED(arg1_, 2));
    PROBE(json_names, length, USDTPP_SIZED(view), USDTPP_NAMED(arg1, 3), USDTPP_NAMED(arg3, 4), arg1);
    PROBE(json_names, thrice, x, x, x);
    PROBE(json_names, cut, text, text, USDTPP_NAMED(arg1, text));
#if __has_include(<sys/sdt.h>)
    DTRACE_PROBE2(json_names, nameless, x, arg1);
#endif
    const std::vector<std::string> expected = {
        R"("arguments": {"arg1": 7, "arg1_": 7}})",
        R"("arguments": {"x": 5, "arg1__": 5, "arg1": 1, "arg1_": 2}})",
        R"("arguments": {"view": "s", "arg1_": 5, "arg1": 3, "arg3": 4, "arg4": 7}, "cut": ["view"]})",
        R"("arguments": {"x": 5, "arg1": 5, "arg2": 5}})",
        R"("arguments": {"text": "t", "arg1_": "t", "arg1": "t"}, "cut": ["text", "arg1_", "arg1"]})",
#if __has_include(<sys/sdt.h>)
        R"("arguments": {"arg0": 5, "arg1": 7}})",
#endif
    };
    std::ostringstream trace;
    std::vector<std::string> lines;
    {
        usdtpp::trace_event_writer writer(trace);
        recorder.drain([&](const usdtpp::recorded_event& event) {
            std::ostringstream line;
            usdtpp::write_json_line(line, event);
            lines.push_back(line.str().substr(line.str().find("\"arguments\"")));
            writer.write(event);
        });
    }
    REQUIRE(lines.size() == expected.size());
    for (std::size_t i = 0; i != lines.size(); ++i) {
        CHECK(lines[i] == expected[i] + "\n");
        const auto arguments = expected[i].substr(0, expected[i].find('}') + 1);
        CHECK(trace.str().find("\"args\"" + arguments.substr(arguments.find(':'))) != std::string::npos);
    }
}

TEST_CASE("starts and ends of recorded events become slices") {
    SKIP_WITHOUT("python3");
    using pairing = usdtpp::trace_event_options::pairing;
    const std::string script = R"(
import sys
for event in json.load(open(sys.argv[1])):
    assert event['pid'] > 0 and event['tid'] > 0 and event['ts'] > 0
    print(event['cat'], event['name'], event['ph'], event.get('id', '-'), event['args'])
)";
    for (const auto pair_by : {pairing::first_argument, pairing::thread}) {
        usdtpp::recorder recorder("slices_test:*");
        PROBE(slices_test, request_end, "zero");
        PROBE(slices_test, request_start, "one", 1);
        PROBE(slices_test, request_start, "two", 2);
        PROBE(slices_test, moment, 5);
        PROBE(slices_test, request_end, "one");
        PROBE(slices_test, request_end, "two");
        PROBE(slices_test, work_start);
        PROBE(slices_test, work_end);
        PROBE(slices_test, work_end);
        usdtpp::trace_event_options options;
        options.pair_by = pair_by;
        std::ostringstream all;
        {
            usdtpp::trace_event_writer writer(all, options);
            recorder.drain([&](const usdtpp::recorded_event& event) { writer.write(event); });
        }
        const bool by_id = pair_by == pairing::first_argument;
        const auto slice = [&](const std::string& phase, const std::string& id) {
            return by_id ? std::string(phase == "B" ? "b " : "e ") + id : phase + " -";
        };
        CHECK(by_python(all.str(), script) == "slices_test request_end i - {'\"zero\"': 'zero'}\n"
                                              "slices_test request " +
                                                  slice("B", "one") +
                                                  " {'\"one\"': 'one', '1': 1}\n"
                                                  "slices_test request " +
                                                  slice("B", "two") +
                                                  " {'\"two\"': 'two', '2': 2}\n"
                                                  "slices_test moment i - {'5': 5}\n"
                                                  "slices_test request " +
                                                  slice("E", "one") +
                                                  " {'\"one\"': 'one'}\n"
                                                  "slices_test request " +
                                                  slice("E", "two") +
                                                  " {'\"two\"': 'two'}\n"
                                                  "slices_test work B - {}\n"
                                                  "slices_test work E - {}\n"
                                                  "slices_test work_end i - {}\n");
    }
}

TEST_CASE("a trace without events is JSON") {
    SKIP_WITHOUT("python3");
    std::ostringstream all;
    usdtpp::trace_event_writer(all).finish();
    CHECK(by_python(all.str(), "import sys\nprint(json.load(open(sys.argv[1])))") == "[]\n");
}
