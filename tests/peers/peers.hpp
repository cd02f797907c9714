// The table "why not sys/sdt.h alone": each row is a test of the same source through our native back-end, which must be
// right, and through sys/sdt.h's own macros, which must go wrong in just the way that the table says. Where one of
// these becomes right, the table needs mending. The table's other column, libbpf/usdt, is not tested: no Debian package
// has it.
#ifndef USDTPP_TESTS_PEERS_PEERS_HPP
#define USDTPP_TESTS_PEERS_PEERS_HPP

#include <string>

#include "toolchain.hpp"

namespace peers {

inline const std::string native = "-DNATIVE";
inline const std::string sys_sdt = "-DTHROUGH_SYS_SDT";

inline std::string source(const std::string& name) {
    return support::project_file("tests/cases/peers/" + name);
}

inline std::string why_no_sys_sdt() {
    if (!support::compiler_is_installed()) {
        return support::compiler() + " is not installed";
    }
    return support::compile({"-fsyntax-only", sys_sdt, "-include", "sys/sdt.h", "-x", "c++", "/dev/null"}).status == 0
               ? ""
               : "<sys/sdt.h> is not installed";
}

} // namespace peers

#endif
