// libFuzzer on the note reader: files, from memory and from a file alike; what does not begin as ELF does is the text
// of arguments. Whatever it is, it is read or refused.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <sys/mman.h>
#include <unistd.h>

#include <usdtpp/notes.hpp>

namespace {

namespace reader = usdtpp::detail::reader;

void require(bool right) {
    if (!right) {
        std::abort();
    }
}

void check(const usdtpp::note_argument& argument) {
    using usdtpp::operand_form;
    const auto& where = argument.where;
    require(!argument.text.empty());
    require(where.form == operand_form::in_memory || (where.index.empty() && where.symbol.empty()));
    require((where.form == operand_form::in_register) <= !where.base.empty());
    require(where.form != operand_form::constant || where.base.empty());
    require(where.scale >= 1 && where.scale <= 16);
    require(where.form == operand_form::other || argument.text.find('@') != std::string::npos);
}

void check_text(std::string_view text) {
    for (const int machine : {EM_X86_64, EM_386, EM_AARCH64, EM_ARM, EM_RISCV, EM_S390, EM_PPC64, EM_SPARC}) {
        for (const auto& argument : reader::parse_arguments(text, machine)) {
            check(argument);
        }
    }
    require(!reader::argument_names(text).names().empty());
    reader::description written;
    written.arguments = text;
    reader::names_of(written);
    reader::parse_mapping(text);
    reader::demangled("_Z" + std::string(text));
}

// What was read, in short; or the error.
template <class Read>
std::string outcome_of(Read read) {
    try {
        std::string outcome;
        const auto all = read();
        for (const auto& probe : all.probes) {
            outcome += probe.provider + ":" + probe.name + " " + std::to_string(probe.location) + " " + probe.function +
                       " " + probe.file + ":" + std::to_string(probe.line) + (probe.has_long_nop ? " nop" : "");
            for (const auto& argument : probe.arguments) {
                check(argument);
                outcome += " " + argument.text + " " + argument.name + " " + argument.type;
            }
            outcome += "\n";
        }
        return outcome + all.damage;
    } catch (const usdtpp::note_error& error) {
        // libelf's words are not always the same for both.
        require(std::string_view(error.what()).find(": ") != std::string_view::npos);
        return "error";
    }
}

// The same file again and again, of which each input is the contents.
class file {
public:
    file() : descriptor_(::memfd_create("input", MFD_CLOEXEC)) {
        require(descriptor_ >= 0);
    }
    std::string path() const {
        return "/proc/self/fd/" + std::to_string(descriptor_);
    }
    void set(const void* data, std::size_t size) const {
        require(::ftruncate(descriptor_, 0) == 0);
        require(::pwrite(descriptor_, data, size, 0) == static_cast<ssize_t>(size));
    }

private:
    int descriptor_;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0 || data[0] != 0x7f) {
        constexpr std::size_t longest = 500; // more of it is more of the same
        size = size < longest ? size : longest;
        check_text(std::string_view(reinterpret_cast<const char*>(data), size));
        return 0;
    }
    static const file copy;
    copy.set(data, size);
    require(outcome_of([&] { return reader::read_memory(data, size); }) ==
            outcome_of([&] { return usdtpp::read_probes(copy.path()); }));
    return 0;
}
