// Each macro, with arguments of several kinds.
#include <chrono>
#include <string>

#include <usdtpp/usdtpp.hpp>

enum class color { red };

int fire(int x, const std::string& text, color kind, double number, const char* name);
int fire(int x, const std::string& text, color kind, double number, const char* name) {
    PROBE(preprocessed, none);
    PROBE(preprocessed, one, x);
    PROBE(preprocessed, more, x, text, kind, number, name, USDTPP_SIZED(text), USDTPP_NAMED(next, x + 1));
    PROBE(preprocessed, others, USDTPP_ADDRESS(x), std::chrono::seconds(1), x % 3, "text", nullptr);
    USDTPP_FENCE();
    PROBE_IF_ENABLED(preprocessed, lazy, x % 3, text.size());
    FOSDEM_PROBE(preprocessed, x);
    if (PROBE_ENABLED(preprocessed, lazy)) {
        x += 1;
    }
    return x;
}
