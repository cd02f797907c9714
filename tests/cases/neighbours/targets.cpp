// Functions that say for which processor they are, or how they are optimised: GCC inlines none of the library's into
// them. Those of x86 run wherever there is SSE 4.2.
// clang-format off
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include <usdtpp/usdtpp.hpp>

struct identifier {
    std::uint64_t value;
};
template <>
struct usdtpp::probe_argument<identifier> {
    static std::uint64_t get(const identifier& one) noexcept {
        return one.value + 1000;
    }
};

#define FUNCTION static int plain
#include "targets.hpp"

#if defined(__x86_64__)
#define SSE4 __attribute__((target("sse4.2")))
#define FUNCTION SSE4 static int with_sse4
#include "targets.hpp"
#define FUNCTION __attribute__((target("arch=nehalem"))) static int for_nehalem
#include "targets.hpp"
#define FUNCTION __attribute__((target("tune=haswell"))) static int tuned
#include "targets.hpp"
#else
#define SSE4
#define with_sse4 plain
#define for_nehalem plain
#define tuned plain
#endif

#if defined(__x86_64__) && !defined(__clang__)
#define FUNCTION __attribute__((target_clones("sse4.2", "default"))) int cloned
int cloned(int, const std::string&);
#include "targets.hpp"
#pragma GCC push_options
#pragma GCC target("popcnt,fpmath=sse")
#define FUNCTION static int by_pragma
#include "targets.hpp"
#pragma GCC pop_options
#define FUNCTION __attribute__((target("general-regs-only"))) static int general
#include "targets.hpp"
#else
#define cloned plain
#define by_pragma plain
#define general plain
#endif

#if !defined(__clang__)
#define FUNCTION __attribute__((optimize("O0"))) static int not_optimised
#include "targets.hpp"
#define FUNCTION __attribute__((optimize("O3", "no-strict-aliasing", "fast-math"))) static int optimised
#include "targets.hpp"
#else
#define FUNCTION __attribute__((optnone, noinline)) static int not_optimised
#include "targets.hpp"
#define optimised plain
#endif

#define FUNCTION __attribute__((no_sanitize("address", "undefined"), no_instrument_function)) static int not_checked
#include "targets.hpp"

template <class T>
#define FUNCTION SSE4 static int of_a_type
#include "targets.hpp"

int main() {
    std::getchar(); // a tracer attaches meanwhile
    int number = 5;
    asm volatile("" : "+r"(number));
    const std::string text = "text";
    const int sum = plain(number, text) + with_sse4(number, text) + for_nehalem(number, text) + tuned(number, text) +
                    cloned(number, text) + by_pragma(number, text) + general(number, text) +
                    not_optimised(number, text) + optimised(number, text) + not_checked(number, text) +
                    of_a_type<int>(number, text);
    std::printf("%d\n", sum);
}
