// loader OBJECT: loads that shared object, plugin.cpp, and unloads it, and says which probes are enabled: when it
// starts, and after each line of standard input, which says what to do first (see main). "1 0": its own twin:tick is
// enabled, the object's is not, or the object is not loaded. After one of the ticks it says how many there were.
#include <iostream>
#include <string>

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <usdtpp/usdtpp.hpp>

namespace {

constexpr std::size_t mapped_size = 4096 * 16;

struct object {
    void* handle = nullptr;
    int (*tick)() = nullptr;
    bool (*is_enabled)() = nullptr;

    void opened(void* as) {
        handle = as;
        tick = reinterpret_cast<int (*)()>(::dlsym(handle, "plugin_tick"));
        is_enabled = reinterpret_cast<bool (*)()>(::dlsym(handle, "plugin_is_enabled"));
    }
    const char* state() const {
        return handle != nullptr && is_enabled() ? " 1" : " 0";
    }
};

void* map_file(const char* path, int flags) {
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    void* const mapped = ::mmap(nullptr, mapped_size, PROT_READ, flags, file, 0);
    ::close(file);
    return mapped;
}

} // namespace

int main(int, char** arguments) {
    int evaluated = 0;
    object plugin, again;
    void* mapped = nullptr;
    const auto state = [&] {
        return (PROBE_ENABLED(twin, tick) ? "1" : "0") + std::string(plugin.state()) +
               (again.handle != nullptr ? again.state() : "");
    };
    std::cout << state() << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        std::string answer;
        if (line == "tick") {
            PROBE_IF_ENABLED(twin, tick, ++evaluated);
            answer = std::to_string(evaluated);
        } else if (line == "tick of the object") {
            answer = std::to_string(plugin.tick());
        } else if (line == "load") {
            plugin.opened(::dlopen(arguments[1], RTLD_NOW));
        } else if (line == "load again") { // a second copy
            again.opened(::dlmopen(LM_ID_NEWLM, arguments[1], RTLD_NOW));
        } else if (line == "unload") {
            ::dlclose(plugin.handle);
            plugin.handle = nullptr;
        } else if (line == "map private") { // its own file, as those that print backtraces do
            mapped = map_file(arguments[0], MAP_PRIVATE);
        } else if (line == "map shared") {
            mapped = map_file(arguments[0], MAP_SHARED);
        } else if (line == "unmap") {
            ::munmap(mapped, mapped_size);
        }
        std::cout << (answer.empty() ? state() : answer) << std::endl;
    }
}
