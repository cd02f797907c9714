// For each line of standard input: says which of its probes are traced, and fires them.
#include <iostream>
#include <string>

#include <usdtpp/usdtpp.hpp>

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        const bool one = PROBE_ENABLED(enabled, one);
        const bool two = PROBE_ENABLED(enabled, two);
        const bool none = PROBE_ENABLED(enabled, without_a_probe);
        PROBE(enabled, one, 1);
        PROBE_IF_ENABLED(enabled, two, 2);
        std::cout << one << two << none << std::endl;
    }
}
