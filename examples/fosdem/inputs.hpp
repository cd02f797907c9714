// The inputs of the server: a JSON file, read and checked as a whole before anything starts.
#ifndef USDTPP_EXAMPLES_FOSDEM_INPUTS_HPP
#define USDTPP_EXAMPLES_FOSDEM_INPUTS_HPP

#include <cstdint>
#include <stdexcept>
#include <string>

namespace fosdem {

// Each field may be left out, and then has the value it has here.
struct inputs {
    std::string host = "127.0.0.1"; // a name or an address of this machine
    int port = 8080;                // 0 picks a free one
    int workers = 0;                // how many /load are worked on at a time, up to 512; 0: one for each core
    std::int64_t loops_num = 0;     // iterations of a CPU loop, up to 10^11
    std::int64_t allocs_num = 0;    // blocks of memory kept alive for the request, up to 10^6 ...
    std::int64_t alloc_size = 0;    // ... of so many bytes each; up to 1 GiB in all
    double off_cpu = 0;             // seconds slept, up to 3600
};

// What is wrong and what to do, in one line that starts with the path.
struct inputs_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct read_result {
    inputs values;
    std::string warning; // one line that names the unknown fields; empty if there is none
};

// Throws inputs_error. `allocs_size` is another name of alloc_size; a file with both is refused, for nobody could tell
// which of them counts. Fields of other programs that share the file are passed over.
read_result read_inputs(const std::string& path);

// As a file that read_inputs accepts.
std::string to_json(const inputs& values);

} // namespace fosdem

#endif
