// Semaphores in what each linker makes by default.
#include "binaries.hpp"
#include "catch.hpp"
#include "program.hpp"

TEMPLATE_TEST_CASE("semaphores work in the executables of each linker, also of programs that start under a tracer", "",
                   bfd, gold, lld, mold) {
    SKIP_FOR(why_no_uprobes_here());
    SKIP_WITHOUT(TestType::program);
    for (const auto& back_end : back_ends) {
        check_semaphores({"-fPIE", "-pie", support::use_linker(TestType::name), back_end});
    }
}
