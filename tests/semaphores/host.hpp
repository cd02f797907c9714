// loader.cpp and plugin.cpp: an executable and a shared object with a probe of the same name, in a process.
#ifndef USDTPP_TESTS_SEMAPHORES_HOST_HPP
#define USDTPP_TESTS_SEMAPHORES_HOST_HPP

#include <optional>

#include "program.hpp"

struct host {
    explicit host(const std::string& back_end) : path(directory.file("loader")), object(directory.file("plugin.so")) {
        build_case("loader", path, {back_end, "-ldl"});
        build_case("plugin", object, {back_end, "-shared", "-fPIC"});
        own = support::find_probe(path, "twin:tick");
        objects = support::find_probe(object, "twin:tick");
        running.emplace(std::vector<std::string>{path, object});
        start = running->answer();
    }

    support::temporary_directory directory;
    std::string path, object;
    support::probe_in_file own, objects;
    std::optional<program> running;
    std::string start; // what it said
};

#endif
