include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(package_dir ${CMAKE_INSTALL_DATADIR}/cmake/usdtpp)
set(pkgconfig_dir ${CMAKE_INSTALL_DATADIR}/pkgconfig)

install(TARGETS usdtpp EXPORT usdtpp-targets FILE_SET HEADERS)
install(
  EXPORT usdtpp-targets
  NAMESPACE usdtpp::
  FILE usdtppTargets.cmake
  DESTINATION ${package_dir})

configure_package_config_file(cmake/usdtppConfig.cmake.in usdtppConfig.cmake INSTALL_DESTINATION ${package_dir})
# Before 1.0 a minor version may break; headers do not depend on the processor.
write_basic_package_version_file(usdtppConfigVersion.cmake COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/usdtppConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/usdtppConfigVersion.cmake
              cmake/usdtpp_notes.cmake cmake/usdtpp_verify_probes.cmake cmake/usdtpp_verify_binary.cmake
        DESTINATION ${package_dir})

# usdtpp.pc finds the headers from where it is itself, so the install tree can be moved.
file(RELATIVE_PATH prefix_from_pkgconfig /prefix/${pkgconfig_dir} /prefix)
string(REGEX REPLACE "/$" "" prefix_from_pkgconfig "${prefix_from_pkgconfig}")
configure_file(cmake/usdtpp.pc.in usdtpp.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/usdtpp.pc DESTINATION ${pkgconfig_dir})
