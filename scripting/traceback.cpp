#include "scripting/traceback.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <system_error>
#include <vector>

namespace outboard::scripting {
namespace {

constexpr std::size_t most_bytes = 64 * 1024;
constexpr std::size_t most_frames = 100;

struct Frame {
    std::string_view file, function;
    int line = 0;
};

/// `  File "/a/x.py", line 5 in note`
std::optional<Frame> frame_from(std::string_view text) {
    constexpr std::string_view begin = "  File \"";
    constexpr std::string_view middle = "\", line ";
    constexpr std::string_view in = " in ";
    const std::size_t line_at = text.find(middle);
    if (!text.starts_with(begin) || line_at == std::string_view::npos) {
        return std::nullopt;
    }
    Frame frame;
    frame.file = text.substr(begin.size(), line_at - begin.size());
    const std::string_view rest = text.substr(line_at + middle.size());
    const auto number = std::from_chars(rest.data(), rest.data() + rest.size(), frame.line);
    const auto digits = static_cast<std::size_t>(number.ptr - rest.data());
    if (number.ec != std::errc{} || frame.line < 1 || !rest.substr(digits).starts_with(in)) {
        return std::nullopt;
    }
    frame.function = rest.substr(digits + in.size());
    return frame;
}

bool printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });  // faulthandler escapes the others
}

std::string_view name_of(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

std::string words(const Frame& frame) {
    return std::string(name_of(frame.file)) + ", line " + std::to_string(frame.line) + " in " +
           std::string(frame.function);
}

}  // namespace

std::string Place::sentence() const {
    if (line == 0) {
        return {};
    }
    const std::string called = handler.empty() || handler == function ? "" : " (called from " + handler + ")";
    return words({file, function, line}) + called;
}

Place place_from(std::string_view dump, std::span<const std::string> scripts, std::string_view package) {
    if (const std::size_t last = dump.rfind("(most recent call first):"); last != std::string_view::npos) {
        dump.remove_prefix(last);
    }
    std::vector<Frame> frames;
    while (!dump.empty() && frames.size() < most_frames) {
        const std::string_view text = dump.substr(0, dump.find('\n'));
        dump.remove_prefix(std::min(text.size() + 1, dump.size()));
        if (const auto frame = frame_from(text);
            frame && printable(text) && !frame->file.starts_with(package) && !frame->file.starts_with('<')) {
            frames.push_back(*frame);
        }
    }
    Place place;
    if (frames.empty()) {
        return place;
    }
    const auto found = std::ranges::find_if(
        frames, [&](const Frame& frame) { return std::ranges::find(scripts, frame.file) != scripts.end(); });
    const Frame& inner = found != frames.end() ? *found : frames.front();
    place.file = inner.file;
    place.line = inner.line;
    place.function = inner.function;
    const auto outer = std::find_if(frames.rbegin(), frames.rend(), [&](const Frame& frame) {
        return found != frames.end() && frame.file == found->file;
    });
    place.handler = outer != frames.rend() ? outer->function : frames.back().function;
    for (const Frame& frame : frames) {
        place.text += (place.text.empty() ? "" : "\n") + words(frame);
    }
    return place;
}

TracebackPipe::TracebackPipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        throw std::system_error(errno, std::generic_category(), "Cannot make the pipe for a script's tracebacks");
    }
    read_ = ipc::Descriptor(ends[0]);
    child = ipc::Descriptor(ends[1]);
}

std::string TracebackPipe::read() {
    std::string text;
    std::array<char, 4096> some;
    while (text.size() < most_bytes) {
        const ssize_t size = ::read(read_.get(), some.data(), some.size());
        if (size <= 0) {
            break;
        }
        text.append(some.data(), static_cast<std::size_t>(size));
    }
    return text;
}

}  // namespace outboard::scripting
