// Maps the files that it is given as if it ran them, has the code of libstdc++ in several mappings, says so, and waits
// for a line of input.
#include <cstdint>
#include <exception>
#include <iostream>
#include <string>

#include <fcntl.h>
#include <sys/mman.h>

int main(int count, char** files) {
    for (int i = 1; i < count; ++i) {
        const int descriptor = ::open(files[i], O_RDONLY);
        if (descriptor < 0 || ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, descriptor, 0) == MAP_FAILED) {
            return 1;
        }
    }
    const auto code = reinterpret_cast<std::uintptr_t>(&std::terminate) / 4096 * 4096;
    if (::mprotect(reinterpret_cast<void*>(code), 4096, PROT_READ | PROT_WRITE | PROT_EXEC) != 0) {
        return 1;
    }
    std::cout << "mapped" << std::endl;
    std::string line;
    std::getline(std::cin, line);
}
