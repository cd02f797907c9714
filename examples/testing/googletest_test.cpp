// Unit tests of probes with GoogleTest, and a list of those that no test has reached.
#include <iostream>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <usdtpp/testing.hpp>

#include "till.hpp"

class TillTest : public ::testing::Test {
protected:
    till left{"left"};
    usdtpp::testing::capture captured{"till:*"};
};

TEST_F(TillTest, TracesWhatIsSold) {
    left.sell("tea", 250);

    const auto sold = captured.find("till:sold");
    ASSERT_EQ(sold.size(), 1U) << captured.events();
    EXPECT_EQ(sold[0]["till"].as<std::string>(), "left");
    EXPECT_EQ(sold[0]["item"].as<std::string>(), "tea");
    EXPECT_EQ(sold[0]["cents"].as<int>(), 250);
}

TEST_F(TillTest, TracesWhatAnotherThreadReturns) {
    left.sell("tea", 250);
    captured.clear();
    std::thread other([this] { left.give_back("tea", 250); });
    EXPECT_TRUE(captured.wait_for("till:returned"));
    other.join();

    EXPECT_EQ(captured.count("till:refused"), 0U);
    EXPECT_EQ(captured.events().back()["item"].as<std::string>(), "tea");
}

int main(int count, char** words) {
    ::testing::InitGoogleTest(&count, words);
    const usdtpp::testing::coverage reached("till:*");
    const int failed = RUN_ALL_TESTS();
    std::cout << reached.report();
    return failed;
}
