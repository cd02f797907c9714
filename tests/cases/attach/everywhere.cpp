// All of the public API that reads notes, attaches, records and tests, as a project would have it that also runs where
// none of that works: it compiles and links there, and prints what it is told when it tries. `NOTES` leaves in what
// links against libelf where the build has it.
#include <cstdio>
#include <iostream>
#include <sstream>
#include <vector>

#include <usdtpp/attach.hpp>
#include <usdtpp/event.hpp>
#include <usdtpp/notes.hpp>
#include <usdtpp/recorded_event.hpp>
#include <usdtpp/recorded_json.hpp>
#include <usdtpp/recorder.hpp>
#include <usdtpp/testing.hpp>
#include <usdtpp/testing_event.hpp>
#include <usdtpp/trace_events.hpp>
#include <usdtpp/usdtpp.hpp>

namespace {

template <class Error, class Try>
void tell(const char* what, Try attempt) {
    try {
        attempt();
        std::cout << what << " works\n";
    } catch (const Error& error) {
        std::cout << what << ": " << error.what() << '\n';
    }
}

void handler(const usdtpp::event& fired) {
    const usdtpp::event_argument argument = fired["number"];
    std::cout << fired.provider() << fired.name() << fired.note().line << fired.thread() << fired.time() << fired.size()
              << argument.note().name << argument.is_readable() << argument.is_text() << argument.bits()
              << argument.as<std::string>() << fired[0].as<double>();
}

void use_recorder() {
    usdtpp::recorder_options options;
    options.when_full = usdtpp::when_full::overwrite;
    std::vector<usdtpp::attach_error> left_out;
    usdtpp::recorder recorder("everywhere:*", options, &left_out);
    usdtpp::trace_event_options pairs;
    pairs.pair_by = usdtpp::trace_event_options::pairing::thread;
    std::ostringstream out;
    usdtpp::trace_event_writer trace(out, pairs);
    std::vector<usdtpp::recorded_event> kept;
    recorder.drain([&](const usdtpp::recorded_event& event) {
        usdtpp::write_json_line(out, event);
        trace.write(event);
        const usdtpp::recorded_argument argument = event["number"];
        out << event.provider() << event.name() << event.note().line << event.thread() << event.time() << event.size()
            << argument.is_cut() << argument.as<std::string>() << event[0].as<int>() << argument.as<const char*>();
        kept.push_back(event);
    });
    recorder.stop();
    std::cout << recorder.sites() << recorder.dropped() << recorder.losses().full;
}

void use_capture() {
    using std::chrono_literals::operator""ms;
    usdtpp::testing::capture captured("everywhere:*");
    captured.wait_for("everywhere:*", 1, 1ms);
    const usdtpp::testing::event_list found = captured.find("everywhere:tick");
    for (const usdtpp::testing::event& one : captured.events()) {
        const usdtpp::testing::argument argument = one["number"];
        std::cout << one << one.provider() << one.name() << one.note().line << one.thread() << one.time() << one.size()
                  << one.matches("everywhere:*") << argument.is_text() << argument.as<int>()
                  << one[0].as<const char*>();
    }
    captured.clear();
    captured.stop();
    std::cout << found << captured.count() << captured.count("everywhere:tick") << found.size() << found.empty();
}

void use_coverage() {
    const usdtpp::testing::coverage reached("everywhere:*");
    std::cout << reached.size() << reached.unreached().size() << reached.summary() << reached.report();
}

} // namespace

int main(int, char** arguments) {
    PROBE(everywhere, tick, USDTPP_NAMED(number, 1));
    std::cout << "notes " << USDTPP_HAS_NOTES << ", attach " << USDTPP_HAS_ATTACH << '\n';
    tell<usdtpp::attach_error>("attach", [] {
        std::vector<usdtpp::attach_error> left_out;
        usdtpp::attachment attached = usdtpp::attach("everywhere:*", handler, &left_out);
        std::cout << attached.sites() << attached.notes().size();
        attached.detach();
    });
    tell<usdtpp::attach_error>("recorder", use_recorder);
    tell<usdtpp::attach_error>("capture", use_capture);
    tell<usdtpp::attach_error>("coverage", use_coverage);
    tell<usdtpp::event_error>("an empty list", [] { usdtpp::testing::event_list().front(); });
    usdtpp::attachment none;
    none.detach();
#if !USDTPP_HAS_NOTES || defined(NOTES)
    tell<usdtpp::note_error>("a file", [&] {
        const usdtpp::elf_probes found = usdtpp::read_probes(arguments[0]);
        std::cout << found.path << found.machine << found.bits << found.probes.size();
    });
    tell<usdtpp::note_error>("a process", [] {
        std::vector<usdtpp::note_error> left_out;
        const std::vector<usdtpp::loaded_object> objects = usdtpp::read_process(1, &left_out);
        std::cout << objects.size();
    });
#else
    static_cast<void>(arguments);
#endif
}
