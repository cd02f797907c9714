// What is committed of the last measurement agrees with itself.
#include "catch.hpp"
#include "report.hpp"
#include "toolchain.hpp"

namespace {

nlohmann::json latest() {
    return nlohmann::json::parse(support::read_file(support::project_file("bench/results/latest.json")));
}

} // namespace

TEST_CASE("README shows the figures that are in latest.json") {
    const auto readme = support::read_file(support::project_file("README.md"));
    const std::string begin = "<!-- bench -->\n\n", end = "\n<!-- end of bench -->";
    const auto first = readme.find(begin), last = readme.find(end);
    REQUIRE(first != std::string::npos);
    REQUIRE(last != std::string::npos);
    CHECK(readme.substr(first + begin.size(), last - first - begin.size()) == bench::summary(latest()));
}

TEST_CASE("the report was made from latest.json, which is a whole measurement") {
    const auto results = latest();
    CHECK(support::read_file(support::project_file("bench/results/report.md")) == bench::report(results));
    CHECK(results["quick"] == false);
    CHECK(results["skipped"].empty());
}
