#include <cstdio>

#include <usdtpp/usdtpp.hpp>

int main(int count, char** words) {
    PROBE(consumer, start, count, words[0]);
    FOSDEM_PROBE_IF_ENABLED(consumed, USDTPP_VERSION);
    std::puts("consumed");
}
