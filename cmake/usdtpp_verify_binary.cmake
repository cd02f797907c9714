# cmake -D BINARY=file -D "PROBES=provider:name/count ..." -D READELF=readelf -P usdtpp_verify_binary.cmake
# What usdtpp_verify_probes runs after the link.
execute_process(
  COMMAND ${READELF} -n ${BINARY}
  OUTPUT_VARIABLE notes
  ERROR_VARIABLE errors
  RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "usdtpp_verify_probes: ${READELF} -n ${BINARY} failed: ${errors}")
endif()
if(notes MATCHES "stapsdt[^\n]*Unknown note type")
  message(FATAL_ERROR "usdtpp_verify_probes: ${READELF} does not decode these notes: set USDTPP_READELF to GNU readelf")
endif()

# One note is four lines: Provider, Name, Location ..., Arguments.
string(REGEX MATCHALL "Provider: [^\n]*\n *Name: [^\n]*\n[^\n]*\n *Arguments:[^\n]*" sites "${notes}")
set(found "")
foreach(site IN LISTS sites)
  string(REGEX REPLACE "Provider: ([^\n]*)\n *Name: ([^\n]*)\n.*" "\\1:\\2" probe "${site}")
  string(REGEX REPLACE ".*Arguments:" "" arguments "${site}")
  string(REGEX MATCHALL "[^ ]+@[^ ]+" arguments "${arguments}")
  list(LENGTH arguments count)
  list(APPEND found "${probe}/${count}")
endforeach()

set(wrong "")
separate_arguments(PROBES)
foreach(expected IN LISTS PROBES)
  string(REGEX REPLACE "/.*" "" probe "${expected}")
  set(sites ${found})
  list(FILTER sites INCLUDE REGEX "^${probe}/")
  if(NOT sites)
    string(APPEND wrong "\n  ${probe} is missing")
  elseif(expected MATCHES "/(.*)")
    set(count ${CMAKE_MATCH_1})
    list(REMOVE_ITEM sites ${expected})
    list(REMOVE_DUPLICATES sites)
    foreach(site IN LISTS sites)
      string(REGEX REPLACE ".*/" "" actual "${site}")
      string(APPEND wrong "\n  ${probe} has ${actual} arguments where ${count} are expected")
    endforeach()
  endif()
endforeach()
if(wrong)
  message(FATAL_ERROR "usdtpp_verify_probes: ${BINARY}:${wrong}")
endif()
