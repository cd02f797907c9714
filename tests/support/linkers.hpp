// The linkers, for TEMPLATE_TEST_CASE: a test case each, so that one that is not installed is skipped for itself.
#ifndef USDTPP_TESTS_SUPPORT_LINKERS_HPP
#define USDTPP_TESTS_SUPPORT_LINKERS_HPP

struct bfd {
    static constexpr auto name = "bfd", program = "ld.bfd";
};
struct gold {
    static constexpr auto name = "gold", program = "ld.gold";
};
struct lld {
    static constexpr auto name = "lld", program = "ld.lld";
};
struct mold {
    static constexpr auto name = "mold", program = "mold";
};

#endif
