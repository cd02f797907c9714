// Locales that write numbers in their own way, made for a test in a folder of its own.
#ifndef USDTPP_TESTS_SUPPORT_LOCALES_HPP
#define USDTPP_TESTS_SUPPORT_LOCALES_HPP

#include <clocale>
#include <cstdlib>
#include <locale>
#include <string>
#include <vector>

#include "catch.hpp"
#include "support/files.hpp"
#include "support/process.hpp"

namespace support {

// Languages with a decimal comma, with a decimal point of two bytes, and with groups of two digits.
inline const std::vector<std::string> number_languages = {"de_DE", "ps_AF", "en_IN"};

// The locale of a language: under name(), as long as $LOCPATH is path().
class made_locale {
public:
    explicit made_locale(const std::string& language) : name_(language + ".UTF-8") {
        const auto made = run({"localedef", "-i", language, "-f", "UTF-8", directory_.file(name_)});
        error_ = made.status == 0 ? "" : "localedef does not make " + language + ": " + made.errors;
    }
    // Empty where it could be made.
    const std::string& why_not() const noexcept {
        return error_;
    }
    const std::string& name() const noexcept {
        return name_;
    }
    std::string path() const {
        return directory_.path();
    }

private:
    temporary_directory directory_;
    std::string name_;
    std::string error_;
};

// While it lives, the locale is that of C and of C++ in this process.
class use_locale {
public:
    explicit use_locale(const made_locale& locale) {
        ::setenv("LOCPATH", locale.path().c_str(), 1);
        before_ = std::locale::global(std::locale(locale.name()));
    }
    use_locale(const use_locale&) = delete;
    use_locale& operator=(const use_locale&) = delete;
    ~use_locale() {
        std::locale::global(before_);
        std::setlocale(LC_ALL, "C");
    }

private:
    std::locale before_;
};

} // namespace support

#endif
