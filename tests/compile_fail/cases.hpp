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
    // Where there is no such type, another one that is as small and no number.
    static const std::string half = "#if defined(__FLT16_MAX__)\ntypedef _Float16 half;\n#else\n"
                                    "typedef _Complex float half;\n#endif\n";
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
        {"a __float128",
         "void f(__float128 v) { PROBE(app, event, v); }",
         "void f(__float128 v) { PROBE(app, event, &v, static_cast<double>(v)); }",
         {"argument_number<1, __float128", "wider than 8 bytes: pass a pointer to it"}},
        {"a vector of 16 bytes",
         "typedef int four __attribute__((vector_size(16))); void f(four v) { PROBE(app, event, v); }",
         "typedef int four __attribute__((vector_size(16))); void f(four v) { PROBE(app, event, &v, v[0]); }",
         {"argument_number<1, ", "wider than 8 bytes: pass a pointer to it"}},
        {"a vector of 8 bytes",
         "typedef int two __attribute__((vector_size(8))); void f(two v) { PROBE(app, event, v); }",
         "typedef int two __attribute__((vector_size(8))); void f(two v) { PROBE(app, event, &v, v[0]); }",
         {"argument_number<1, ", "no integer, float or double: convert it to one of them, or pass a pointer"}},
        {"a complex number of 8 bytes",
         "void f(_Complex float v) { PROBE(app, event, v); }",
         "void f(_Complex float v) { PROBE(app, event, &v, __real__ v); }",
         {"argument_number<1, _", "no integer, float or double: convert it to one of them, or pass a pointer"}},
        {"half a float",
         half + "void f(half v) { PROBE(app, event, v); }",
         half + "void f(half v) { PROBE(app, event, &v, static_cast<float>(__real__ v)); }",
         {"argument_number<1, _", "no integer, float or double: convert it to one of them, or pass a pointer"}},
        {"a pointer to member",
         "void f() { PROBE(app, event, &point::x); }",
         "void f(point* p) { PROBE(app, event, &p->x); }",
         {"argument_number<1, int point::", "is no address: pass a pointer to that member of an object"}},
        {"a pointer to member function",
         "struct c { void move(); }; void f() { PROBE(app, event, 1, &c::move); }",
         "struct c { static void move(); }; void f() { PROBE(app, event, 1, &c::move); }",
         {"argument_number<2, void .*c::", "is no address: pass a pointer to that member of an object"}},
        {"nothing",
         "void nothing(); void f() { PROBE(app, event, nothing()); }",
         "void nothing(); void f() { PROBE(app, event, nothing, (nothing(), 1)); }",
         {"invalid use of void expression|cannot form a reference to 'void'"}},
        {"an overloaded function",
         "void g(int); void g(long); void f() { PROBE(app, event, g); }",
         "void g(int); void g(long); void f() { PROBE(app, event, static_cast<void (*)(int)>(g)); }",
         {"an overloaded function, .*: say of which type"}},
        {"a list in braces",
         "void f() { PROBE(app, event, {1}); }",
         "void f() { PROBE(app, event, int{1}); }",
         {"a list in braces: say of which type"}},
        {"a class that is not complete",
         "struct later; void f(later& v) { PROBE(app, event, v); }",
         "struct later; void f(later& v) { PROBE(app, event, &v); }",
         {"argument_number<1, later", "pass a pointer to it"}},
        {"an optional",
         "#include <optional>\nvoid f(std::optional<int> v) { PROBE(app, event, v); }",
         "#include <optional>\nvoid f(std::optional<int> v) { PROBE(app, event, v.value_or(0)); }",
         {"argument_number<1, std::optional", "or one of its members"}},
        {"a std::function",
         "#include <functional>\nvoid f(std::function<int()> v) { PROBE(app, event, v); }",
         "#include <functional>\nvoid f(std::function<int()> v) { PROBE(app, event, &v, v()); }",
         {"argument_number<1, std::function", "pass a pointer to it"}},
        {"USDTPP_SIZED of an array",
         "void f() { int a[3]; PROBE(app, event, USDTPP_SIZED(a)); }",
         "extern int a[], b[2][3]; void f() { PROBE(app, event, a, b, sizeof b); }",
         {"argument_number<1, int ?.3., ", R"(USDTPP_SIZED\(x\) is for what has data\(\) and size\(\))"}},
        {"USDTPP_ADDRESS of a floating-point number",
         "void f(double v) { PROBE(app, event, USDTPP_ADDRESS(v)); }",
         "enum class e : unsigned short {}; void f(e v) { PROBE(app, event, USDTPP_ADDRESS(v)); }",
         {"argument_number<1, double", R"(USDTPP_ADDRESS\(x\) is for an address: an integer or a pointer)"}},
        {"USDTPP_ADDRESS of a class",
         "void f(point v) { PROBE(app, event, USDTPP_ADDRESS(v)); }",
         "void f(point v) { PROBE(app, event, USDTPP_ADDRESS(&v)); }",
         {"argument_number<1, point", "pass a pointer to it"}},
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
        {"a user's type that becomes itself",
         "struct itself { int x; }; template <> struct usdtpp::probe_argument<itself> { static itself get(const "
         "itself& p) { return p; } };\n"
         "void f(itself p) { PROBE(app, event, p); }",
         "struct itself { int x; }; template <> struct usdtpp::probe_argument<itself> { static int get(const itself& "
         "p) { return p.x; } };\n"
         "void f(itself p) { PROBE(app, event, p); }",
         {"argument_number<1, itself", "get must return what is a probe argument without it"}},
        {"a user's type that becomes nothing",
         "struct lost { int x; }; template <> struct usdtpp::probe_argument<lost> { static void get(const lost&) {} "
         "};\n"
         "void f(lost p) { PROBE(app, event, p); }",
         "struct lost { int x; }; template <> struct usdtpp::probe_argument<lost> { static lost* get(const lost&) { "
         "return nullptr; } };\n"
         "void f(lost p) { PROBE(app, event, p); }",
         {"argument_number<1, lost", "get must return what is a probe argument without it"}},
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
