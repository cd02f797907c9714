// The back-end that emits nothing: the probe is compiled, for its diagnostics, but never reached.
#ifndef USDTPP_DETAIL_EMIT_DISABLED_HPP
#define USDTPP_DETAIL_EMIT_DISABLED_HPP

#include <usdtpp/detail/operands.hpp>
#include <usdtpp/detail/preprocessor.hpp>

#define USDTPP_DETAIL_FIRE(text, provider, name, count, store) store
#define USDTPP_DETAIL_IF_REACHED if (false)
#define USDTPP_DETAIL_READ_SEMAPHORE(provider, name) constexpr bool usdtpp_enabled = false

#endif
