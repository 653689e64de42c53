// The window's side of the wiring: it opens devices and session files for ui/, which does neither itself.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>

#include <fmt/format.h>

#include <QApplication>
#include <QTimer>

#include "app/interrupt.h"
#include "app/live.h"
#include "app/offline.h"
#include "app/paths.h"
#include "app/preset_file.h"
#include "app/session_file.h"
#include "app/session_source.h"
#include "app/verbs.h"
#include "audio/render.h"
#include "ui/main_window.h"

namespace outboard::app {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::milliseconds start_patience{2000};

bool has_display() {
    for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}) {
        if (const char* value = std::getenv(name); value != nullptr && value[0] != '\0') {
            return true;
        }
    }
    return false;
}

std::string last_session_path() {
    return (fs::path(user_folder()) / "last.outboard").string();
}

/// One run of the window: the engine that plays now, and the file it came from.
class Wiring {
public:
    explicit Wiring(const CommandLine& line) : line_(line), factory_(factory_folder()) {}

    /// The session to begin with: what was asked for, the last one, or the demo.
    void begin() {
        const bool plain = line_.scripts.empty() && line_.settings.empty();
        if (plain && fs::exists(last_session_path())) {
            try {
                auto loaded = load_session(last_session_path(), factory_);
                apply_options(line_, loaded.session);
                play_session(loaded.session);
                return;
            } catch (const std::exception& error) {
                notice_ = fmt::format("{} The demo was opened instead.", error.what());
            }
        }
        open_demo();
    }

    void show() {
        window_ = std::make_unique<ui::MainWindow>(live_->engine(), hooks());
        window_->show();
        auto notices = live_->notices();
        notices.push_back(notice_);
        for (const auto& sentence : notices) {
            if (!sentence.empty()) {
                window_->show_notice(QString::fromStdString(sentence));
            }
        }
    }

    /// Keeps the session for the next start and ends in order.
    void finish() {
        const auto session = live_->engine().session();
        window_.reset();
        live_.reset();
        fs::create_directories(user_folder());
        save_session(last_session_path(), session, factory_);
    }

private:
    /// Everything is made anew: the rate belongs to the device and the scripts. When the new session cannot be built,
    /// the one before comes back.
    void play_session(const audio::Session& session) {
        std::optional<audio::Session> before;
        if (live_) {
            before = live_->engine().session();
        }
        try {
            build(session);
        } catch (...) {
            if (before) {
                build(*before);
            }
            throw;
        }
    }

    void build(const audio::Session& session) {
        if (window_) {
            window_->set_engine(nullptr);
        }
        live_.reset();  // first: a sound card may be open only once
        live_ = std::make_unique<Live>(session, live_options(line_));
        // The first blocks are not to find scripts that are still starting; one that hangs may come later.
        (void)live_->engine().wait_scripts(start_patience);
        live_->start();
        if (window_) {
            window_->set_engine(&live_->engine());
        }
    }

    void open_file(const std::string& path) {
        const auto loaded = load_session(path, factory_);
        play_session(loaded.session);
        session_path_ = path;
        for (const auto& sentence : loaded.notices) {
            tell(sentence);
        }
    }

    void open_demo() {
        play_session(find_session(line_).session);
        session_path_.clear();
    }

    void tell(const std::string& sentence) {
        if (window_) {
            window_->show_notice(QString::fromStdString(sentence));
        } else {
            notice_ = sentence;
        }
    }

    void render(const std::string& path, const std::function<bool(double)>& progress) {
        Offline offline(live_->engine().session(), live_options(line_));
        audio::RenderOptions options;
        options.output = path;
        options.progress = progress;
        audio::render(offline.engine(), options);
    }

    [[nodiscard]] static std::vector<ui::DeviceChoice> devices() {
        std::vector<ui::DeviceChoice> choices;
        for (const auto& device : audio::list_devices()) {
            choices.push_back({device.name, fmt::format("{} · {}", device.host_api, device.name), device.rate, 0});
        }
        return choices;
    }

    [[nodiscard]] ui::DeviceStatus device_status() const {
        if (!live_) {
            return {};
        }
        auto& device = live_->device();
        return {device.host_api(),   device.rate(),           device.frames(),
                device.latency_ms(), 100 * device.cpu_load(), device.notice()};
    }

    ui::AppHooks hooks() {
        ui::AppHooks hooks;
        hooks.open_session = [this](const std::string& path) { open_file(path); };
        hooks.save_session = [this](const std::string& path) {
            save_session(path, live_->engine().session(), factory_);
            session_path_ = path;
        };
        hooks.new_session = [this] {
            audio::Session session;
            session.device = live_->engine().session().device;
            session.tracks.emplace_back();
            play_session(session);
            session_path_.clear();
        };
        hooks.demo_session = [this] { open_demo(); };
        hooks.session_path = [this] { return session_path_; };
        hooks.devices = devices;
        hooks.choose_device = [this](const audio::DeviceSettings& wish) {
            auto session = live_->engine().session();
            session.device = wish;
            play_session(session);
        };
        hooks.device = [this] { return device_status(); };
        hooks.render = [this](const std::string& path, const std::function<bool(double)>& progress) {
            render(path, progress);
        };
        hooks.read_preset = read_preset;
        hooks.write_preset = write_preset;
        hooks.presets_folder = (fs::path(user_folder()) / "presets").string();
        hooks.scripts_folder = (fs::path(user_folder()) / "scripts").string();
        return hooks;
    }

    CommandLine line_;
    std::string factory_;  ///< folder of the factory scripts
    std::string session_path_, notice_;
    std::unique_ptr<Live> live_;
    std::unique_ptr<ui::MainWindow> window_;
};

}  // namespace

int run_window(const CommandLine& line, int argc, char** argv) {
    if (!has_display()) {
        return run_play(line);
    }
    if (line.seconds || line.tail || !line.stats.empty() || !line.capture.empty() || !line.midi.empty()) {
        throw UsageError(
            "--seconds, --tail, --stats, --capture and --midi belong to a run without the window: put 'play' before "
            "them");
    }
    QApplication application(argc, argv);
    QApplication::setApplicationName("Outboard");
    Wiring wiring(line);
    wiring.begin();
    wiring.show();

    const Interrupt interrupt;
    QTimer watch;
    QObject::connect(&watch, &QTimer::timeout, &application, [&] {
        if (interrupt.requested()) {
            QApplication::exit();  // quit() would let the window ask about unsaved edits first
        }
    });
    watch.start(200);
    const int code = QApplication::exec();
    wiring.finish();
    return code;
}

}  // namespace outboard::app
