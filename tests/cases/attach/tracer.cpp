// Attaches to probes of the program that it is linked into, before that begins, and prints what fires.
//     ATTACH_TO      "values:*"
//     ATTACH_PRINT   a file with a line for each probe: its name, and a letter for each argument: n(umber), s(tring),
//                    p(ointer to an int), - (not to be printed)
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <usdtpp/attach.hpp>

namespace {

std::string text_of(const usdtpp::event_argument& argument, const std::string& letter) {
    if (letter == "s") {
        return argument.as<const char*>();
    }
    if (letter == "p") {
        return std::to_string(*argument.as<const int*>());
    }
    return argument.note().is_signed ? std::to_string(argument.as<long long>())
                                     : std::to_string(argument.as<unsigned long long>());
}

struct tracer {
    tracer() {
        std::ifstream plan(std::getenv("ATTACH_PRINT"));
        for (std::string line; std::getline(plan, line);) {
            std::istringstream words(line);
            std::string name;
            words >> name;
            for (std::string letter; words >> letter;) {
                letters[name].push_back(letter);
            }
        }
        attached = usdtpp::attach(std::getenv("ATTACH_TO"), [this](const usdtpp::event& fired) {
            std::string line = fired.name();
            for (std::size_t i = 0; i != letters[fired.name()].size(); ++i) {
                const auto& letter = letters[fired.name()][i];
                line += letter == "-" ? "" : " " + text_of(fired[i], letter);
            }
            std::cout << line << '\n';
        });
    }
    std::map<std::string, std::vector<std::string>> letters;
    usdtpp::attachment attached;
} the_tracer;

} // namespace
