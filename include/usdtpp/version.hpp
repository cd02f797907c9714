// The one place for the version: the build system reads it from here.
#ifndef USDTPP_VERSION_HPP
#define USDTPP_VERSION_HPP

#define USDTPP_VERSION_MAJOR 0
#define USDTPP_VERSION_MINOR 1
#define USDTPP_VERSION_PATCH 0

/// The version as one number that compares: major * 10000 + minor * 100 + patch.
#define USDTPP_VERSION (USDTPP_VERSION_MAJOR * 10000 + USDTPP_VERSION_MINOR * 100 + USDTPP_VERSION_PATCH)

#endif
