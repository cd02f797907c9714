// The dynamic loader: what it has loaded, what keeps that loaded, and its lock.
#ifndef USDTPP_DETAIL_ATTACH_LOADER_HPP
#define USDTPP_DETAIL_ATTACH_LOADER_HPP

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <dlfcn.h>
#include <link.h>

#include <usdtpp/detail/attach_sanitizers.hpp>

namespace usdtpp::detail::attach {

struct loader_object {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string name; // as dlopen() takes it; empty for the executable
};

struct loader_state {
    unsigned long long loaded = 0; // how many ever were
    unsigned long long unloaded = 0;
    std::vector<loader_object> objects;

    bool is_newer_than(const loader_state& other) const noexcept {
        return loaded != other.loaded || unloaded != other.unloaded;
    }
    // The object that has this address; null where there is none.
    const loader_object* object_at(std::uint64_t address) const noexcept {
        const auto found = std::find_if(objects.begin(), objects.end(), [&](const loader_object& one) {
            return one.begin <= address && address < one.end;
        });
        return found != objects.end() ? &*found : nullptr;
    }
};

// Takes the lock of alone_in_process().
USDTPP_DETAIL_HIDDEN inline loader_state state_of_loader() {
    loader_state state;
    ::dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* into) {
            auto& all = *static_cast<loader_state*>(into);
            all.loaded = info->dlpi_adds;
            all.unloaded = info->dlpi_subs;
            loader_object one;
            one.begin = UINT64_MAX;
            for (const auto* segment = info->dlpi_phdr; segment != info->dlpi_phdr + info->dlpi_phnum; ++segment) {
                if (segment->p_type == PT_LOAD) {
                    const auto begin = info->dlpi_addr + segment->p_vaddr;
                    one.begin = std::min<std::uint64_t>(one.begin, begin);
                    one.end = std::max<std::uint64_t>(one.end, begin + segment->p_memsz);
                }
            }
            one.name = info->dlpi_name != nullptr ? info->dlpi_name : "";
            all.objects.push_back(std::move(one));
            return 0;
        },
        &state);
    return state;
}

// Calls `what` with a lock that all engines of the process share, whatever their version: they change the protection of
// the same pages, and the handler of the same signal. It is the loader's, with which dl_iterate_phdr calls functions.
// It is not the one that dlopen() has while constructors run.
template <class Do>
USDTPP_DETAIL_HIDDEN void alone_in_process(Do what) {
    ::dl_iterate_phdr(
        [](dl_phdr_info*, std::size_t, void* with) {
            (*static_cast<Do*>(with))();
            return 1; // once
        },
        &what);
}

// Keeps a shared object from being unloaded. Making and ending one takes the lock of dlopen(), which a thread has as
// long as it is in constructors and destructors of shared objects. They may attach and detach, so nobody may have the
// engine's lock meanwhile.
class USDTPP_DETAIL_HIDDEN loaded {
public:
    // The object that has this address.
    loaded(const loader_state& state, std::uint64_t address) noexcept {
        if (const auto* object = state.object_at(address)) {
            open(object->name.c_str(), [](const char* name) { return ::dlopen(name, RTLD_LAZY | RTLD_NOLOAD); });
            return;
        }
#if defined(__GLIBC__)
        // dl_iterate_phdr shows the objects of the caller's namespace only, dladdr1 finds those of others (dlmopen).
        Dl_info info{};
        void* found = nullptr;
        const auto* place = reinterpret_cast<const void*>(address); // NOLINT(performance-no-int-to-ptr)
        Lmid_t names = LM_ID_BASE;
        if (::dladdr1(place, &info, &found, RTLD_DL_LINKMAP) != 0 && found != nullptr &&
            ::dlinfo(found, RTLD_DI_LMID, &names) == 0) {
            open(static_cast<const link_map*>(found)->l_name,
                 [&](const char* name) { return ::dlmopen(names, name, RTLD_LAZY | RTLD_NOLOAD); });
        }
#endif
    }
    loaded(loaded&& other) noexcept : stays_(other.stays_), handle_(std::exchange(other.handle_, nullptr)) {}
    loaded(const loaded&) = delete;
    loaded& operator=(const loaded&) = delete;
    loaded& operator=(loaded&&) = delete;
    ~loaded() {
        if (handle_ != nullptr) {
            ::dlclose(handle_);
        }
    }

    // Whether it is loaded as long as this lives. What the dynamic loader has not loaded, or is unloading, is not.
    bool stays() const noexcept {
        return stays_;
    }

private:
    template <class Open>
    void open(const char* name, Open open) noexcept {
        const bool is_executable = *name == '\0';
        handle_ = is_executable ? nullptr : open(name);
        stays_ = is_executable || handle_ != nullptr;
    }

    bool stays_ = false;
    void* handle_ = nullptr;
};

} // namespace usdtpp::detail::attach

#endif
