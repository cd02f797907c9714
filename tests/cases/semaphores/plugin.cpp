// A shared object with a probe of the same name as one of loader.cpp.
#include <usdtpp/usdtpp.hpp>

namespace {

int evaluated = 0;

} // namespace

// In an inline function: nothing of it may keep the object from being unloaded.
inline void tick() {
    PROBE_IF_ENABLED(twin, tick, ++evaluated);
}

extern "C" int plugin_tick() {
    tick();
    return evaluated;
}

extern "C" bool plugin_is_enabled() {
    return PROBE_ENABLED(twin, tick);
}
