// What tracers list of a binary's probes, without tracing anything.
#ifndef USDTPP_TESTS_SUPPORT_LISTINGS_HPP
#define USDTPP_TESTS_SUPPORT_LISTINGS_HPP

#include <set>
#include <string>
#include <vector>

#include <sys/types.h>

#include "notes.hpp"

namespace support {

// `bpftrace -l`: {"provider:name"}.
std::set<std::string> list_with_bpftrace(const std::string& binary);

// gdb's `info probes stap`: without arguments and base.
std::vector<note> list_with_gdb(const std::string& binary);

// bcc's tplist: its program, which Debian calls tplist-bpfcc; empty where there is none.
std::string find_tplist();

// `tplist -vv -l`: without base, and with tplist's names of registers: "-4@ax".
std::vector<note> list_with_tplist(const std::string& binary);

// `tplist -p`: {"provider:name"} of the process's executable.
std::set<std::string> list_with_tplist(pid_t pid);

// "-4@ax" for "-4@%rax", "-4@7" for "-4@$7", "-4@*(sp + 8)" for "-4@8(%rsp)": how tplist prints an argument.
std::string as_tplist_prints(const std::string& argument);

} // namespace support

#endif
