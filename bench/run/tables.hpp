// Markdown tables and the figures in them.
#ifndef USDTPP_BENCH_TABLES_HPP
#define USDTPP_BENCH_TABLES_HPP

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace bench {

inline constexpr auto no_figure = "–";

class table {
public:
    explicit table(std::vector<std::string> head);
    void add(std::vector<std::string> row);
    std::string text() const;

private:
    std::vector<std::vector<std::string>> rows_;
};

// Where a path of keys leads to; null where it leads nowhere.
nlohmann::json at(const nlohmann::json& results, const std::vector<std::string>& path);

// "12.3" with so many decimals; no_figure for null.
std::string number(const nlohmann::json& value, int decimals);

// "12.3 (12.1 to 12.6)" of an estimate.
std::string range(const nlohmann::json& value, int decimals);

// What is added: the difference of two numbers; null where one is missing.
nlohmann::json beyond(const nlohmann::json& value, const nlohmann::json& reference);

// How a peer is called in a report.
std::string title_of(const std::string& peer);

// The names of what was measured of it, with those that are known first, in their order.
std::vector<std::string> in_order(const nlohmann::json& object, const std::vector<std::string>& known);

} // namespace bench

#endif
