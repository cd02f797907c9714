// A program that attaches to probes of its own and of a shared object, which is this file with -DLIBRARY: wherever
// their files are by then, and however they came into memory. NUMBER is another in each build, and so is the code. It
// answers each line of its input with a line.
//     load [new]     the shared object that the command line names; in a namespace of its own
//     unload         what was loaded last
//     map            its segments, without the dynamic loader
//     move WHAT      the code of the program to anonymous memory, as huge-page tools do: "all", "part" (where the probe
//                    is), "rest" (a page without)
//     attach PATTERN
//     detach
//     fire           the probes of the program and of what is loaded; answers what the handler saw
//     mapped         how many mappings the shared object has
#include <usdtpp/usdtpp.hpp>

#if NUMBER == 2
#define MORE_CODE asm volatile(".skip 3, 0x90")
#else
#define MORE_CODE static_cast<void>(0)
#endif

#if defined(LIBRARY)

extern "C" int library_fire(int x) {
    MORE_CODE;
    PROBE(objects, library, NUMBER, x);
    return x + NUMBER;
}

#elif NUMBER == 2

int main(int argc, char**) {
    MORE_CODE;
    PROBE(objects, program, NUMBER, argc);
}

#else

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <usdtpp/attach.hpp>

namespace {

constexpr std::uintptr_t page = 4096;

[[gnu::noinline, gnu::aligned(4096)]] int rest(int x) {
    return x + 1;
}
[[gnu::noinline, gnu::aligned(4096)]] int fire(int x) {
    MORE_CODE;
    PROBE(objects, program, NUMBER, x);
    return x + NUMBER;
}
[[gnu::noinline, gnu::aligned(4096)]] int last(int x) { // what follows is on another page than the probe
    return x + 2;
}

int (*volatile fire_here)(int) = &fire; // or compilers call a copy that is elsewhere

void map_by_hand(const char* path) {
    std::ifstream stream(path, std::ios::binary);
    const std::string file{std::istreambuf_iterator<char>(stream), {}};
    Elf64_Ehdr header;
    std::memcpy(&header, file.data(), sizeof header);
    const int descriptor = ::open(path, O_RDONLY | O_CLOEXEC);
    auto* const memory = static_cast<char*>(::mmap(nullptr, 64 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
    for (int i = 0; i != header.e_phnum; ++i) {
        Elf64_Phdr segment;
        std::memcpy(&segment, file.data() + header.e_phoff + static_cast<std::size_t>(i) * sizeof segment,
                    sizeof segment);
        if (segment.p_type == PT_LOAD) {
            const auto begin = segment.p_vaddr / page * page;
            const auto rights = static_cast<int>(((segment.p_flags & PF_R) != 0 ? PROT_READ : 0U) |
                                                 ((segment.p_flags & PF_W) != 0 ? PROT_WRITE : 0U) |
                                                 ((segment.p_flags & PF_X) != 0 ? PROT_EXEC : 0U));
            ::mmap(memory + begin, segment.p_vaddr + segment.p_memsz - begin, rights, MAP_PRIVATE | MAP_FIXED,
                   descriptor, static_cast<off_t>(segment.p_offset / page * page));
        }
    }
    ::close(descriptor);
}

// While it is executed.
void move_pages(std::uintptr_t begin, std::uintptr_t end) {
    const auto size = end - begin;
    auto* const from = reinterpret_cast<void*>(begin); // NOLINT(performance-no-int-to-ptr)
    void* const copy = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    std::memcpy(copy, from, size);
    ::mprotect(copy, size, PROT_READ | PROT_EXEC);
    ::mremap(copy, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, from);
}

void move_code(const std::string& what) {
    const auto first = reinterpret_cast<std::uintptr_t>(what == "rest" ? &rest : &fire) / page * page;
    if (what != "all") {
        move_pages(first, first + page);
        return;
    }
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
        char dash = 0;
        std::uintptr_t begin = 0;
        std::uintptr_t end = 0;
        std::istringstream(line) >> std::hex >> begin >> dash >> end;
        if (begin <= first && first < end) {
            move_pages(begin, end);
        }
    }
}

int mappings_of(const std::string& path) {
    std::ifstream maps("/proc/self/maps");
    int count = 0;
    for (std::string line; std::getline(maps, line);) {
        count += line.find(path) != std::string::npos ? 1 : 0;
    }
    return count;
}

} // namespace

int main(int, char** arguments) {
    std::vector<usdtpp::attachment> attached;
    std::vector<void*> loaded;
    std::string seen;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string command;
        std::string word;
        words >> command >> word;
        std::string answer = "done";
        if (command == "load") {
            loaded.push_back(word.empty() ? ::dlopen(arguments[1], RTLD_NOW)
                                          : ::dlmopen(LM_ID_NEWLM, arguments[1], RTLD_NOW));
            answer = loaded.back() != nullptr ? "done" : ::dlerror();
        } else if (command == "unload") {
            ::dlclose(loaded.back());
            loaded.pop_back();
        } else if (command == "map") {
            map_by_hand(arguments[1]);
        } else if (command == "move") {
            move_code(word);
        } else if (command == "attach") {
            try {
                attached.push_back(usdtpp::attach(word, [&](const usdtpp::event& fired) {
                    seen += " " + fired.name() + "=" + std::to_string(fired[0].as<int>());
                }));
                answer = "attached " + std::to_string(attached.back().sites());
            } catch (const usdtpp::attach_error& what) {
                answer = std::string("attach_error: ") + what.what();
            }
        } else if (command == "detach") {
            attached.pop_back();
        } else if (command == "fire") {
            seen.clear();
            fire_here(last(rest(1)));
            for (auto* one : loaded) {
                reinterpret_cast<int (*)(int)>(::dlsym(one, "library_fire"))(1);
            }
            answer = "saw" + seen;
        } else if (command == "mapped") {
            answer = std::to_string(mappings_of(arguments[1]));
        }
        std::cout << answer << std::endl;
    }
}

#endif
