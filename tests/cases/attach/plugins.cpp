// Loads many shared objects, each with an engine of its own (engine.cpp), and attaches by each to its probe. Prints
// "ok".
//     plugins PREFIX COUNT       PREFIX0.so, PREFIX1.so, ...
#include <cstdio>
#include <cstdlib>
#include <string>

#include <dlfcn.h>

struct attachment;

int main(int, char** arguments) {
    const int count = std::atoi(arguments[2]);
    for (int i = 0; i != count; ++i) {
        const auto path = arguments[1] + std::to_string(i) + ".so";
        auto* handle = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (handle == nullptr) {
            std::printf("%s\n", ::dlerror());
            return 1;
        }
        if (i % 10 == 9) { // each attach reads what the process has loaded
            const auto attach = reinterpret_cast<attachment* (*)(const char*)>(::dlsym(handle, "attach"));
            const auto fire = reinterpret_cast<void (*)(long)>(::dlsym(handle, "fire"));
            const auto events = reinterpret_cast<long (*)()>(::dlsym(handle, "events"));
            const auto detach = reinterpret_cast<void (*)(attachment*)>(::dlsym(handle, "detach"));
            auto* attached = attach("engine:own");
            fire(i);
            if (events() == 0) {
                std::printf("%s has no event\n", path.c_str());
                return 1;
            }
            detach(attached); // a site has room for two engines
        }
    }
    std::puts("ok");
}
