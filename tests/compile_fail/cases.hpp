// What the compiler must refuse, with the words that it must say, and next to each its accepted twin.
#ifndef USDTPP_TESTS_COMPILE_FAIL_CASES_HPP
#define USDTPP_TESTS_COMPILE_FAIL_CASES_HPP

#include <string>
#include <vector>

struct compile_fail_case {
    std::string name;
    std::string rejected;
    std::string accepted;
    std::vector<std::string> messages; // regular expressions; each must match somewhere
};

inline const std::vector<compile_fail_case>& compile_fail_cases() {
    static const std::vector<compile_fail_case> cases = {
        {"a struct by value",
         "void f(int a, point p) { PROBE(app, event, a, p); }",
         "void f(int a, point p) { PROBE(app, event, a, &p, p.x); }",
         {"argument_number<2, point", "pass a pointer to it"}},
        {"a union by value",
         "union either { int i; float f; }; void f(either e) { PROBE(app, event, e); }",
         "union either { int i; float f; }; void f(either e) { PROBE(app, event, e.i); }",
         {"argument_number<1, either", "pass a pointer to it"}},
        {"a lambda",
         "void f(int a) { PROBE(app, event, [a] { return a; }); }",
         "void f(int a) { PROBE(app, event, [a] { return a; }()); }",
         {"argument_number<1, .*lambda", "pass a pointer to it"}},
        {"a string_view",
         "void f(std::string_view v) { PROBE(app, event, v); }",
         "void f(std::string_view v) { PROBE(app, event, USDTPP_SIZED(v)); }",
         {"argument_number<1, std::.*basic_string_view", R"(pass USDTPP_SIZED\(x\))"}},
        {"a vector",
         "void f(const std::vector<int>& v) { PROBE(app, event, 1, 2, v); }",
         "void f(const std::vector<int>& v) { PROBE(app, event, 1, 2, v.data(), v.size()); }",
         {"argument_number<3, std::vector", R"(pass USDTPP_SIZED\(x\))"}},
        {"a long double",
         "void f(long double v) { PROBE(app, event, v); }",
         "void f(long double v) { PROBE(app, event, static_cast<double>(v)); }",
         {"argument_number<1, long double", "pass a pointer to it"}},
        {"an __int128",
         "void f(__int128 v) { PROBE(app, event, v); }",
         "void f(__int128 v) { PROBE(app, event, &v); }",
         {"argument_number<1, __int128", "pass a pointer to it"}},
        {"a pointer to member",
         "void f() { PROBE(app, event, &point::x); }",
         "void f(point* p) { PROBE(app, event, &p->x); }",
         {"argument_number<1, int point::", "pass a pointer to it"}},
        {"13 arguments",
         "void f() { PROBE(app, event, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13); }",
         "void f() { PROBE(app, event, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12); }",
         {"a probe takes 0 to 12 arguments"}},
        {"13 arguments of which one counts for two",
         "void f(std::string_view v) { PROBE_IF_ENABLED(app, event, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, "
         "USDTPP_SIZED(v)); }",
         "void f(std::string_view v) { PROBE_IF_ENABLED(app, event, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, USDTPP_SIZED(v)); }",
         {"a probe takes 0 to 12 arguments"}},
        {"32 arguments",
         "void f() { PROBE(app, event, "
         "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32); }",
         "void f() { PROBE(app, event, 1); }",
         {"a probe takes 0 to 12 arguments"}},
        {"a comma outside parentheses",
         "template <int, int> int both(); void f() { PROBE(app, event, both<1, 2>()); }",
         "template <int, int> int both(); void f() { PROBE(app, event, (both<1, 2>())); }",
         {"write parentheses around one that has a comma in it"}},
        {"a pack of three",
         "template <class... T> void f(T... all) { PROBE(app, event, all...); } template void f(int, int, int);",
         "template <class... T> void f(T... all) { PROBE(app, event, all...); } template void f(int);",
         {"name the elements of a pack one by one"}},
        {"an empty pack",
         "template <class... T> void f(T... all) { PROBE_IF_ENABLED(app, event, 1, all...); } template void f();",
         "template <class A, class B> void f(A a, B b) { PROBE_IF_ENABLED(app, event, 1, a, b); }"
         "template void f(int, int);",
         {"name the elements of a pack one by one"}},
        {"no name", "void f() { PROBE(app); }", "void f() { PROBE(app, event); }", {"needs a provider and a name"}},
        {"a name in quotation marks",
         "void f() { PROBE(app, \"event\", 1); }",
         "void f() { PROBE(app, event, 1); }",
         {"must be identifiers"}},
        {"a name with a hyphen",
         "void f() { PROBE(app, an-event, 1); }",
         "void f() { PROBE(app, an_event, 1); }",
         {"must be identifiers"}},
        {"a name that is a macro for a number",
         "#define unix 1\nvoid f() { PROBE(app, unix, 1); }",
         "#define unix other_system\nvoid f() { PROBE(app, unix, 1); }",
         {"must be identifiers"}},
        {"a provider that starts with a digit",
         "bool f() { return PROBE_ENABLED(3app, event); }",
         "bool f() { return PROBE_ENABLED(app3, event); }",
         {"must be identifiers"}},
        {"a qualified name",
         "void f() { PROBE_IF_ENABLED(app::part, event, 1); }",
         "void f() { PROBE_IF_ENABLED(app_part, event, 1); }",
         {"must be identifiers"}},
        {"a user's type that becomes a temporary",
         "template <> struct usdtpp::probe_argument<point> { static std::string get(const point&) { return {}; } };\n"
         "void f(point p) { PROBE(app, event, p); }",
         "template <> struct usdtpp::probe_argument<point> { static int get(const point& p) { return p.x; } };\n"
         "void f(point p) { PROBE(app, event, p); }",
         {"argument_number<1, point", "returns a temporary"}},
    };
    return cases;
}

#endif
