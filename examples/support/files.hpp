// Files that programs and tests write for themselves.
#ifndef USDTPP_EXAMPLES_SUPPORT_FILES_HPP
#define USDTPP_EXAMPLES_SUPPORT_FILES_HPP

#include <string>

namespace support {

// A directory of its own under the system's temporary one, removed with everything in it.
class temporary_directory {
public:
    temporary_directory();
    temporary_directory(const temporary_directory&) = delete;
    temporary_directory& operator=(const temporary_directory&) = delete;
    ~temporary_directory();

    std::string file(const std::string& name) const {
        return path_ + "/" + name;
    }
    const std::string& path() const noexcept {
        return path_;
    }

private:
    std::string path_;
};

// Throw std::runtime_error with the path.
std::string read_file(const std::string& path);
void write_file(const std::string& path, const std::string& text);

} // namespace support

#endif
