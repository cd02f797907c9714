// Clients that take their time, or more than their share, and the others beside them.
#include "catch.hpp"
#include "harness.hpp"

namespace {

using example::client;
using example::healthy;
using example::loaded;
using example::request_for;
using example::server;

const std::string one_worker = "\"workers\": 1, ";

} // namespace

TEST_CASE("idle connections and half a request hold nobody up") {
    server server(one_worker);
    std::vector<client> idle;
    for (int i = 0; i != 100; ++i) {
        idle.emplace_back(server.port());
    }
    CHECK(idle[1].get("/load") == loaded); // and idle again
    client half(server.port());
    half.send("GET /load HTTP/1.1\r\nHost: loc");
    client other(server.port());
    for (int i = 0; i != 20; ++i) {
        CHECK(other.get("/load") == loaded);
        CHECK(client(server.port()).get("/health") == healthy);
    }
    CHECK_FALSE(half.has_input());
    half.send("alhost\r\n\r\n");
    CHECK(half.receive() == loaded);
    for (auto& each : idle) {
        CHECK(each.get("/health") == healthy);
    }
}

TEST_CASE("a client that sends byte by byte without end holds nobody up and is refused after 10 seconds") {
    server server(one_worker);
    client other(server.port());
    client slow(server.port());
    slow.send("GET /load HTTP/1.1\r\nX-Slow: ");
    const auto begin = example::clock::now();
    CHECK(example::eventually([&] {
        slow.send("x");
        CHECK(other.get("/load") == loaded);
        std::this_thread::sleep_for(example::milliseconds(20)); // 16 KiB, the limit, are farther away
        return slow.has_input();
    }));
    CHECK(example::clock::now() - begin >= example::seconds(9));
    CHECK(slow.receive().status == 408);
    CHECK(slow.is_closed());
}

TEST_CASE("a client that does not read its answers holds nobody up") {
    server server(one_worker);
    client deaf(server.port());
    const std::string many = [] {
        std::string all;
        while (all.size() < 16 * 1024 * 1024) { // the buffers of sockets hold less
            all += request_for("/load");
        }
        return all;
    }();
    CHECK_FALSE(deaf.send(many, example::seconds(2))); // the server has stopped to take them
    client other(server.port());
    for (int i = 0; i != 20; ++i) {
        CHECK(other.get("/load") == loaded);
    }
    CHECK(server.memory("VmRSS") < 100);
}

TEST_CASE("a client that goes away in the middle of its request holds nobody up") {
    server server(one_worker + "\"off_cpu\": 0.2, ");
    for (int i = 0; i != 3; ++i) {
        client(server.port()).send(request_for("/load"));
        client(server.port()).send("GET /lo");
    }
    CHECK(client(server.port()).get("/load") == loaded);
}

TEST_CASE("beyond 512 connections new ones end at once, until some of the old ones have ended") {
    server server(one_worker);
    std::vector<client> first;
    for (int i = 0; i != 512; ++i) {
        first.emplace_back(server.port());
    }
    for (auto& each : first) {
        CHECK(each.get("/health") == healthy);
    }
    for (int i = 0; i != 10; ++i) {
        REQUIRE(client(server.port()).is_closed());
    }
    CHECK(first.front().get("/load") == loaded);
    CHECK(first.back().get("/load") == loaded);

    first.clear();
    CHECK(example::eventually([&] { return client(server.port()).get("/load") == loaded; }));
}
