#include <iostream>

#include <usdtpp/notes.hpp>

int main(int, char** words) {
    for (const auto& probe : usdtpp::read_probes(words[1]).probes) {
        std::cout << probe.provider << ':' << probe.name << '/' << probe.arguments.size() << '\n';
    }
}
