# usdtpp::notes: usdtpp::usdtpp and libelf, for <usdtpp/notes.hpp>. Without libelf there is no such target. It is imported in
# this project too: what is installed knows no path of libelf.
if(NOT TARGET usdtpp::notes)
  find_path(USDTPP_LIBELF_INCLUDE_DIR gelf.h PATH_SUFFIXES libelf)
  find_library(USDTPP_LIBELF_LIBRARY elf)
  mark_as_advanced(USDTPP_LIBELF_INCLUDE_DIR USDTPP_LIBELF_LIBRARY)
  if(USDTPP_LIBELF_INCLUDE_DIR AND USDTPP_LIBELF_LIBRARY)
    add_library(usdtpp::notes INTERFACE IMPORTED GLOBAL)
    target_link_libraries(usdtpp::notes INTERFACE usdtpp::usdtpp ${USDTPP_LIBELF_LIBRARY})
    target_include_directories(usdtpp::notes INTERFACE ${USDTPP_LIBELF_INCLUDE_DIR})
  endif()
endif()

# usdtpp::attach: for <usdtpp/attach.hpp> and what is built on it.
if(TARGET usdtpp::notes AND NOT TARGET usdtpp::attach)
  find_package(Threads REQUIRED)
  add_library(usdtpp::attach INTERFACE IMPORTED GLOBAL)
  target_link_libraries(usdtpp::attach INTERFACE usdtpp::notes Threads::Threads ${CMAKE_DL_LIBS})
endif()
