// What most tests of the window begin with: the double of the engine, a desk on it, folders for scripts.
#pragma once

#include <gtest/gtest.h>

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

#include "fake_engine.h"
#include "scripting/script_host.h"
#include "ui/desk.h"

namespace outboard::ui::test {

class Rig : public testing::Test {
protected:
    void SetUp() override {
        fake() = {};
        ASSERT_TRUE(folder_.isValid());
        QDir(folder_.path()).mkpath("factory");
        fake().factory_folder = path("factory").toStdString();
        fake().snapshot.frames = 64;
        fake().snapshot.song_length_beats = 64;
    }

    [[nodiscard]] QString path(const QString& name) const { return folder_.path() + '/' + name; }
    QString write(const QString& name, const QString& text) const {
        QFile file(path(name));
        EXPECT_TRUE(file.open(QIODevice::WriteOnly));
        file.write(text.toUtf8());
        return path(name);
    }
    [[nodiscard]] static QString read(const QString& file_path) {
        QFile file(file_path);
        EXPECT_TRUE(file.open(QIODevice::ReadOnly)) << file_path.toStdString();
        return QString::fromUtf8(file.readAll());
    }
    /// A track in the engine's snapshot; returns its id.
    std::uint32_t track(const std::string& name, const QString& script = {}) {
        const auto id = static_cast<std::uint32_t>(fake().snapshot.tracks.size() + 1);
        fake().snapshot.tracks.push_back(make_track(id, name, script.toStdString()));
        return id;
    }
    AppHooks hooks() const {
        AppHooks made;
        made.scripts_folder = path("mine").toStdString();
        return made;
    }
    /// A desk on the double; call after the tracks are there.
    Desk& desk() {
        if (!desk_) {
            desk_ = std::make_unique<Desk>(hooks());
            desk_->set_engine(&engine_);
        }
        return *desk_;
    }
    void error(std::uint32_t track_id, const QString& file, int line, const std::string& text) {
        fake().messages.push_back({.type = scripting::Message::Type::error,
                                   .slot = track_id,
                                   .time = 0,
                                   .text = text,
                                   .file = file.toStdString(),
                                   .line = line});
    }

    QTemporaryDir folder_;
    scripting::ScriptHost host_{{}};
    audio::Engine engine_{{}, host_, {}};
    std::unique_ptr<Desk> desk_;
};

}  // namespace outboard::ui::test
