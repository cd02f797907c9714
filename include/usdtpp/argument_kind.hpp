// What the description of a probe (docs/note.md) says of each argument, beyond its size and sign.
#ifndef USDTPP_ARGUMENT_KIND_HPP
#define USDTPP_ARGUMENT_KIND_HPP

#if !defined(__cplusplus) || (__cplusplus < 201703L && !defined(_MSC_VER))
#error "usdtpp: this needs C++17 or newer: compile with -std=c++17"
#else

namespace usdtpp {

/// What an argument was in C++. The numbers are those of the note.
enum class argument_kind : unsigned char {
    unknown,
    signed_integer,
    unsigned_integer,
    boolean,
    character,
    pointer,
    string,       // ends with a NUL
    sized_string, // the next argument is its length
    single_precision,
    double_precision,
    enumeration,
    duration,  // nanoseconds
    time_point // nanoseconds since its clock's epoch
};

} // namespace usdtpp

#endif
#endif
