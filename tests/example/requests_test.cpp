// What fosdem-server answers, and that it works on as many requests at a time as it was told.
#include <csignal>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "catch.hpp"
#include "harness.hpp"

namespace {

using example::client;
using example::healthy;
using example::loaded;
using example::request_for;
using example::server;

bool has_ipv6_loopback() {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = in6addr_loopback;
    const int socket = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool bound = ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    return bound;
}

// A GET /health with these other fields.
std::string with(const std::string& fields) {
    return "GET /health HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n";
}

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i != times; ++i) {
        all += text;
    }
    return all;
}

struct exchange {
    std::string request;
    int status;
    bool ends; // the connection
};

const exchange exchanges[] = {
    {request_for("/health"), 200, false},
    {"GET /health HTTP/1.0\r\n\r\n", 200, true},
    {with("Connection: close\r\n"), 200, true},
    {request_for("/"), 404, false},
    {request_for("/health/"), 404, false},
    {request_for("/loads"), 404, false},
    {request_for("/../../etc/passwd"), 404, false},
    {"POST /load HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", 404, false},
    // A body, said to come in any way.
    {with("Content-Length: 5\r\n") + "hello", 413, true},
    {with("content-length:5\r\n"), 413, true},
    {with("Content-Length: 0\r\nContent-Length: 5\r\n"), 413, true},
    {with("Content-Length: 99999999999999999999\r\n"), 413, true},
    {with("Transfer-Encoding: chunked\r\n") + "5\r\nhello\r\n0\r\n\r\n", 413, true},
    {"POST /load HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1073741824\r\nExpect: 100-continue\r\n\r\n", 413, true},
    // 16 KiB are the limit.
    {with(repeated("X-Field: " + std::string(980, 'x') + "\r\n", 16)), 200, false},
    {with(repeated("X-Field: " + std::string(980, 'x') + "\r\n", 17)), 431, true},
    {with("X-Field: " + std::string(100'000, 'x')), 431, true},
    {"GET /" + std::string(20'000, 'x'), 431, true},
    {with(repeated("X: \r\n", 10'000)), 431, true},
    // What is no HTTP.
    {"hello\r\n\r\n", 400, true},
    {"\r\n\r\n", 400, true},
    {"\n", 400, true},
    {"GET /health HTTP/1.1\nHost: localhost\n\n", 400, true},
    {"GET /health\r\n\r\n", 400, true},
    {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400, true},
    {std::string(3, '\0') + "\r\n\r\n", 400, true},
    // Ranges are not looked at.
    {with("Range: bytes=0-0\r\n"), 200, false},
    {with("Range: bytes=" + repeated("0-0,", 2000) + "\r\n"), 200, false},
};

} // namespace

TEST_CASE("fosdem-server says where it listens, once, and listens there") {
    const auto program = GENERATE(as<std::string>(), FOSDEM_SERVER, FOSDEM_SERVER_DISABLED);
    INFO(program);
    server one("", "127.0.0.1", program);
    server other("", "127.0.0.1", program);
    CHECK(one.url() == "http://127.0.0.1:" + std::to_string(one.port()));
    CHECK(one.port() != 0);
    CHECK(one.port() != other.port());
    other.process().signal(SIGKILL);
    REQUIRE(other.process().wait(example::long_enough));
    CHECK(client(one.port()).get("/health") == healthy);
    CHECK_THROWS_AS(client(other.port()), std::system_error);

    one.process().signal(SIGTERM);
    REQUIRE(one.process().wait(example::long_enough));
    CHECK(one.process().unread_output().empty());
    CHECK(one.process().error_output().empty());
}

TEST_CASE("fosdem-server listens on IPv6") {
    SKIP_UNLESS(has_ipv6_loopback(), "there is no ::1");
    server server("", "::1");
    CHECK(server.url() == "http://[::1]:" + std::to_string(server.port()));
    CHECK(client(server.port(), "::1").get("/health") == healthy);
    CHECK_THROWS_AS(client(server.port(), "127.0.0.1"), std::system_error);
}

TEST_CASE("each request has its answer, and the connection goes on or ends") {
    server server;
    client witness(server.port());
    for (const auto& [request, status, ends] : exchanges) {
        INFO(request.substr(0, 120) << (request.size() > 120 ? "..." : ""));
        client asking(server.port());
        asking.send(request);
        CHECK(asking.receive().status == status);
        if (ends) {
            CHECK(asking.is_closed());
        } else {
            CHECK(asking.get("/health") == healthy);
        }
        CHECK(witness.get("/health") == healthy);
    }
}

TEST_CASE("GET /load does the work") {
    server server(R"("loops_num": 1000, "off_cpu": 0.1, "allocs_num": 3, "alloc_size": 20000000, )");
    client client(server.port());
    CHECK(client.get("/health") == healthy);
    CHECK(server.memory("VmHWM") < 50);
    const auto begin = example::clock::now();
    CHECK(client.get("/load") == loaded);
    CHECK(example::clock::now() - begin >= example::milliseconds(100));
    CHECK(server.memory("VmHWM") >= 57);
    CHECK(server.memory("VmHWM") < 100);
}

TEST_CASE("one connection carries many requests, also sent at once or in pieces") {
    server server;
    client client(server.port());
    for (int i = 0; i != 100; ++i) {
        CHECK(client.get(i % 2 == 0 ? "/health" : "/load") == (i % 2 == 0 ? healthy : loaded));
    }

    std::string all;
    for (int i = 0; i != 100; ++i) {
        all += request_for("/health") + request_for("/nowhere") + request_for("/load");
    }
    client.send(all);
    for (int i = 0; i != 100; ++i) {
        CHECK(client.receive() == healthy);
        CHECK(client.receive().status == 404);
        CHECK(client.receive() == loaded);
    }

    for (const char byte : request_for("/load") + request_for("/health")) {
        client.send({byte});
    }
    CHECK(client.receive() == loaded);
    CHECK(client.receive() == healthy);
    CHECK_FALSE(client.has_input());
}

TEST_CASE("as many GET /load are worked on at a time as there are workers") {
    const int workers = GENERATE(1, 4);
    INFO(workers);
    server server("\"workers\": " + std::to_string(workers) + ", \"off_cpu\": 2, " + example::load_memory);
    const auto begin = example::clock::now();
    std::vector<client> clients;
    for (int i = 0; i != workers + 1; ++i) {
        clients.emplace_back(server.port()).send(request_for("/load"));
    }
    CHECK(example::have_begun(server, workers));
    CHECK(client(server.port()).get("/health") == healthy);
    CHECK_FALSE(clients.back().has_input()); // so /health needs no worker
    for (auto& each : clients) {
        CHECK(each.receive() == loaded);
    }
    CHECK(example::clock::now() - begin >= example::seconds(4)); // for one of them had to wait
    const auto most = server.memory("VmHWM");
    CHECK(most >= workers * example::load_mib);
    CHECK(most < (workers + 1) * example::load_mib);
}
