// The rows about instructions, read from the disassembly of tests/cases/peers/peers.cpp.
#include <algorithm>
#include <regex>

#include "catch.hpp"
#include "disassembly.hpp"
#include "peers.hpp"

namespace {

class object {
public:
    explicit object(const std::string& macros) {
        support::temporary_directory directory;
        support::build("tests/cases/peers/peers.cpp", directory.file("object"),
                       {"-std=c++17", "-O2", "-fcf-protection=none", "-c", macros});
        all_ = support::disassemble(directory.file("object"));
    }
    std::vector<std::string> operator[](const std::string& function) const {
        return support::body_of(all_, function);
    }
    // How many instructions of a function match.
    auto count(const std::string& function, const std::string& expression) const {
        const std::regex instruction(expression);
        const auto body = support::body_of(all_, function);
        return std::count_if(body.begin(), body.end(),
                             [&](const auto& line) { return std::regex_search(line, instruction); });
    }

private:
    support::instructions all_;
};

const std::string store_to_stack = R"(^mov[a-z]* +[^(]*,-?0x[0-9a-f]+\(%rsp\)$)";

} // namespace

TEST_CASE("row: sys/sdt.h makes clang store each argument that is not a constant") {
    SKIP_FOR(peers::why_no_sys_sdt());
    const object without("-DWITHOUT_PROBES");
    const object ours(peers::native);
    const object theirs(peers::sys_sdt);
    // GCC may choose other registers; no instruction more.
    CHECK(ours["registers"].size() == without["registers"].size());
    CHECK(ours.count("registers", store_to_stack) == 0);
    CHECK(ours["constants"] == without["constants"]);
    CHECK(ours.count("of_global", store_to_stack) == 0);
    CHECK(theirs["constants"] == without["constants"]);
    if (support::compiler_is_clang()) {
        CHECK(theirs.count("registers", store_to_stack) == 3);
        CHECK(theirs["registers"].size() == without["registers"].size() + 3);
        CHECK(theirs.count("of_global", store_to_stack) == 2);
    } else {
        CHECK(theirs.count("registers", store_to_stack) == 0); // the row is clang's alone
    }
}

TEST_CASE("row: sys/sdt.h makes GCC read memory again after each probe") {
    SKIP_FOR(peers::why_no_sys_sdt());
    const std::string read = R"(\(%rsi\))"; // int read_twice(int, const int* value)
    CHECK(object("-DWITHOUT_PROBES").count("read_twice", read) == 1);
    CHECK(object(peers::sys_sdt).count("read_twice", read) == 2);
    // clang reads it again after any asm volatile.
    CHECK(object(peers::native).count("read_twice", read) == (support::compiler_is_clang() ? 2 : 1));
}
