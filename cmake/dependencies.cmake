# What the example server, its runner and the benchmark are built with.
find_package(Threads REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)

# cpp-httplib: Debian compiles it and describes it with pkg-config; from elsewhere it is a header.
find_package(PkgConfig)
if(PKG_CONFIG_FOUND)
  pkg_check_modules(httplib IMPORTED_TARGET cpp-httplib)
endif()
if(NOT TARGET PkgConfig::httplib)
  find_path(HTTPLIB_INCLUDE_DIR httplib.h REQUIRED)
  add_library(PkgConfig::httplib INTERFACE IMPORTED)
  target_include_directories(PkgConfig::httplib INTERFACE ${HTTPLIB_INCLUDE_DIR})
endif()
