#include "till.hpp"

#include <usdtpp/usdtpp.hpp>

void till::sell(const char* item, int cents) {
    balance_ += cents;
    PROBE(till, sold, USDTPP_NAMED(till, name_), item, cents);
}

bool till::give_back(const char* item, int cents) {
    if (cents > balance_) {
        PROBE(till, refused, item, cents, USDTPP_NAMED(balance, balance_));
        return false;
    }
    balance_ -= cents;
    PROBE(till, returned, item, cents);
    return true;
}
