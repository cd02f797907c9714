// A till with probes: what the tests beside it test.
#ifndef EXAMPLES_TESTING_TILL_HPP
#define EXAMPLES_TESTING_TILL_HPP

#include <string>
#include <utility>

class till {
public:
    explicit till(std::string name) : name_(std::move(name)) {}

    void sell(const char* item, int cents);
    bool give_back(const char* item, int cents); // false where it has not so much

private:
    std::string name_;
    int balance_ = 0;
};

#endif
