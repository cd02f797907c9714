// In the place of the note reader where there is none (USDTPP_HAS_NOTES).
#ifndef USDTPP_DETAIL_READER_NONE_HPP
#define USDTPP_DETAIL_READER_NONE_HPP

#include <string>
#include <vector>

#include <usdtpp/note_types.hpp>

namespace usdtpp {
#if defined(_WIN32)
using pid_t = int; // Windows has no such type
#endif
} // namespace usdtpp

namespace usdtpp::detail::reader {

[[noreturn]] inline void fail(const std::string& what) {
    throw note_error(what + ": this build has no reader of notes: it takes Linux, and libelf's headers");
}
inline elf_probes read_file(const std::string& path) {
    fail(path);
}
inline std::vector<loaded_object> read_process(pid_t pid, std::vector<note_error>*) {
    fail("process " + std::to_string(pid));
}

} // namespace usdtpp::detail::reader

#endif
