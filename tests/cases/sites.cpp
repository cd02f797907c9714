// One probe with several sites, each with another argument constant. For each line of input, each site fires.
#include <iostream>
#include <string>

#include <usdtpp/usdtpp.hpp>

namespace {

[[gnu::always_inline]] inline void pair(int first, long second) {
    PROBE(sites, pair, first, second); // expect: -4=1, -8=2
}

} // namespace

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        const int one = static_cast<int>(line.size());
        pair(3, one);
        pair(one, 4);
        pair(one, one + 1L);
        std::cout << "fired" << std::endl;
    }
}
