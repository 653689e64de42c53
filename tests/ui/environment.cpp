// One QApplication without a display for all tests, with settings and data of its own.
#include <gtest/gtest.h>

#include <QApplication>
#include <QSettings>
#include <QTemporaryDir>

#include <memory>

#include "ui/theme.h"

namespace {

class Environment : public testing::Environment {
public:
    Environment() { qputenv("QT_QPA_PLATFORM", "offscreen"); }

    void SetUp() override {
        folder_ = std::make_unique<QTemporaryDir>();
        ASSERT_TRUE(folder_->isValid());
        qputenv("HOME", folder_->path().toUtf8());
        qputenv("XDG_DATA_HOME", (folder_->path() + "/data").toUtf8());
        qputenv("XDG_CONFIG_HOME", (folder_->path() + "/config").toUtf8());
        qputenv("XDG_RUNTIME_DIR", folder_->path().toUtf8());
        QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder_->path() + "/config");
        application_ = std::make_unique<QApplication>(count_, arguments_);
        outboard::ui::apply_theme(*application_, outboard::ui::ThemeKind::dark);
    }
    void TearDown() override {
        application_.reset();
        folder_.reset();
    }

private:
    int count_ = 1;
    char name_[8] = "ui_test";
    char* arguments_[2] = {name_, nullptr};
    std::unique_ptr<QTemporaryDir> folder_;
    std::unique_ptr<QApplication> application_;
};

const auto* const environment = testing::AddGlobalTestEnvironment(std::make_unique<Environment>().release());

}  // namespace
