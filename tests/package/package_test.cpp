// The package as its users get it: installed and moved elsewhere, or as a subproject, and built against by a project
// outside this source tree.
#include <filesystem>

#include "catch.hpp"
#include "notes.hpp"
#include "toolchain.hpp"

namespace {

namespace fs = std::filesystem;
using support::flags;
using support::result;

#if __has_include(<sys/sdt.h>)
constexpr bool has_sys_sdt = true;
#else
constexpr bool has_sys_sdt = false;
#endif

result cmake(flags arguments, const support::start_options& options = {}) {
    arguments.insert(arguments.begin(), USDTPP_TEST_CMAKE);
    return support::run(arguments, std::chrono::minutes(5), options);
}

void require_success(const result& done) {
    INFO(done.output << done.errors);
    REQUIRE(done.status == 0);
}

// Installs this project, then moves the install tree.
std::string install_into(const support::temporary_directory& directory) {
    const auto build = directory.file("usdtpp-build");
    const auto first = directory.file("first");
    require_success(cmake({"-S", support::project_file("."), "-B", build, "-G", USDTPP_TEST_GENERATOR,
                           "-DCMAKE_CXX_COMPILER=" USDTPP_TEST_CXX, "-DUSDTPP_BUILD_TESTS=OFF",
                           "-DUSDTPP_BUILD_EXAMPLES=OFF", "-DCMAKE_INSTALL_PREFIX=" + first}));
    require_success(cmake({"--build", build}));
    require_success(cmake({"--install", build}));
    const auto moved = directory.file("moved");
    fs::rename(first, moved);
    return moved;
}

class consumer {
public:
    consumer(const support::temporary_directory& directory, const std::string& how)
        : source_(directory.file("consumer")), build_(directory.file("consumer-build")), how_(how) {
        fs::copy(support::project_file("tests/package/consumer"), source_);
    }

    result configure(const flags& definitions, const support::start_options& options = {}) const {
        flags arguments = {"-S",
                           source_,
                           "-B",
                           build_,
                           "-G",
                           USDTPP_TEST_GENERATOR,
                           "-DHOW=" + how_,
                           "-DCMAKE_CXX_COMPILER=" USDTPP_TEST_CXX};
        for (const auto& definition : definitions) {
            arguments.push_back("-D" + definition);
        }
        return cmake(arguments, options);
    }
    result build() const {
        return cmake({"--build", build_});
    }
    void check_program() const {
        const auto program = build_ + "/consumer";
        CHECK(support::run({program}).output == "consumed\n");
        const auto notes = support::read_notes(program);
        REQUIRE(notes.size() == 2);
        CHECK(notes[0].provider + ":" + notes[0].name == "consumer:start");
        CHECK(notes[0].arguments.size() == 2);
        CHECK(notes[1].provider + ":" + notes[1].name == "fosdem:consumed");
    }

    void check_reader() const {
        const auto read = support::run({build_ + "/reader", build_ + "/consumer"});
        CHECK(read.output == "consumer:start/2\nfosdem:consumed/1\n");
    }
    void check_tested() const {
        const auto tested = support::run({build_ + "/tested"});
        CHECK(tested.output == "1 event came\n    consumer:tested count=1 \"text\"=\"text\"\n"
                               "1 of 1 probes of consumer:* were reached\n");
    }

private:
    std::string source_;
    std::string build_;
    std::string how_;
};

const std::string both = "PROBES=consumer:start/2;fosdem:consumed/1";

} // namespace

TEST_CASE("find_package finds an install tree that was moved") {
    support::temporary_directory directory;
    const auto prefix = install_into(directory);
    const consumer user(directory, "find_package");
    require_success(user.configure({"CMAKE_PREFIX_PATH=" + prefix, "VERSION=" USDTPP_TEST_VERSION, both}));
    require_success(user.build());
    user.check_program();
}

