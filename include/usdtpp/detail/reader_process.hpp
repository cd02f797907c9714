// What a process has loaded, and the probes in it.
#ifndef USDTPP_DETAIL_READER_PROCESS_HPP
#define USDTPP_DETAIL_READER_PROCESS_HPP

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <elf.h>
#include <gelf.h>
#include <sys/types.h>
#include <unistd.h>

#include <usdtpp/detail/reader_elf.hpp>
#include <usdtpp/detail/reader_file.hpp>
#include <usdtpp/detail/reader_identity.hpp>
#include <usdtpp/detail/reader_maps.hpp>
#include <usdtpp/detail/reader_notes.hpp>
#include <usdtpp/note_types.hpp>

namespace usdtpp::detail::reader {

struct mapped_file {
    open_file file;
    std::string path;
};

// What the paths of mappings begin with where the process is in a chroot, with a slash at the end.
inline std::string root_of(const std::string& process) {
    char root[4096];
    const auto size = ::readlink((process + "/root").c_str(), root, sizeof root);
    return std::string(root, size > 1 ? static_cast<std::size_t>(size) : 0) + "/";
}

// Where code of the file is that is mapped there.
inline std::optional<std::uint64_t> bias_of(const mapping& at, const std::vector<GElf_Phdr>& code) {
    for (const auto& segment : code) {
        const auto length = at.end - at.begin;
        const bool before = segment.p_offset < at.offset && at.offset - segment.p_offset >= segment.p_filesz;
        const bool behind = segment.p_offset >= at.offset && segment.p_offset - at.offset >= length;
        if (!before && !behind) {
            return at.begin - at.offset + segment.p_offset - segment.p_vaddr;
        }
    }
    return std::nullopt;
}

// A file that a process has mapped, read once however often it is mapped.
struct known_file {
    mapping at; // the first one of its code
    std::optional<elf_identity> identity;
    std::vector<GElf_Phdr> code;
    // At the first place where it is; null where it has no probes, is no ELF file, or cannot be read.
    std::shared_ptr<loaded_object> object;
    bool is_placed = false; // the object's bias is known
};

struct process_objects {
    std::vector<std::shared_ptr<loaded_object>> objects; // those with probes
    std::vector<known_file> files;
};

// Reads what a process has mapped.
class process_reader {
public:
    // `process`: its directory, "/proc/4711". `before`: what was read of it earlier; what is the same is taken from
    // there.
    explicit process_reader(const std::string& process, const process_objects* before = nullptr)
        : process_(process), before_(before), memory_(process), root_(root_of(process)),
          mappings_(mappings_of(process)) {
        for (const auto& one : mappings_) {
            if (one.inode != 0) {
                auto& its = files_[key_of(one)];
                its.mappings.push_back(&one);
                its.has_code = its.has_code || one.executable;
            }
        }
    }
    process_reader(const process_reader&) = delete;
    process_reader& operator=(const process_reader&) = delete;

    // Throws note_error where an object cannot be read; with `left_out` it is added there.
    process_objects read(std::vector<note_error>* left_out) {
        std::map<std::pair<file_key, std::string>, std::size_t> files;
        std::set<std::pair<std::size_t, std::uint64_t>> seen; // each segment may be several mappings
        process_objects all;
        for (const auto& one : mappings_) {
            if (!is_code(one)) {
                continue;
            }
            const mapped_bytes in_memory(memory_, files_.at(key_of(one)).mappings, one);
            auto identity = identity_of(in_memory);
            // Subvolumes of btrfs have one device there, and on one path one after the other may have been.
            const auto which = !identity                    ? std::string()
                               : identity->build_id.empty() ? std::to_string(in_memory.begin())
                                                            : identity->headers + identity->build_id;
            const auto [place, is_new] = files.try_emplace({key_of(one), which}, all.files.size());
            if (is_new) {
                all.files.emplace_back();
                try {
                    all.files.back() = read_file_at(one, in_memory, std::move(identity));
                } catch (const note_error& what) {
                    if (left_out == nullptr) {
                        throw;
                    }
                    left_out->push_back(what);
                }
            }
            auto& file = all.files[place->second];
            const auto bias = bias_of(one, file);
            if (file.object == nullptr || !bias || !seen.emplace(place->second, *bias).second) {
                continue;
            }
            if (!file.is_placed) {
                file.object->bias = *bias;
                file.is_placed = true;
            }
            if (file.object->bias == *bias && file.object->mapped == one.path) {
                all.objects.push_back(file.object);
            } else {
                all.objects.push_back(std::make_shared<loaded_object>(*file.object));
                all.objects.back()->bias = *bias;
                all.objects.back()->mapped = one.path;
            }
        }
        return all;
    }

private:
    using file_key = std::tuple<std::string_view, std::uint64_t, std::string_view>;
    static file_key key_of(const mapping& of) noexcept {
        return {of.device, of.inode, of.path};
    }

    // Also the begin of a file whose code was moved to anonymous memory, where it still is what the process runs.
    bool is_code(const mapping& one) const {
        if (one.inode == 0 || one.executable) {
            return one.inode != 0;
        }
        if (one.offset != 0) {
            return false;
        }
        const auto& its = files_.at(key_of(one));
        const auto identity = its.has_code ? std::nullopt : identity_of(mapped_bytes(memory_, its.mappings, one));
        if (!identity) {
            return false;
        }
        const auto bias = bias_of_begin(one, *identity);
        return bias && std::any_of(identity->segments.begin(), identity->segments.end(), [&](const segment& segment) {
                   const auto* code = mapping_at(mappings_, segment.address + *bias);
                   return segment.type == PT_LOAD && (segment.flags & PF_X) != 0 && code != nullptr &&
                          code->executable && code->is_anonymous();
               });
    }

