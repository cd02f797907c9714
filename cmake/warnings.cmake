# For this project's own programs and tests only: nothing here reaches a consumer.
function(usdtpp_enable_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Werror)
endfunction()
