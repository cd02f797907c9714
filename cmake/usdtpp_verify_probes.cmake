# usdtpp_verify_probes(TARGET target PROBES provider:name[/arguments] ...)
#
# After each link of `target`, an executable or shared library of this directory, reads its notes and fails the build where
# a listed probe is missing, or where one of its sites has another number of arguments. Other probes in the binary are no
# error. With the tool `usdtpp`, if it is installed or built beside, also where some tracer would stumble over a listed
# probe; otherwise with `readelf -n`.
#
#     usdtpp_verify_probes(TARGET server PROBES fosdem:request_start/2 fosdem:request_end/3)
function(usdtpp_verify_probes)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" TARGET PROBES)
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_TARGET OR NOT arg_PROBES)
    message(FATAL_ERROR "usdtpp_verify_probes: write usdtpp_verify_probes(TARGET target PROBES provider:name/count ...)")
  endif()
  if(NOT TARGET ${arg_TARGET})
    message(FATAL_ERROR "usdtpp_verify_probes: there is no target ${arg_TARGET}: add it first")
  endif()
  foreach(probe IN LISTS arg_PROBES)
    if(NOT probe MATCHES "^[A-Za-z_][A-Za-z0-9_]*:[A-Za-z_][A-Za-z0-9_]*(/[0-9]+)?$")
      message(FATAL_ERROR "usdtpp_verify_probes: ${probe} is no probe: write provider:name or provider:name/count")
    endif()
  endforeach()
  if(TARGET usdtpp-tool)
    set(tool $<TARGET_FILE:usdtpp-tool>)
    add_dependencies(${arg_TARGET} usdtpp-tool)
  else()
    find_program(USDTPP_TOOL usdtpp HINTS "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../../../bin")
    mark_as_advanced(USDTPP_TOOL)
    if(USDTPP_TOOL)
      set(tool ${USDTPP_TOOL})
    else()
      set(tool "")
    endif()
  endif()
  # With clang CMAKE_READELF may be llvm-readelf, which does not decode these notes; GNU readelf does, of any processor.
  find_program(USDTPP_READELF NAMES readelf ${CMAKE_READELF})
  mark_as_advanced(USDTPP_READELF)
  if(NOT tool AND NOT USDTPP_READELF)
    message(FATAL_ERROR "usdtpp_verify_probes: readelf is missing: install GNU binutils")
  endif()
  list(JOIN arg_PROBES " " probes)
  add_custom_command(
    TARGET ${arg_TARGET}
    POST_BUILD
    COMMAND ${CMAKE_COMMAND} -D "BINARY=$<TARGET_FILE:${arg_TARGET}>" -D "PROBES=${probes}" -D "TOOL=${tool}" -D
            "READELF=${USDTPP_READELF}" -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/usdtpp_verify_binary.cmake"
    COMMENT "Verifying the probes of ${arg_TARGET}"
    VERBATIM)
endfunction()
