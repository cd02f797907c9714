// The version, of which this is the one place (the build system reads it from here), and what this build can do.
#ifndef USDTPP_VERSION_HPP
#define USDTPP_VERSION_HPP

#define USDTPP_VERSION_MAJOR 0
#define USDTPP_VERSION_MINOR 1
#define USDTPP_VERSION_PATCH 0

/// The version as one number that compares: major * 10000 + minor * 100 + patch.
#define USDTPP_VERSION (USDTPP_VERSION_MAJOR * 10000 + USDTPP_VERSION_MINOR * 100 + USDTPP_VERSION_PATCH)

/// 1 where <usdtpp/notes.hpp> reads notes: on Linux, with libelf's headers. Otherwise 0: it compiles, needs no library,
/// and throws note_error. Where the headers are there without the library (a cross compiler may find this machine's),
/// define it yourself: -DUSDTPP_HAS_NOTES=0.
#if !defined(USDTPP_HAS_NOTES)
#if defined(__linux__) && __has_include(<libelf.h>) && __has_include(<gelf.h>)
#define USDTPP_HAS_NOTES 1
#else
#define USDTPP_HAS_NOTES 0
#endif
#endif

/// 1 where <usdtpp/attach.hpp> attaches, and <usdtpp/recorder.hpp> and <usdtpp/testing.hpp> with it: on x86-64 and
/// aarch64, where notes are read. Otherwise 0: they compile, need no library, and throw attach_error, so that a
/// project's tests compile everywhere, and are skipped.
#if USDTPP_HAS_NOTES && defined(__LP64__) && (defined(__x86_64__) || defined(__aarch64__))
#define USDTPP_HAS_ATTACH 1
#else
#define USDTPP_HAS_ATTACH 0
#endif

#endif
