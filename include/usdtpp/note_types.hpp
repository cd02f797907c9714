// What the note reader returns: probes, their arguments, the files that they are in. notes.hpp has the manual.
#ifndef USDTPP_NOTE_TYPES_HPP
#define USDTPP_NOTE_TYPES_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include <usdtpp/argument_kind.hpp>

namespace usdtpp {

/// A file or process that cannot be read: "FILE: what is wrong".
struct note_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

enum class operand_form {
    constant,    // `number` itself
    in_register, // in register `base`
    in_memory,   // at `symbol` + `number` + the registers `base` + `index` * `scale`, as far as they are there
    other        // as note_argument::text says: thread-local, in a segment, not understood
};

/// Where the value of an argument is when its probe fires. Registers have the processor's names, without a %; ppc64el's
/// are bare numbers.
struct operand {
    operand_form form = operand_form::other;
    std::int64_t number = 0; // the constant, modulo 2^64, or the displacement
    std::string base;
    std::string index;
    int scale = 1;
    std::string
        symbol; // "counter" of "4@counter(%rip)": then `base` only says how the code reaches it, and adds nothing
};

struct note_argument {
    std::string text;         // "-4@%edi", as the note has it
    unsigned size = 0;        // in bytes; 0 where the text does not say
    bool is_signed = false;   // by the text: "-4@..."
    bool is_floating = false; // by the text: "8f@..."
    operand where;
    std::string name;                            // as written at the probe, or empty
    argument_kind kind = argument_kind::unknown; // known by a description only
    std::string type;                            // of an enumeration, or empty
};

struct probe_note {
    std::string provider;
    std::string name;
    std::uint64_t location = 0;  // of the nop: an address of the file
    std::uint64_t base = 0;      // as the note has it
    std::uint64_t semaphore = 0; // an address of the file; 0: it has none
    std::vector<note_argument> arguments;
    std::string function; // the function around the location, demangled, or empty where the file does not say
    std::string file;     // the source file, or empty
    unsigned line = 0;
    // The binary says that a ten-byte nop of usdtpp's stands behind the probe's own. The same bytes without its word
    // may be anything, for assemblers pad code with them.
    bool has_long_nop = false;
};

struct elf_probes {
    std::string path;
    int machine = 0; // EM_X86_64 ... of <elf.h>
    int bits = 0;    // 32 or 64
    bool big_endian = false;
    std::vector<probe_note> probes;               // one for each site, in the order of the notes
    std::map<std::string, std::uint64_t> symbols; // addresses of the file: of those that operands name, if there is one
    std::string damage; // what is wrong with descriptions, which were passed over: "section NAME: what"; or empty
};

/// A file that a process runs code of.
struct loaded_object {
    elf_probes probes;
    std::uint64_t bias = 0; // add it to an address of the file
    std::string mapped;     // the path in /proc/PID/maps, in the process's own mount namespace; " (deleted)" may follow
};

} // namespace usdtpp

#endif
#endif
