// What fosdem-server makes of its inputs.
#include "inputs.hpp"

#include <csignal>

#include "catch.hpp"
#include "harness.hpp"

namespace {

using example::is_one_line_of;

const std::string deep(100'000, '[');

struct mistake {
    std::string text;    // of the file
    std::string message; // behind the path of the file
};

const mistake mistakes[] = {
    // No JSON, or no object.
    {"", ": line 1, column 1: "},
    {"port = 8080", ": line 1, column 1: "},
    {"{\n  \"port\": 8080,,\n}", ": line 2, column 16: "},
    {"{\n  \"port\": 8080\n", ": line 3, column 1: "},
    {"{\"host\": \"\xff\"}", ": line 1, column 11: "},
    {"{\"port\": 1e400}", ": number overflow parsing '1e400': correct the JSON"},
    {"[8080]", ": is array, not an object: "},
    {"\"text\"", ": is string, not an object: "},
    {"null", ": is null, not an object: "},
    {std::string(1'100'000, ' '), ": is larger than 1 MiB: "},
    // Types.
    {R"({"host": 1})", ": \"host\" is 1: give a name or address"},
    {R"({"host": ["127.0.0.1"]})", ": \"host\" is array: give a name or address"},
    {R"({"port": "8080"})", ": \"port\" is \"8080\": give a whole number from 0 to 65535"},
    {R"({"port": null})", ": \"port\" is null: give a whole number"},
    {R"({"port": )" + deep + std::string(deep.size(), ']') + "}", ": \"port\" is array: give a whole number"},
    {R"({"workers": true})", ": \"workers\" is true: give a whole number from 0 to 512"},
    {R"({"loops_num": {}})", ": \"loops_num\" is object: give a whole number from 0 to 100000000000"},
    {R"({"allocs_num": "10"})", ": \"allocs_num\" is \"10\": give a whole number from 0 to 1000000"},
    {R"({"alloc_size": [1]})", ": \"alloc_size\" is array: give a whole number from 0 to 1073741824"},
    {R"({"allocs_size": false})", ": \"allocs_size\" is false: give a whole number from 0 to 1073741824"},
    {R"({"off_cpu": "1"})", ": \"off_cpu\" is \"1\": give a number of seconds from 0 to 3600"},
    // Below the range.
    {R"({"host": ""})", ": \"host\" is \"\": give a name or address"},
    {R"({"port": -1})", ": \"port\" is -1: give a whole number"},
    {R"({"workers": -1})", ": \"workers\" is -1: give"},
    {R"({"loops_num": -1})", ": \"loops_num\" is -1: give"},
    {R"({"allocs_num": -1})", ": \"allocs_num\" is -1: give"},
    {R"({"alloc_size": -9223372036854775808})", ": \"alloc_size\" is -9223372036854775808: give"},
    {R"({"off_cpu": -0.001})", ": \"off_cpu\" is -0.001: give"},
    // Above the range, and between two numbers of it.
    {"{\"host\": \"" + std::string(256, 'h') + "\"}", ": \"host\" is string of 258 characters: give"},
    {R"({"host": "local\u0000host"})", ": \"host\" is \"local\\u0000host\": give"},
    {R"({"port": 65536})", ": \"port\" is 65536: give a whole number from 0 to 65535"},
    {R"({"port": 8080.5})", ": \"port\" is 8080.5: give a whole number"},
    {R"({"port": 18446744073709551616})", ": \"port\" is 1.8446744073709552e+19: give"},
    {R"({"workers": 513})", ": \"workers\" is 513: give"},
    {R"({"loops_num": 100000000001})", ": \"loops_num\" is 100000000001: give"},
    {R"({"loops_num": 1e3})", ": \"loops_num\" is 1000.0: give a whole number"},
    {R"({"allocs_num": 1000001})", ": \"allocs_num\" is 1000001: give"},
    {R"({"alloc_size": 1073741825})", ": \"alloc_size\" is 1073741825: give"},
    {R"({"allocs_size": 18446744073709551615})", ": \"allocs_size\" is 18446744073709551615: give"},
    {R"({"off_cpu": 3600.5})", ": \"off_cpu\" is 3600.5: give"},
    {R"({"off_cpu": 1e308})", ": \"off_cpu\" is 1e+308: give"},
    // Fields that do not go together.
    {R"({"alloc_size": 1, "allocs_size": 1})", ": \"alloc_size\" and \"allocs_size\" are the same field: remove"},
    {R"({"allocs_num": 1025, "alloc_size": 1048576})", ": allocs_num times alloc_size is more than 1 GiB"},
    {R"({"allocs_num": 1000000, "allocs_size": 1073741824})", ": allocs_num times alloc_size is more than 1 GiB"},
};

fosdem::read_result read(const std::string& text) {
    const support::temporary_directory directory;
    support::write_file(directory.file("inputs.json"), text);
    return fosdem::read_inputs(directory.file("inputs.json"));
}

// Of what read_inputs throws.
std::string message_about(const std::string& path) {
    try {
        fosdem::read_inputs(path);
    } catch (const fosdem::inputs_error& error) {
        return error.what();
    }
    return "no error";
}

void check_values(const fosdem::inputs& values, const fosdem::inputs& expected) {
    CHECK(values.host == expected.host);
    CHECK(values.port == expected.port);
    CHECK(values.workers == expected.workers);
    CHECK(values.loops_num == expected.loops_num);
    CHECK(values.allocs_num == expected.allocs_num);
    CHECK(values.alloc_size == expected.alloc_size);
    CHECK(values.off_cpu == expected.off_cpu);
}

} // namespace

TEST_CASE("a mistake in the inputs is told in one line, with the place or the field") {
    const support::temporary_directory directory;
    const auto path = directory.file("inputs.json");
    for (const auto& one : mistakes) {
        INFO(one.text.substr(0, 100));
        support::write_file(path, one.text);
        const auto message = message_about(path);
        INFO(message);
        CHECK(message.rfind(path + one.message, 0) == 0);
        CHECK(message.find('\n') == std::string::npos);
        CHECK(message.size() < path.size() + 200);
    }
}

TEST_CASE("a file that cannot be read is told with the reason") {
    const support::temporary_directory directory;
    CHECK(message_about(directory.file("none")) ==
          directory.file("none") + ": cannot be read: No such file or directory: give the path of a JSON file");
    CHECK(message_about(directory.path()) ==
          directory.path() + ": cannot be read: Is a directory: give the path of a JSON file");
    CHECK(message_about("/dev/zero").rfind("/dev/zero: is larger than 1 MiB: ", 0) == 0);
}

TEST_CASE("good inputs are read as they are") {
    const fosdem::inputs most{"::1", 65535, 512, 100'000'000'000, 1024, 1 << 20, 3600};
    const std::string most_text = R"("host": "::1", "port": 65535, "workers": 512, "loops_num": 100000000000,
                                     "allocs_num": 1024, "off_cpu": 3600, )";
    const std::pair<std::string, fosdem::inputs> good[] = {
        {"{}", {}},
        {R"({"port": 0, "off_cpu": 0.25})", {"127.0.0.1", 0, 0, 0, 0, 0, 0.25}},
        {"{" + most_text + R"("alloc_size": 1048576})", most},
        {"{" + most_text + R"("allocs_size": 1048576})", most},
        {R"({"allocs_num": 1000000, "alloc_size": 1073})", {"127.0.0.1", 8080, 0, 0, 1'000'000, 1073, 0}},
        {R"({"allocs_num": 1, "alloc_size": 1073741824})", {"127.0.0.1", 8080, 0, 0, 1, 1 << 30, 0}},
        {fosdem::to_json(most), most},
    };
    for (const auto& [text, expected] : good) {
        INFO(text);
        const auto result = read(text);
        check_values(result.values, expected);
        CHECK(result.warning.empty());
    }
}

TEST_CASE("fields of other programs are passed over, unknown ones are named") {
    const auto foreign = read(R"({"hash": "x", "archetype": 1, "runtime_version": null, "loops_cpu": [], "port": 1,
        "allocs_cpu": {}, "exceptions": -1, "recursive": true, "flush": 1.5, "rps": "many", "clients": 0, "timeout": "",
        "duration": -5, "tracing": {"port": -1}, "profiling": [1], "otel_endpoint": "http://localhost:4317"})");
    CHECK(foreign.warning.empty());
    check_values(foreign.values, {"127.0.0.1", 1, 0, 0, 0, 0, 0});

    const auto unknown = read(R"({"prot": 1, "Port": 2, "off\ncpu": 3, "port": 4, "rps": 5})");
    CHECK(example::count_of("warning: \"Port\", \"off\\ncpu\", \"prot\" ignored", unknown.warning) == 1);
    CHECK(unknown.warning.find('\n') == std::string::npos);
    check_values(unknown.values, {"127.0.0.1", 4, 0, 0, 0, 0, 0});
}

TEST_CASE("fosdem-server tells one line about bad inputs and ends with 1") {
    const std::pair<std::string, std::string> bad[] = {
        {"{\"port\": 8080", "inputs.json: line 1, column 14: "},
        {R"({"port": 65536})", "inputs.json: \"port\" is 65536: give "},
        {R"({"alloc_size": 1, "allocs_size": 1, "unknown": 1})", "inputs.json: \"alloc_size\" and \"allocs_size\" "},
        {R"({"port": 0, "host": "203.0.113.1"})", "cannot listen on 203.0.113.1, port 0: Cannot assign requested"},
    };
    for (const auto& [text, message] : bad) {
        INFO(text);
        const auto result = example::run_server(text);
        INFO(result.errors);
        CHECK(result.status == 1);
        CHECK(result.output.empty());
        CHECK(is_one_line_of("fosdem-server", result.errors));
        CHECK(example::count_of(message, result.errors) == 1);
    }
    for (const auto* path : {"/nowhere/inputs.json", "/"}) {
        const auto result = support::run({FOSDEM_SERVER, path}, example::long_enough);
        CHECK(result.status == 1);
        CHECK(result.output.empty());
        CHECK(is_one_line_of("fosdem-server", result.errors));
        CHECK(example::count_of(std::string(path) + ": cannot be read: ", result.errors) == 1);
    }
}

TEST_CASE("fosdem-server does not share a port") {
    example::server first;
    const auto second = example::run_server("{\"port\": " + std::to_string(first.port()) + "}");
    CHECK(second.status == 1);
    CHECK(second.output.empty());
    CHECK(is_one_line_of("fosdem-server", second.errors));
    CHECK(example::count_of("port " + std::to_string(first.port()) + ": Address already in use: ", second.errors) == 1);
    CHECK(example::client(first.port()).get("/health") == example::healthy);
}

TEST_CASE("fosdem-server warns of an unknown field in one line, and starts") {
    example::server server(R"("prot": 1, "of_cpu": 2, "duration": 3, )");
    CHECK(example::client(server.port()).get("/load") == example::loaded);
    server.process().signal(SIGTERM);
    const auto done = server.process().wait(example::long_enough);
    REQUIRE(done);
    CHECK(done->status == 0);
    const auto& errors = server.process().error_output();
    CHECK(is_one_line_of("fosdem-server", errors));
    CHECK(example::count_of(": warning: \"of_cpu\", \"prot\" ignored", errors) == 1);
}

TEST_CASE("a wrong command line is told in one line and ends with 2") {
    const std::pair<std::string, std::vector<std::string>> wrong[] = {
        {FOSDEM_SERVER, {}},
        {FOSDEM_SERVER, {"one.json", "two.json"}},
        {FOSDEM_SERVER, {"--port", "8080"}},
        {FOSDEM_RUN, {"--scenario", "none"}},
        {FOSDEM_RUN, {"--num", "0"}},
        {FOSDEM_RUN, {"--duration", "-1"}},
        {FOSDEM_RUN, {"--duration", "soon"}},
        {FOSDEM_RUN, {"--clients", "257"}},
        {FOSDEM_RUN, {"--clients", "2", "--rps", "2"}},
        {FOSDEM_RUN, {"--rps", "0"}},
        {FOSDEM_RUN, {"--timeout", "0"}},
        {FOSDEM_RUN, {"--unknown"}},
        {FOSDEM_RUN, {"inputs.json"}},
    };
    for (const auto& [program, arguments] : wrong) {
        auto command = arguments;
        command.insert(command.begin(), program);
        INFO(support::joined(command));
        const auto result = support::run(command, example::long_enough);
        INFO(result.errors);
        CHECK(result.status == 2);
        CHECK(result.output.empty());
        CHECK(is_one_line_of(program.substr(program.rfind('/') + 1), result.errors));
    }
    for (const std::string program : {FOSDEM_SERVER, FOSDEM_RUN}) {
        const auto help = support::run({program, "--help"}, example::long_enough);
        CHECK(help.status == 0);
        CHECK(help.errors.empty());
        CHECK(help.output.find("Usage: " + program.substr(program.rfind('/') + 1)) != std::string::npos);
    }
}
