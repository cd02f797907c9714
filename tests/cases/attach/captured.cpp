// Captures its own probes and prints them; or what keeps it from that. One of the probes is where the capture itself
// comes by: in the allocation of memory.
#include <cstdlib>
#include <exception>
#include <iostream>
#include <new>
#include <string>

#include <usdtpp/testing.hpp>
#include <usdtpp/usdtpp.hpp>

// Where g++ inlines only some of these, it warns of pairs that do not match.
[[gnu::noinline]] void* operator new(std::size_t size) {
    PROBE(captured_memory, allocated, size);
    if (void* memory = std::malloc(size)) {
        return memory;
    }
    throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
    std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

int main() {
    try {
        const usdtpp::testing::coverage reached("captured*");
        const usdtpp::testing::capture captured("captured*");
        for (int i = 1; i != 4; ++i) {
            const std::string name(20, static_cast<char>('a' + i));
            PROBE(captured, tick, i, name);
        }
        for (const auto& one : captured.find("captured:tick")) {
            std::cout << one << '\n';
        }
        const auto allocated = captured.count("captured_memory:allocated");
        captured.events();
        std::cout << allocated << ' ' << captured.count("captured_memory:allocated") << '\n' << reached.summary();
    } catch (const std::exception& error) {
        std::cout << error.what() << '\n';
        return 1;
    }
}
