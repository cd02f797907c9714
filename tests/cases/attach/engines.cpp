// Engines of several objects in one process, and objects that come and go. Says what is wrong and fails, or says "ok".
//     engines share|refuse|"come and go"|load|deleted FIRST SECOND GUEST     two copies of engine.cpp, and it with
//     -DCALLS_HOST
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

struct attachment;
struct recorder;

void expect(bool true_here, const std::string& what) {
    if (!true_here) {
        std::printf("not so: %s\n", what.c_str());
        std::fflush(stdout);
        std::_Exit(1);
    }
}

struct object {
    object(const std::string& path, int flags) : handle(::dlopen(path.c_str(), RTLD_NOW | flags)) {
        expect(handle != nullptr, path + " is loaded");
        find(fire, "fire");
    }
    template <class Function>
    void find(Function& function, const char* name) const {
        function = reinterpret_cast<Function>(::dlsym(handle, name));
        expect(function != nullptr, std::string("there is ") + name);
    }
    void* handle;
    void (*fire)(long) = nullptr;
};

struct engine : object {
    engine(const std::string& path, int flags) : object(path, flags) {
        find(attach, "attach");
        find(error, "error");
        find(detach, "detach");
        find(events, "events");
        find(record, "record");
        find(recorded, "recorded");
        file.assign(code(), code() + size());
    }
    attachment* must_attach(const char* pattern) const {
        auto* made = attach(pattern);
        expect(made != nullptr, std::string("attaches; ") + error());
        return made;
    }
    // Pages around the function with the probe, from before anything was attached.
    const char* code() const {
        return reinterpret_cast<const char*>(reinterpret_cast<std::uintptr_t>(fire) & ~std::uintptr_t{4095});
    }
    static std::size_t size() {
        return 4096;
    }
    bool is_as_in_file() const {
        return std::memcmp(code(), file.data(), size()) == 0;
    }

    attachment* (*attach)(const char*) = nullptr;
    const char* (*error)() = nullptr;
    void (*detach)(attachment*) = nullptr;
    long (*events)() = nullptr;
    recorder* (*record)(const char*) = nullptr;
    long (*recorded)(recorder*) = nullptr;
    std::vector<char> file;
};

bool is_loaded(const std::string& path) {
    auto* handle = ::dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
    if (handle != nullptr) {
        ::dlclose(handle);
    }
    return handle != nullptr;
}

// What both get of the first one's probe.
void check_events(const engine& one, const engine& other, long wanted, long wanted_of_other) {
    one.fire(1);
    const auto got = one.events();
    const auto got_of_other = other.events();
    expect(got == wanted && got_of_other == wanted_of_other,
           std::to_string(wanted) + " and " + std::to_string(wanted_of_other) +
               " are what they get: " + std::to_string(got) + " and " + std::to_string(got_of_other));
}

// The handler of each fires a probe that the other gets.
constexpr long nested = 1000;

void share(const engine& first, const engine& second) {
    for (int turn = 0; turn != 8; ++turn) {
        const auto& a = (turn & 1) != 0 ? first : second;
        const auto& b = (turn & 1) != 0 ? second : first;
        auto* of_a = a.must_attach("engine:own");
        check_events(a, b, 1, 0);
        check_events(b, a, 0, 1);
        auto* of_b = b.must_attach("engine:own");
        check_events(a, b, 1 + nested, 1 + nested);
        check_events(b, a, 1 + nested, 1 + nested);
        // Whoever is told to detach one that another has made.
        const auto& who = (turn & 2) != 0 ? first : second;
        if ((turn & 4) != 0) {
            who.detach(of_a);
            check_events(a, b, 0, 1);
            who.detach(of_b);
        } else {
            who.detach(of_b);
            check_events(a, b, 1, 0);
            who.detach(of_a);
        }
        check_events(a, b, 0, 0);
        expect(a.is_as_in_file() && b.is_as_in_file(), "code is as in the file");
    }
    auto* recorder = first.record("engine:own");
    auto* attached = second.must_attach("engine:own");
    check_events(first, second, 0, 1);
    second.detach(attached);
    expect(second.recorded(recorder) == 1 + nested, "a recorder has its events, whoever asks for them");
    expect(first.is_as_in_file() && second.is_as_in_file(), "code is as in the file again");
}

// Where there is no room for both.
void refuse(const engine& first, const engine& second, const std::string& path) {
    const object guest(path, RTLD_LOCAL);
    for (int turn = 0; turn != 4; ++turn) {
        const auto& a = (turn & 1) != 0 ? first : second;
        const auto& b = (turn & 1) != 0 ? second : first;
        auto* of_a = a.must_attach("engine:own");
        expect(b.attach("engine:own") == nullptr, "the second one is refused");
        expect(std::strstr(b.error(), "engine:own: another object of this process has its breakpoint there") != nullptr,
               std::string("it says why: ") + b.error());
        check_events(a, b, 1, 0);
        check_events(b, a, 0, 1);
        // Now signals come to the other one first, which has known these breakpoints as its own.
        auto* of_b = b.must_attach("engine:guest");
        check_events(a, b, 1, 0);
        guest.fire(5);
        expect(b.events() == 5 && a.events() == nested, "each gets what is its own");
        b.detach(of_b);
        a.detach(of_a);
        check_events(a, b, 0, 0);
        expect(a.is_as_in_file() && b.is_as_in_file(), "code is as in the file");
    }
}