TEST_CASE("find_package refuses another minor version") {
    support::temporary_directory directory;
    const auto prefix = install_into(directory);
    const consumer user(directory, "find_package");
    const auto done = user.configure({"CMAKE_PREFIX_PATH=" + prefix, "VERSION=0.99"});
    CHECK(done.status != 0);
    CHECK(done.errors.find("0.99") != std::string::npos);
}

TEST_CASE("the note reader and tracing from inside are components, and targets of a subproject") {
    SKIP_UNLESS(fs::exists("/usr/include/gelf.h"), "libelf-dev is not installed");
    support::temporary_directory directory;
    const bool installed = GENERATE(true, false);
    INFO((installed ? "find_package" : "add_subdirectory"));
    const consumer user(directory, installed ? "find_package" : "add_subdirectory");
    const auto where =
        installed ? "CMAKE_PREFIX_PATH=" + install_into(directory) : "USDTPP_SOURCE=" + support::project_file(".");
    require_success(user.configure({where, "COMPONENTS=notes", "WITH_READER=ON"}));
    require_success(user.configure({where, "COMPONENTS=attach", "WITH_TESTING=ON"}));
    require_success(user.build());
    user.check_program();
    user.check_reader();
    user.check_tested();
}

TEST_CASE("find_package says which component is missing, and why") {
    support::temporary_directory directory;
    const auto prefix = "CMAKE_PREFIX_PATH=" + install_into(directory);
    const consumer user(directory, "find_package");
    auto done = user.configure({prefix, "COMPONENTS=nothing"});
    CHECK(done.status != 0);
    CHECK(done.errors.find("no component nothing") != std::string::npos);
    for (const auto* component : {"notes", "attach"}) {
        done = user.configure({prefix, std::string("COMPONENTS=") + component, "USDTPP_LIBELF_LIBRARY="});
        CHECK(done.status != 0);
        CHECK(done.errors.find(std::string("usdtpp::") + component + " needs libelf") != std::string::npos);
        CHECK(done.errors.find("install libelf-dev") != std::string::npos);
    }
    require_success(user.configure({prefix, "COMPONENTS=", "USDTPP_LIBELF_LIBRARY="}));
}

TEST_CASE("usdtpp is a subproject, by add_subdirectory and by FetchContent") {
    const auto how = GENERATE(as<std::string>(), "add_subdirectory", "FetchContent");
    INFO(how);
    support::temporary_directory directory;
    const consumer user(directory, how);
    require_success(user.configure({"USDTPP_SOURCE=" + support::project_file("."), both}));
    require_success(user.build());
    user.check_program();
    // Its own tests, examples and install rules stay out of the user's build.
    for (const auto& entry : fs::recursive_directory_iterator(directory.file("consumer-build"))) {
        const auto name = entry.path().filename();
        CHECK((name != "tests" && name != "examples" && name != "usdtppConfig.cmake"));
    }
}

TEST_CASE("pkg-config finds an install tree that was moved") {
    SKIP_WITHOUT("pkg-config");
    support::temporary_directory directory;
    const auto prefix = install_into(directory);
    const support::start_options path{{{"PKG_CONFIG_PATH", prefix + "/share/pkgconfig"}}, ""};
    const auto version = support::run({"pkg-config", "--modversion", "usdtpp"}, std::chrono::seconds(10), path);
    CHECK(version.output == USDTPP_TEST_VERSION "\n");
    const consumer user(directory, "pkg-config");
    require_success(user.configure({}, path));
    require_success(user.build());
    user.check_program();
}

TEST_CASE("what is installed names no place of the machine that it was built on") {
    support::temporary_directory directory;
    const auto prefix = install_into(directory);
    int files = 0;
    for (const auto& entry : fs::recursive_directory_iterator(prefix)) {
        if (!entry.is_regular_file()) {
            continue;
        }
        ++files;
        INFO(entry.path().string());
        const auto text = support::read_file(entry.path().string());
        CHECK(text.find(directory.path()) == std::string::npos);
        CHECK(text.find(fs::canonical(support::project_file(".")).string()) == std::string::npos);
    }
    CHECK(files > 15);
    CHECK(fs::exists(prefix + "/include/usdtpp/detail/emit_native.hpp"));
}

