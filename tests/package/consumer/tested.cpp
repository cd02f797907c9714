#include <iostream>

#include <usdtpp/testing.hpp>
#include <usdtpp/usdtpp.hpp>

int main(int count, char**) {
    const usdtpp::testing::coverage reached("consumer:*");
    const usdtpp::testing::capture captured("consumer:*");
    PROBE(consumer, tested, count, "text");
    std::cout << captured.events() << '\n' << reached.summary() << '\n';
}
