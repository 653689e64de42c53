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

bool jack_server_runs() noexcept {
    constexpr int no_start_server = 1;  // JackNoStartServer, part of JACK's binary interface
    using Open = void* (*)(const char*, int, int*, ...);
    const auto open = loaded_function<Open>("jack_client_open");
    const auto close = loaded_function<int (*)(void*)>("jack_client_close");
    if (open == nullptr || close == nullptr) {
        return false;
    }
    int status = 0;
    void* const client = open("Outboard looks", no_start_server, &status);
    if (client == nullptr) {
        return false;
    }
    close(client);
    return true;
}

}  // namespace outboard::audio
