// What a command is given: a binary, or the number of a process.
#ifndef USDTPP_TOOLS_TARGET_HPP
#define USDTPP_TOOLS_TARGET_HPP

#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include <usdtpp/notes.hpp>

namespace tool {

// A binary with its probes. `path` is where this process, and a tracer beside it, can open it.
struct object {
    std::string path;
    usdtpp::elf_probes elf;
};

struct target {
    std::optional<pid_t> pid;
    std::vector<object> objects; // those of a process that have probes; a binary even without
};

// Throws usdtpp::note_error. Objects of a process that cannot be read are left out, with a line on standard error.
target open_target(const std::string& binary_or_pid);

// "int32", "string", "enum Color", "duration ns": from the description, or from the note alone.
std::string type_of(const usdtpp::note_argument& argument);

// "key": its name, or arg0 where it has none.
std::string name_of(const usdtpp::note_argument& argument, std::size_t position);

// Text of a binary for people: control characters become spaces.
std::string in_one_line(std::string text);

// The same of a name, and of one that is long only the beginning: 40 bytes in all.
std::string shown_name(const usdtpp::note_argument& argument, std::size_t position);

// All sites of one provider:name in an object.
struct probe {
    std::string name; // provider:name
    std::vector<usdtpp::probe_note> sites;
};
std::vector<probe> probes_of(const object& one);

} // namespace tool

#endif
