#include "audio/quiet_libraries.h"

#include <dlfcn.h>

#include <initializer_list>

namespace outboard::audio {

namespace {

void drop_alsa_message(const char*, int, const char*, int, const char*, ...) {}
void drop_jack_message(const char*) {}

/// The function of that name in any library that is loaded, or null.
template <typename Function>
Function loaded_function(const char* name) noexcept {
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

}  // namespace

void quiet_sound_libraries() noexcept {
    using AlsaHandler = void (*)(const char*, int, const char*, int, const char*, ...);
    using JackHandler = void (*)(const char*);
    if (const auto set = loaded_function<int (*)(AlsaHandler)>("snd_lib_error_set_handler")) {
        set(&drop_alsa_message);
    }
    for (const char* const name : {"jack_set_error_function", "jack_set_info_function"}) {
        if (const auto set = loaded_function<void (*)(JackHandler)>(name)) {
            set(&drop_jack_message);
        }
    }
}

}  // namespace outboard::audio
