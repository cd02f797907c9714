// How fosdem-server ends.
#include <csignal>

#include "catch.hpp"
#include "harness.hpp"

namespace {

using example::client;
using example::clock;
using example::healthy;
using example::loaded;
using example::request_for;
using example::seconds;
using example::server;

bool is_refused(int port) {
    try {
        client tried(port);
        return false;
    } catch (const std::system_error&) {
        return true;
    }
}

// Without a word; it tells of requests for which it has waited in vain.
void check_ends_well(server& server) {
    const auto done = server.process().wait(example::long_enough);
    REQUIRE(done);
    CHECK(done->status == 0);
    CHECK(server.process().unread_output().empty());
    CHECK(server.process().error_output().empty());
}

} // namespace

TEST_CASE("an idle fosdem-server ends at once, with its connections") {
    const int number = GENERATE(SIGTERM, SIGINT);
    INFO(number);
    server server;
    client unused(server.port());
    client used(server.port());
    CHECK(used.get("/load") == loaded);
    client half(server.port());
    half.send("GET /load HTTP/1.1\r\n");
    server.process().signal(number);
    check_ends_well(server);
    CHECK(unused.is_closed());
    CHECK(used.is_closed());
    CHECK(half.is_closed());
    CHECK(is_refused(server.port()));
}

TEST_CASE("requests that fosdem-server has begun to answer are answered before it ends") {
    const int number = GENERATE(SIGTERM, SIGINT);
    INFO(number);
    server server("\"workers\": 2, \"off_cpu\": 2, " + example::load_memory);
    client idle(server.port());
    CHECK(idle.get("/health") == healthy);
    std::vector<client> busy;
    for (int i = 0; i != 3; ++i) { // the last one waits for a worker
        CHECK(busy.emplace_back(server.port()).get("/health") == healthy);
        busy.back().send(request_for("/load"));
    }
    CHECK(example::have_begun(server, 2));
    server.process().signal(number);

    CHECK(example::eventually([&] { return is_refused(server.port()); }));
    CHECK(idle.is_closed());
    CHECK_FALSE(server.process().wait(example::milliseconds(0)));
    CHECK_FALSE(busy.back().has_input());
    for (auto& each : busy) {
        CHECK(each.receive() == loaded);
        CHECK(each.is_closed());
    }
    check_ends_well(server);
}

TEST_CASE("requests that had come when the signal came are answered") {
    server server;
    std::vector<client> clients;
    for (int i = 0; i != 50; ++i) {
        CHECK(clients.emplace_back(server.port()).get("/health") == healthy);
    }
    server.process().signal(SIGSTOP);
    CHECK(example::eventually([&] { return server.status("State") == "T (stopped)"; }));
    for (auto& each : clients) {
        each.send(request_for("/load"));
    }
    server.process().signal(SIGTERM);
    server.process().signal(SIGCONT);
    for (auto& each : clients) {
        CHECK(each.receive() == loaded);
        CHECK(each.is_closed());
    }
    check_ends_well(server);
}

TEST_CASE("after 10 seconds fosdem-server ends without the answers, and says so") {
    server server("\"off_cpu\": 3600, " + example::load_memory);
    client client(server.port());
    client.send(request_for("/load"));
    CHECK(example::have_begun(server, 1));
    const auto begin = clock::now();
    server.process().signal(SIGTERM);
    const auto done = server.process().wait(example::long_enough);
    REQUIRE(done);
    CHECK(done->status == 0);
    CHECK(clock::now() - begin >= seconds(10));
    const auto& errors = server.process().error_output();
    INFO(errors);
    CHECK(example::is_one_line_of("fosdem-server", errors));
    CHECK(example::count_of(" 1 request", errors) == 1);
    CHECK(client.is_closed());
}

TEST_CASE("a second signal ends fosdem-server at once") {
    server server("\"off_cpu\": 3600, " + example::load_memory);
    client client(server.port());
    client.send(request_for("/load"));
    CHECK(example::have_begun(server, 1));
    server.process().signal(SIGINT);
    CHECK(example::eventually([&] { return is_refused(server.port()); }));
    server.process().signal(SIGTERM);
    const auto done = server.process().wait(example::long_enough);
    REQUIRE(done);
    CHECK(done->status == 128 + SIGTERM);
}
