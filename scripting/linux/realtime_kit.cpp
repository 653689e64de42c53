#include "scripting/realtime_kit.h"

#include <dlfcn.h>

#include <algorithm>
#include <memory>

// sd-bus from libsystemd, loaded when it is needed: a program that embeds this floor gets no dependency by it, and
// where the library is missing there is no RealtimeKit either. Declarations as in <systemd/sd-bus.h> (stable since
// 221).
extern "C" {
struct sd_bus;
struct sd_bus_message;
}

namespace outboard::scripting {

namespace {

constexpr const char* service = "org.freedesktop.RealtimeKit1";
constexpr const char* object = "/org/freedesktop/RealtimeKit1";
constexpr std::uint64_t timeout_us = 500'000;
constexpr int fallback_most = 20;  ///< the service's own default for MaxRealtimePriority

/// The five functions of the library that are used.
class Library {
public:
    Library() noexcept : handle_(::dlopen("libsystemd.so.0", RTLD_NOW | RTLD_LOCAL)) {
        find(open_system, "sd_bus_open_system");
        find(set_timeout, "sd_bus_set_method_call_timeout");
        find(call, "sd_bus_call_method");
        find(get_property, "sd_bus_get_property_trivial");
        find(unref, "sd_bus_flush_close_unref");
    }
    [[nodiscard]] bool whole() const noexcept {
        return open_system != nullptr && set_timeout != nullptr && call != nullptr && get_property != nullptr &&
               unref != nullptr;
    }

    int (*open_system)(sd_bus**) = nullptr;
    int (*set_timeout)(sd_bus*, std::uint64_t) = nullptr;
    int (*call)(sd_bus*, const char*, const char*, const char*, const char*, void*, sd_bus_message**, const char*,
                ...) = nullptr;
    int (*get_property)(sd_bus*, const char*, const char*, const char*, const char*, void*, char, void*) = nullptr;
    sd_bus* (*unref)(sd_bus*) = nullptr;

private:
    template <typename Function>
    void find(Function& function, const char* name) noexcept {
        if (handle_ != nullptr) {
            function = reinterpret_cast<Function>(::dlsym(handle_, name));
        }
    }
    void* const handle_;  // stays loaded: asked again for every script
};

}  // namespace

bool ask_realtime_kit(std::int64_t process, std::int64_t thread, int priority) noexcept {
    static const Library library;
    sd_bus* opened = nullptr;
    if (!library.whole() || library.open_system(&opened) < 0) {
        return false;
    }
    const std::unique_ptr<sd_bus, sd_bus* (*)(sd_bus*)> bus(opened, library.unref);
    library.set_timeout(bus.get(), timeout_us);
    std::int32_t most = fallback_most;
    if (library.get_property(bus.get(), service, object, service, "MaxRealtimePriority", nullptr, 'i', &most) < 0) {
        most = fallback_most;
    }
    return library.call(bus.get(), service, object, service, "MakeThreadRealtimeWithPID", nullptr, nullptr, "ttu",
                        static_cast<std::uint64_t>(process), static_cast<std::uint64_t>(thread),
                        static_cast<std::uint32_t>(std::clamp(priority, 1, std::max(most, 1)))) >= 0;
}

}  // namespace outboard::scripting
