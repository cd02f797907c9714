// What the reader says of what it refuses.
#ifndef USDTPP_TESTS_READER_ERROR_HPP
#define USDTPP_TESTS_READER_ERROR_HPP

#include <string>

#include <usdtpp/notes.hpp>

// The error of a read; "none" where there is none.
template <class Read>
std::string error_of_read(Read read) {
    try {
        read();
        return "none";
    } catch (const usdtpp::note_error& error) {
        return error.what();
    }
}

#endif
