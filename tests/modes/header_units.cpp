#include "header_units.hpp"

#include <stdexcept>
#include <utility>

using support::flags;
using support::operator+;

header_units::header_units(std::string directory, flags mode)
    : directory_(std::move(directory)), mode_(std::move(mode)) {
    if (!support::compiler_is_clang()) {
        mode_ = mode_ + flags{"-fmodules-ts", "-fmodule-mapper=" + directory_ + "/map"};
    }
    const auto trivial = directory_ + "/trivial.hpp";
    const auto user = directory_ + "/trivial.cpp";
    support::write_file(trivial, "#define TRIVIAL 0\n");
    support::write_file(user, "import \"" + trivial + "\";\nint main() { return TRIVIAL; }\n");
    try {
        add_header(trivial);
        run(imports_ + flags{"-fsyntax-only", user});
    } catch (const std::runtime_error&) {
        throw support::build_failure({"header units"}, support::compiler() + " has no header units that work");
    }
}

void header_units::add(const std::string& header) {
    add_header(support::project_file("include/" + header));
}

void header_units::add_module(const std::string& name, const std::string& source) {
    const auto interface = directory_ + "/" + name + ".module";
    if (support::compiler_is_clang()) {
        run(imports_ + flags{"--precompile", "-x", "c++-module", source, "-o", interface});
        compile(source, name);
        imports_.push_back("-fmodule-file=" + name + "=" + interface);
    } else {
        map(name, interface);
        compile(source, name);
    }
}

void header_units::compile(const std::string& source, const std::string& object) {
    objects_.push_back(directory_ + "/" + object + ".o");
    const bool clangs_module = support::compiler_is_clang() && source.find("_module") != source.npos;
    run(imports_ + flags{"-c", "-x", clangs_module ? "c++-module" : "c++", source, "-o", objects_.back()});
}

void header_units::link(const std::string& program) {
    run(objects_ + flags{"-o", program});
}

void header_units::run(const flags& arguments) {
    const auto done = support::compile(mode_ + arguments);
    if (done.status != 0) {
        throw std::runtime_error(support::joined(arguments) + ": " + done.errors);
    }
}

void header_units::map(const std::string& name, const std::string& file) {
    map_ += name + " " + file + "\n";
    support::write_file(directory_ + "/map", map_);
}

// Of none is it known that there are others: clang would lose macros.
void header_units::add_header(const std::string& path) {
    if (support::compiler_is_clang()) {
        const auto made = directory_ + "/" + std::to_string(imports_.size()) + ".pcm";
        run({"-fmodule-header=user", "-x", "c++-header", path, "-o", made});
        imports_.push_back("-fmodule-file=" + made);
    } else {
        map(path, directory_ + "/" + std::to_string(map_.size()) + ".gcm");
        run({"-c", "-x", "c++-header", path});
    }
}
