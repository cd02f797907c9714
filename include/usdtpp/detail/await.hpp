// A co_await among the arguments of a probe, which GCC does not find among the operands of an asm statement.
#ifndef USDTPP_DETAIL_AWAIT_HPP
#define USDTPP_DETAIL_AWAIT_HPP

#include <usdtpp/detail/arch.hpp>
#include <usdtpp/detail/preprocessor.hpp>

#if defined(__GNUC__) && !defined(__clang__)

namespace usdtpp::detail {

constexpr bool mentions_await(const char* text) noexcept {
    return __builtin_strstr(text, "co_await") != nullptr || __builtin_strstr(text, "co_yield") != nullptr;
}

} // namespace usdtpp::detail

// clang-format off

// USDTPP_DETAIL_IF_AWAITED(evaluation, text, statement) { otherwise }: where `text` mentions one, `evaluation` stands
// in front of `statement`. That takes the compiler half as much time again, so it is asked only where there can be one:
// behind <coroutine>, of which libstdc++ defines the one name and libc++ the other, and with modules.
#define USDTPP_DETAIL_IF_AWAITED \
    USDTPP_DETAIL_CAT(USDTPP_DETAIL_IF_AWAITED_, USDTPP_DETAIL_CAT(_GLIBCXX_COROUTINE, _LIBCPP_COROUTINE))
#define USDTPP_DETAIL_IF_AWAITED_1_LIBCPP_COROUTINE USDTPP_DETAIL_ASK_IF_AWAITED
#define USDTPP_DETAIL_IF_AWAITED__GLIBCXX_COROUTINE USDTPP_DETAIL_ASK_IF_AWAITED
#if defined(__cpp_modules)
#define USDTPP_DETAIL_IF_AWAITED__GLIBCXX_COROUTINE_LIBCPP_COROUTINE USDTPP_DETAIL_ASK_IF_AWAITED
#else
#define USDTPP_DETAIL_IF_AWAITED__GLIBCXX_COROUTINE_LIBCPP_COROUTINE(evaluation, text, statement)
#endif
#define USDTPP_DETAIL_ASK_IF_AWAITED(evaluation, text, statement) \
    if constexpr (::usdtpp::detail::mentions_await(text)) { \
        (static_cast<void>(evaluation), [&]() USDTPP_DETAIL_INLINE_LAMBDA -> void { statement; }()); \
    } else

// clang-format on

#endif
#endif