TEST_CASE("usdtpp_verify_probes fails the build that lacks a probe, and says which") {
    support::temporary_directory directory;
    const consumer user(directory, "add_subdirectory");
    const auto source = "USDTPP_SOURCE=" + support::project_file(".");
    const std::string tool = GENERATE("", USDTPP_TEST_TOOL);
    INFO("by " << (tool.empty() ? "readelf" : tool));
    struct expectation {
        std::string probes;
        std::string words; // none where the build is right
    };
    const auto expected =
        GENERATE(expectation{"consumer:start", ""}, expectation{"consumer:start/2", ""},
                 expectation{"consumer:stop/2;consumer:start/2", "consumer:stop is missing"},
                 expectation{"consumer:start/3", "consumer:start has 2 arguments where 3 are expected"},
                 expectation{"consumer:star", "consumer:star is missing"});
    INFO(expected.probes);
    require_success(user.configure({source, "PROBES=" + expected.probes, "USDTPP_TOOL=" + tool}));
    const auto done = user.build();
    INFO(done.output << done.errors);
    CHECK((done.status == 0) == expected.words.empty());
    CHECK((done.output + done.errors).find(expected.words) != std::string::npos);
}

TEST_CASE("usdtpp_verify_probes fails the build with a probe that some tracer cannot read, if it has the tool") {
    SKIP_UNLESS(std::string(USDTPP_TEST_TOOL) != "", "the tool is not built");
    SKIP_UNLESS(has_sys_sdt, "sys/sdt.h is not installed");
    support::temporary_directory directory;
    const consumer user(directory, "add_subdirectory");
    support::write_file(directory.file("consumer") + "/main.cpp",
                        "#include <sys/sdt.h>\n"
                        "int main(int argc, char**) {\n"
                        "    DTRACE_PROBE1(consumer, measured, static_cast<float>(argc));\n"
                        "    DTRACE_PROBE1(consumer, start, argc);\n"
                        "}\n");
    const flags given = {"USDTPP_SOURCE=" + support::project_file("."), "USDTPP_TOOL=" USDTPP_TEST_TOOL};
    const auto with = [&](const std::string& probes) {
        auto all = given;
        all.push_back("PROBES=" + probes);
        require_success(user.configure(all));
        return user.build();
    };
    CHECK(with("consumer:start/1").status == 0);
    const auto done = with("consumer:start/1;consumer:measured/1");
    INFO(done.output << done.errors);
    CHECK(done.status != 0);
    CHECK((done.output + done.errors).find("bpftrace does not attach") != std::string::npos);
}

TEST_CASE("usdtpp_verify_probes wants GNU readelf, whatever comes with the compiler") {
    const auto llvm = support::find_program("llvm-readelf");
    SKIP_UNLESS(!support::find_program("clang++").empty() && !llvm.empty(), "clang++ or llvm-readelf is not installed");
    support::temporary_directory directory;
    const consumer user(directory, "add_subdirectory");
    const flags with_clang = {"USDTPP_SOURCE=" + support::project_file("."), both, "CMAKE_CXX_COMPILER=clang++",
                              "USDTPP_TOOL="};
    require_success(user.configure(with_clang));
    require_success(user.build());

    auto with_llvm = with_clang;
    with_llvm.push_back("USDTPP_READELF=" + llvm);
    fs::remove_all(directory.file("consumer-build"));
    require_success(user.configure(with_llvm));
    const auto done = user.build();
    INFO(done.output << done.errors);
    CHECK(done.status != 0);
    CHECK((done.output + done.errors).find("set USDTPP_READELF to GNU readelf") != std::string::npos);
}

TEST_CASE("usdtpp_verify_probes says what is wrong with its own arguments") {
    support::temporary_directory directory;
    const consumer user(directory, "add_subdirectory");
    const auto done = user.configure({"USDTPP_SOURCE=" + support::project_file("."), "PROBES=consumer-start"});
    CHECK(done.status != 0);
    CHECK(done.errors.find("consumer-start is no probe") != std::string::npos);
}
