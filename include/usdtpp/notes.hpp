// The note reader: the probes of an ELF file, or of what a running process has loaded, whatever header made them. It
// needs Linux and libelf (elfutils; Debian: libelf-dev). Where they are missing, USDTPP_HAS_NOTES is 0, and all that
// remains of it is note_error.
//
//     #include <usdtpp/notes.hpp>
//
//     for (const auto& probe : usdtpp::read_probes("/lib/x86_64-linux-gnu/libc.so.6").probes) {
//         std::cout << probe.provider << ':' << probe.name << " in " << probe.function << '\n';
//         for (const auto& argument : probe.arguments) {
//             std::cout << "    " << argument.name << ' ' << argument.text << '\n';    // "    -4@%edi"
//         }
//     }
//
//     for (const auto& object : usdtpp::read_process(pid)) {
//         for (const auto& probe : object.probes.probes) {
//             std::cout << object.mapped << ": a nop at " << probe.location + object.bias << '\n';
//         }
//     }
//
//     find_package(usdtpp REQUIRED COMPONENTS notes)
//     target_link_libraries(mytool PRIVATE usdtpp::notes)           # without CMake: -lelf
//
// It reads 32 and 64 bits in either byte order, from any machine on any other. Operands are understood of x86-64, i386,
// aarch64, armhf, riscv64, ppc64el and s390x; others, and unusual ones, have their text and operand_form::other. Names
// of arguments, kinds, source files and lines are there for probes that describe themselves (docs/note.md).
//
// Files are not trusted: one that is truncated or hostile gives note_error, and takes no more time and memory than its
// size warrants. Functions may be called by several threads at once.
#ifndef USDTPP_NOTES_HPP
#define USDTPP_NOTES_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <string>
#include <vector>

#include <sys/types.h>

#include <usdtpp/note_types.hpp>
#include <usdtpp/version.hpp>
#if USDTPP_HAS_NOTES
#include <usdtpp/detail/reader_elf.hpp>
#include <usdtpp/detail/reader_process.hpp>
#else
#include <usdtpp/detail/reader_none.hpp>
#endif

namespace usdtpp {

/// The probes of an executable or shared object; none is no error. Throws note_error where the file cannot be read, is
/// no ELF file, is damaged, or was not linked yet (a .o file, whose notes have no addresses).
///
/// Damaged descriptions are passed over; elf_probes::damage names them.
///
/// Looks at sections .note.stapsdt, as tracers do. Addresses are adjusted where the file was moved after its notes were
/// written (prelink); a note whose base the linker threw away keeps its own.
inline elf_probes read_probes(const std::string& path) {
    return detail::reader::read_file(path);
}

/// The objects with probes that a process runs, in the order of their addresses: its executable, its shared objects. An
/// object that is loaded twice comes twice. Works across mount namespaces, and for files that were deleted, or replaced
/// by others, meanwhile: the build-id in memory, or the code there, tells which file it is.
///
/// It takes the privileges to trace the process. Files that were deleted or replaced also take CAP_SYS_ADMIN, but for
/// the executable.
///
/// Throws note_error where the process, or an object of it, cannot be read. With `left_out` such an object is left out,
/// and what would have been thrown is added there.
inline std::vector<loaded_object> read_process(pid_t pid, std::vector<note_error>* left_out = nullptr) {
    return detail::reader::read_process(pid, left_out);
}

} // namespace usdtpp

#endif
#endif
