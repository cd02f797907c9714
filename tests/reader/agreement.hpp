// The reader's view of a binary against readelf's.
#ifndef USDTPP_TESTS_READER_AGREEMENT_HPP
#define USDTPP_TESTS_READER_AGREEMENT_HPP

#include <string>

#include <usdtpp/notes.hpp>

#include "catch.hpp"
#include "notes.hpp"

// Checks that they agree, note for note. Returns what was read.
inline usdtpp::elf_probes check_agreement(const std::string& binary) {
    INFO(binary);
    const auto read = usdtpp::read_probes(binary);
    const auto notes = support::read_notes(binary);
    REQUIRE(read.probes.size() == notes.size());
    CHECK(read.path == binary);
    for (std::size_t i = 0; i != notes.size(); ++i) {
        const auto& probe = read.probes[i];
        INFO(notes[i].provider << ":" << notes[i].name);
        CHECK(probe.provider == notes[i].provider);
        CHECK(probe.name == notes[i].name);
        CHECK(probe.location == notes[i].location);
        CHECK(probe.base == notes[i].base);
        CHECK(probe.semaphore == notes[i].semaphore);
        std::vector<std::string> texts;
        for (const auto& argument : probe.arguments) {
            texts.push_back(argument.text);
        }
        CHECK(texts == notes[i].arguments);
    }
    return read;
}

#endif
