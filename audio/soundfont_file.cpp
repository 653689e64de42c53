#include "audio/soundfont_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace outboard::audio {
namespace {

class Checker {
public:
    explicit Checker(const std::string& path) : path_(path), file_(path, std::ios::binary) {
        size_ = std::filesystem::file_size(path);
    }

    void check() {
        if (!file_) {
            fail("the SoundFont cannot be read; check its permissions");
        }
        if (size_ < 12 || tag(0) != "RIFF" || tag(8) != "sfbk") {
            fail("this is no SoundFont; choose a .sf2 or .sf3 file");
        }
        if (length(4) + 8 != size_) {
            fail(fmt::format(
                "the SoundFont is damaged or incomplete: it should have {} bytes and has {}; fetch it again",
                length(4) + 8, size_));
        }
        check_chunks(12, size_);
        if (!has_presets_) {
            fail("the SoundFont is damaged: it has no presets; fetch it again");
        }
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw std::runtime_error(fmt::format("{}: {}.", path_, what));
    }

    void check_chunks(std::uint64_t at, std::uint64_t end) {
        while (at < end) {
            if (end - at < 8 || length(at + 4) > end - at - 8) {
                fail(fmt::format("the SoundFont is damaged at byte {}: a part of it is cut off; fetch it again", at));
            }
            const std::uint64_t stop = at + 8 + length(at + 4);
            if (tag(at) == "LIST" && stop - at >= 12) {
                has_presets_ = has_presets_ || tag(at + 8) == "pdta";
                check_chunks(at + 12, stop);
            }
            at = stop + (stop & 1);  // chunks begin at even bytes
        }
    }

    std::string tag(std::uint64_t at) {
        std::string text(4, '\0');
        file_.seekg(static_cast<std::streamoff>(at));
        file_.read(text.data(), 4);
        return text;
    }
    std::uint64_t length(std::uint64_t at) {
        const std::string bytes = tag(at);
        std::uint64_t value = 0;
        for (std::size_t i = 4; i-- > 0;) {
            value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
        }
        return value;
    }

    const std::string& path_;
    std::ifstream file_;
    std::uint64_t size_ = 0;
    bool has_presets_ = false;
};

}  // namespace

void check_soundfont_file(const std::string& path) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
        throw std::runtime_error(fmt::format("{}: there is no such SoundFont; check the path.", path));
    }
    if (!std::filesystem::is_regular_file(path, error)) {
        throw std::runtime_error(fmt::format("{}: this is no file; choose a SoundFont (.sf2 or .sf3).", path));
    }
    Checker(path).check();
}

std::string default_soundfont() {
    const char* const dirs = std::getenv("XDG_DATA_DIRS");
    std::string list = dirs != nullptr && *dirs != '\0' ? dirs : "/usr/local/share:/usr/share";
    list += ":/usr/share";
    constexpr std::array names{"sounds/sf2/default-GM.sf2", "sounds/sf3/default-GM.sf3", "soundfonts/default.sf2",
                               "sounds/sf2/TimGM6mb.sf2", "sounds/sf2/FluidR3_GM.sf2"};
    for (std::size_t begin = 0; begin < list.size();) {
        const std::size_t end = std::min(list.find(':', begin), list.size());
        for (const char* name : names) {
            std::error_code error;
            const auto path = std::filesystem::path(list.substr(begin, end - begin)) / name;
            if (std::filesystem::is_regular_file(path, error)) {
                return path.string();
            }
        }
        begin = end + 1;
    }
    return {};
}

}  // namespace outboard::audio
