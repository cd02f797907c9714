// Unit tests of probes with Catch2, and a list of those that no test has reached.
#define CATCH_CONFIG_RUNNER // as Catch2 2 wants it
#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
#else
#include <catch2/catch.hpp>
#endif

#include <iostream>
#include <string>

#include <usdtpp/testing.hpp>

#include "till.hpp"

TEST_CASE("what is sold is traced") {
    till left("left");
    const usdtpp::testing::capture captured("till:*");
    left.sell("tea", 250);
    left.sell("cake", 400);

    const auto sold = captured.find("till:sold");
    REQUIRE(sold.size() == 2);
    CHECK(sold[0]["till"].as<std::string>() == "left");
    CHECK(sold[0]["item"].as<std::string>() == "tea");
    CHECK(sold[1]["cents"].as<int>() == 400);
    CHECK(captured.count() == 2); // and nothing else
}

TEST_CASE("the till gives back no more than it has") {
    till left("left");
    const usdtpp::testing::capture captured("till:re*");
    left.sell("tea", 250);
    CHECK(!left.give_back("cake", 400));

    const auto refused = captured.find("till:refused").front();
    CHECK(refused["item"].as<std::string>() == "cake");
    CHECK(refused["balance"].as<int>() == 250);
    CHECK(captured.count("till:returned") == 0);
}

int main(int count, char** words) {
    const usdtpp::testing::coverage reached("till:*");
    const int failed = Catch::Session().run(count, words);
    std::cout << reached.report();
    return failed;
}
