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
