// Says which of its probes are enabled: when it starts, and after each line of standard input, which says what to do
// first (see main). "10 3": tick is enabled, pair is not, and tick's arguments have been evaluated three times.
#include <iostream>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

#include <usdtpp/usdtpp.hpp>

namespace {

int evaluated = 0;
int child = -1; // a socket to it

std::string state() {
    std::string text = PROBE_ENABLED(target, tick) ? "1" : "0";
    text += PROBE_ENABLED(target, pair) ? "1 " : "0 ";
    text += std::to_string(evaluated);
    return PROBE_ENABLED(target, without_a_probe) ? text + " and what does not exist" : text;
}

// The child goes on serving the socket in place of standard input and output.
std::string split() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return "socketpair failed";
    }
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::dup2(ends[1], 0);
        ::dup2(ends[1], 1);
        ::close(ends[0]);
        ::close(ends[1]);
        return state();
    }
    ::close(ends[1]);
    child = ends[0];
    return std::to_string(pid);
}

std::string tell_child(const std::string& line) {
    std::string answer;
    if (!line.empty() && ::write(child, (line + "\n").data(), line.size() + 1) < 0) {
        return "the child does not listen";
    }
    for (char c = 0; ::read(child, &c, 1) == 1 && c != '\n';) {
        answer += c;
    }
    return answer;
}

} // namespace

int main() {
    std::cout << state() << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        const auto space = line.find(' ');
        const auto word = line.substr(0, space);
        const auto rest = space == std::string::npos ? "" : line.substr(space + 1);
        std::string answer;
        if (word == "tick") {
            PROBE_IF_ENABLED(target, tick, ++evaluated);
        } else if (word == "first") {
            PROBE(target, pair, 1);
        } else if (word == "second") {
            PROBE(target, pair, 2);
        } else if (word == "wait") { // for a tracer, and until it has gone, with nothing else in the loops
            while (!PROBE_ENABLED(target, tick)) {
            }
            std::cout << state() << std::endl;
            while (PROBE_ENABLED(target, tick)) {
            }
        } else if (word == "fork") { // says the PID of the child, whose own first words wait for `child`
            answer = split();
        } else if (word == "child") { // has the child do the rest of the line, and says what it says
            answer = tell_child(rest);
        } else if (word == "exec") { // the new image speaks
            ::execl(rest.c_str(), rest.c_str(), static_cast<char*>(nullptr));
            answer = "exec failed";
        }
        std::cout << (answer.empty() ? state() : answer) << std::endl;
    }
}