// Calls what it is given, over and over, as long as it lives.
class worker {
public:
    explicit worker(std::function<void()> work)
        : thread_([this, work] {
              while (!end_) {
                  work();
                  ++turns;
              }
          }) {}
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;
    ~worker() {
        end_ = true;
        thread_.join();
    }
    std::atomic<long> turns = 0;

private:
    std::atomic<bool> end_ = false;
    std::thread thread_;
};
void until(const std::vector<const worker*>& all, long turns) {
    for (const auto* one : all) {
        while (one->turns < turns) {
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
    }
}
std::function<void()> attaching(const engine& with, const char* pattern) {
    return [&with, pattern] {
        if (auto* attached = with.attach(pattern)) {
            with.detach(attached);
        }
    };
}

void race(const engine& first, const engine& second) {
    {
        const worker attaches(attaching(first, "engine:own"));
        const worker attaches_too(attaching(second, "engine:own"));
        const worker fires([&] { first.fire(1); });
        const worker fires_too([&] { second.fire(1); });
        until({&attaches, &attaches_too}, 1500);
    }
    expect(first.is_as_in_file() && second.is_as_in_file(), "code is as in the file after the race");
}

// Objects that are attached to stay, and others come.
void come_and_go(const engine& first, const std::string& path) {
    first.events();
    expect(first.attach("engine:guest") == nullptr, "what is not loaded is not found");
    auto* before = first.must_attach("engine:*");
    object guest(path, RTLD_LOCAL);
    guest.fire(1);
    expect(first.events() == 0, "an object that comes later is not attached to");
    first.detach(before);
    auto* attached = first.must_attach("engine:guest");
    ::dlclose(guest.handle);
    expect(is_loaded(path), "what is attached to stays loaded");
    guest.fire(2);
    expect(first.events() == 2, "its probe fires");
    first.detach(attached);
    expect(!is_loaded(path), "then it goes");
    expect(first.attach("engine:guest") == nullptr, "what is gone is not found");

    // Something else takes its place.
    auto* place = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(guest.fire) & ~std::uintptr_t{4095});
    expect(::mmap(place, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == place, "its place is free");
    const object again(path, RTLD_LOCAL);
    expect(again.fire != guest.fire, "it comes back elsewhere");
    attached = first.must_attach("engine:guest");
    again.fire(3);
    expect(first.events() == 3, "its probe fires there");
    first.detach(attached);
    ::dlclose(again.handle);
    expect(!is_loaded(path), "then it goes again");
}

// Moved it is found; who has no rights cannot read it when it is deleted, and is told so.
const engine* has_not_read_it = nullptr;
void move_and_delete(const engine& first, const std::string& path) {
    const object guest(path, RTLD_LOCAL);
    const auto moved = path + ".moved";
    first.detach(first.must_attach("engine:guest"));
    expect(::rename(path.c_str(), moved.c_str()) == 0, "it is moved");
    auto* attached = first.must_attach("engine:guest");
    expect(::unlink(moved.c_str()) == 0, "it is deleted");
    first.must_attach("engine:own");
    guest.fire(4);
    expect(first.events() == 4, "its probe fires all the same");
    first.detach(first.must_attach("engine:guest")); // which it has read before
    expect(has_not_read_it->attach("engine:guest") == nullptr, "what is deleted cannot be read");
    const std::string why = has_not_read_it->error();
    expect(why.find("no probe here is engine:guest") == 0, "what is missing is named: " + why);
    expect(why.find("; " + moved + " (deleted): Operation not permitted") != why.npos, "so is what is why: " + why);
    first.detach(attached);
}

// Constructors and destructors have the loader's lock, and attach.
const engine* used_by_guest = nullptr;
void load(const engine& first, const std::string& path) {
    used_by_guest = &first;
    {
        const worker attaches(attaching(first, "engine:*"));
        const worker loads([&] { ::dlclose(object(path, RTLD_LOCAL).handle); });
        until({&attaches, &loads}, 150);
    }
    used_by_guest = nullptr;
    expect(first.is_as_in_file(), "code is as in the file behind all that");
}

} // namespace

extern "C" __attribute__((visibility("default"))) void host_calls() {
    if (used_by_guest != nullptr) {
        used_by_guest->detach(used_by_guest->must_attach("engine:own"));
    }
}

int main(int, char** arguments) {
    const std::string what = arguments[1];
    const std::string guest = arguments[4];
    const engine first(arguments[2], RTLD_GLOBAL); // so that the second one would use what it does not hide
    const engine second(arguments[3], RTLD_LOCAL);
    has_not_read_it = &second;
    ::alarm(20); // of a deadlock
    if (what == "share" || what == "refuse") {
        if (what == "share") {
            share(first, second);
        } else {
            refuse(first, second, guest);
        }
        ::dlclose(first.handle);
        ::dlclose(second.handle);
        expect(is_loaded(arguments[2]) && is_loaded(arguments[3]), "an object with an engine stays");
        race(first, second);
    } else {
        (what == "come and go" ? come_and_go : what == "load" ? load : move_and_delete)(first, guest);
    }
    std::puts("ok");
}
