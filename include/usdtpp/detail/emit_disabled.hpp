// The back-end that emits nothing: the probe is compiled, for its diagnostics, but never reached.
#ifndef USDTPP_DETAIL_EMIT_DISABLED_HPP
#define USDTPP_DETAIL_EMIT_DISABLED_HPP

#include <usdtpp/detail/operands.hpp>
#include <usdtpp/detail/preprocessor.hpp>

// The type says what is wrong with the number of arguments, and clang would never come to it.
#define USDTPP_DETAIL_FIRE(text, provider, name, count, evaluation)                                                    \
    static_assert(sizeof(usdtpp_arguments) != 0);                                                                      \
    evaluation
#define USDTPP_DETAIL_IF_REACHED if (::usdtpp::detail::never)
#define USDTPP_DETAIL_READ_SEMAPHORE(provider, name) constexpr bool usdtpp_enabled = ::usdtpp::detail::never

#endif
