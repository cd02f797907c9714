// Run with one compiler: whether a header includes what it needs is no matter of the compiler.
#include "catch.hpp"
#include "headers.hpp"

TEST_CASE("each header of the machinery compiles alone, without a warning") {
    SKIP_WITHOUT(support::compiler());
    check_alone(headers_of_the_machinery());
}
