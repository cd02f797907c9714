// Run with one compiler: whether a header includes what it needs is no matter of the compiler.
#include <regex>

#include "catch.hpp"
#include "headers.hpp"

TEST_CASE("each header of the machinery compiles alone, without a warning") {
    SKIP_WITHOUT(support::compiler());
    check_alone(headers_of_the_machinery());
}

TEST_CASE("the tour in usdtpp.hpp names each public header, macro and knob") {
    const auto tour = support::read_file(support::project_file("include/usdtpp/usdtpp.hpp"));
    // A definition, or where config.hpp explains a knob.
    const std::regex macro("(?:#define |\n// )((?:USDTPP|FOSDEM|PROBE)[A-Z_]*)(?=[\\s(])");
    int macros = 0;
    for (const auto& path : public_headers()) {
        const auto header = path.substr(path.rfind('/') + 1);
        INFO(header);
        CHECK((header == "usdtpp.hpp" || tour.find("<usdtpp/" + header + ">") != tour.npos));
        const auto text = support::read_file(path);
        for (std::sregex_iterator one(text.begin(), text.end(), macro), end; one != end; ++one) {
            const std::string name = (*one)[1];
            const bool guard = name.size() > 4 && name.compare(name.size() - 4, 4, "_HPP") == 0;
            if (!guard && name.find("_DETAIL_") == name.npos) {
                INFO(name);
                CHECK(std::regex_search(tour, std::regex("\\b" + name + "\\b")));
                ++macros;
            }
        }
    }
    CHECK(macros > 20);
}
