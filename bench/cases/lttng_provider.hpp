// LTTng-UST's tracepoints, in the form that its headers want.
#undef LTTNG_UST_TRACEPOINT_PROVIDER
#define LTTNG_UST_TRACEPOINT_PROVIDER bench

#undef LTTNG_UST_TRACEPOINT_INCLUDE
#define LTTNG_UST_TRACEPOINT_INCLUDE "lttng_provider.hpp"

#if !defined(USDTPP_BENCH_LTTNG_PROVIDER_HPP) || defined(LTTNG_UST_TRACEPOINT_HEADER_MULTI_READ)
#define USDTPP_BENCH_LTTNG_PROVIDER_HPP

#include <lttng/tracepoint.h>

// clang-format off
LTTNG_UST_TRACEPOINT_EVENT(bench, arguments_0,
    LTTNG_UST_TP_ARGS(),
    LTTNG_UST_TP_FIELDS())

LTTNG_UST_TRACEPOINT_EVENT(bench, arguments_1,
    LTTNG_UST_TP_ARGS(long, a),
    LTTNG_UST_TP_FIELDS(lttng_ust_field_integer(long, a, a)))

LTTNG_UST_TRACEPOINT_EVENT(bench, arguments_2,
    LTTNG_UST_TP_ARGS(long, a, long, b),
    LTTNG_UST_TP_FIELDS(
        lttng_ust_field_integer(long, a, a)
        lttng_ust_field_integer(long, b, b)))

LTTNG_UST_TRACEPOINT_EVENT(bench, arguments_3,
    LTTNG_UST_TP_ARGS(long, a, long, b, long, c),
    LTTNG_UST_TP_FIELDS(
        lttng_ust_field_integer(long, a, a)
        lttng_ust_field_integer(long, b, b)
        lttng_ust_field_integer(long, c, c)))

LTTNG_UST_TRACEPOINT_EVENT(bench, arguments_6,
    LTTNG_UST_TP_ARGS(long, a, long, b, long, c, long, d, long, e, long, f),
    LTTNG_UST_TP_FIELDS(
        lttng_ust_field_integer(long, a, a)
        lttng_ust_field_integer(long, b, b)
        lttng_ust_field_integer(long, c, c)
        lttng_ust_field_integer(long, d, d)
        lttng_ust_field_integer(long, e, e)
        lttng_ust_field_integer(long, f, f)))

// What the server would say of a request.
LTTNG_UST_TRACEPOINT_EVENT(bench, request,
    LTTNG_UST_TP_ARGS(const char*, id, long, start, long, duration),
    LTTNG_UST_TP_FIELDS(
        lttng_ust_field_string(id, id)
        lttng_ust_field_integer(long, start, start)
        lttng_ust_field_integer(long, duration, duration)))
// clang-format on

#endif

#include <lttng/tracepoint-event.h>