    static std::optional<std::uint64_t> bias_of_begin(const mapping& begin, const elf_identity& of) noexcept {
        for (const auto& segment : of.segments) {
            if (segment.type == PT_LOAD && segment.offset == 0) {
                return begin.begin - segment.address;
            }
        }
        return std::nullopt;
    }
    static std::optional<std::uint64_t> bias_of(const mapping& at, const known_file& file) noexcept {
        return at.executable || !file.identity ? reader::bias_of(at, file.code) : bias_of_begin(at, *file.identity);
    }

    known_file read_file_at(const mapping& at, const mapped_bytes& in_memory,
                            std::optional<elf_identity> identity) const {
        known_file file;
        file.at = at;
        if (in_memory.are_no_elf()) {
            return file; // what some compile at run time they map from a file
        }
        file.identity = std::move(identity);
        for (std::size_t i = 0; before_ != nullptr && i != before_->files.size(); ++i) {
            if (is_same(before_->files[i], file)) {
                auto taken_over = before_->files[i];
                taken_over.at = at;
                return taken_over;
            }
        }
        open_candidates(file);
        return file;
    }

    // The path may be another by now.
    static bool is_same(const known_file& known, const known_file& now) noexcept {
        return known.at.begin == now.at.begin && known.at.end == now.at.end && known.at.offset == now.at.offset &&
               known.at.inode == now.at.inode && known.at.device == now.at.device && !known.code.empty() &&
               known.identity && !known.identity->build_id.empty() && known.identity == now.identity;
    }

    // By its path in the process's own mount namespace, if the same file is still there. One that was deleted or
    // replaced is found by the mapping, which takes CAP_SYS_ADMIN, or as the process's executable.
    void open_candidates(known_file& file) const {
        const auto& path = file.at.path;
        const bool is_below = path.compare(0, root_.size(), root_) == 0;
        const std::string by_path = process_ + "/root" + path.substr(is_below ? root_.size() - 1 : 0);
        const std::string by_mapping = process_ + "/map_files/" + file.at.range;
        int error = 0;
        bool is_another = false;
        for (const auto& candidate : {by_path, by_mapping, process_ + "/exe"}) {
            const open_file opened(candidate);
            if (opened.error() == 0 && opened.is_regular() && read_if_same(file, opened, candidate == by_mapping)) {
                if (file.object != nullptr) {
                    file.object->probes.path = candidate;
                }
                return;
            }
            is_another = is_another || (candidate == by_path && opened.error() == 0);
            error = candidate == by_mapping ? opened.error() : error;
        }
        throw note_error(
            path + ": " +
            (is_another ? "another file is there now than the one that the process runs" : error_text(error)));
    }

    // `is_certain`: whatever is in memory.
    bool read_if_same(known_file& file, const open_file& opened, bool is_certain) const {
        if (!is_certain && file.identity && !(file.identity == identity_of(opened))) {
            return false;
        }
        const bool may_be = is_certain || file.identity || opened.status().st_ino == file.at.inode;
        char magic[SELFMAG];
        if (!read_at(opened, 0, magic, sizeof magic) || std::memcmp(magic, ELFMAG, sizeof magic) != 0) {
            return may_be;
        }
        try {
            auto elf = open_elf(opened);
            auto probes = read_elf(elf);
            file.code = elf.code_segments();
            if (!is_certain && (!file.identity || file.identity->build_id.empty())) {
                using result = code_comparison::result;
                const auto bias = !probes.probes.empty() ? bias_of(file.at, file) : std::nullopt;
                const auto compared =
                    bias ? code_comparison(memory_, opened, probes).compare(mappings_, file.code, *bias)
                         : result::unknown;
                if (compared == result::differs || (compared == result::unknown && !may_be)) {
                    return false;
                }
            }
            if (!probes.probes.empty()) {
                file.object = std::make_shared<loaded_object>();
                file.object->probes = std::move(probes);
                file.object->mapped = file.at.path;
            }
        } catch (const damaged& what) {
            if (!may_be) {
                return false;
            }
            throw note_error(file.at.path + ": " + what.what());
        }
        return true;
    }

    std::string process_;
    const process_objects* before_;
    process_memory memory_;
    std::string root_;
    std::vector<mapping> mappings_;
    struct file_mappings {
        std::vector<const mapping*> mappings;
        bool has_code = false;
    };
    std::map<file_key, file_mappings> files_;
};

inline std::vector<loaded_object> read_process(const std::string& process, std::vector<note_error>* left_out) {
    const auto read = process_reader(process).read(left_out);
    std::vector<loaded_object> all;
    for (const auto& one : read.objects) {
        all.push_back(std::move(*one));
    }
    return all;
}

inline std::vector<loaded_object> read_process(pid_t pid, std::vector<note_error>* left_out) {
    return read_process("/proc/" + std::to_string(pid), left_out);
}

} // namespace usdtpp::detail::reader

#endif
