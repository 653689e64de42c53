// A parameter panel on the double of the engine: the first track has a script with a few controls, or one of each kind.
#pragma once

#include <QVBoxLayout>

#include "rig.h"
#include "ui/child.h"
#include "ui/knob.h"
#include "ui/parameter_panel.h"

namespace outboard::ui::test {

class ParameterTest : public Rig {
protected:
    void SetUp() override {
        Rig::SetUp();
        track("Arp", path("a.py"));
        track("Drums");
        auto* rows = child<QVBoxLayout>(&window_);
        rows->setContentsMargins(0, 0, 0, 0);
        rows->setSpacing(0);
        panel_ = child<ParameterPanel>(desk(), &window_);
        rows->addStretch(1);
        rows->addWidget(panel_);
        window_.resize(600, 800);
        window_.show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(&window_));
        desk().refresh();
    }
    void TearDown() override { std::unique_ptr<ParameterPanel>(panel_).reset(); }  // before the desk
    Knob* knob(const QString& name) const {
        for (Knob* one : panel_->findChildren<Knob*>()) {
            if (one->accessibleName() == name) {
                return one;
            }
        }
        return nullptr;
    }
    static void drag(QWidget* widget, int up) {
        const QPoint from = widget->rect().center();
        QTest::mousePress(widget, Qt::LeftButton, {}, from);
        const QPoint to = from - QPoint(0, up);
        QMouseEvent move(QEvent::MouseMove, to, widget->mapToGlobal(to), Qt::NoButton, Qt::LeftButton, {});
        QApplication::sendEvent(widget, &move);
        QTest::mouseRelease(widget, Qt::LeftButton, {}, to);
    }
    static double value(const std::string& id) {
        for (const scripting::Parameter& parameter : fake().snapshot.tracks[0].parameters) {
            if (parameter.id == id) {
                return parameter.value;
            }
        }
        return -1;
    }
    /// The first track's script is another one, which has these.
    void declare(std::vector<scripting::Parameter> parameters) {
        fake().snapshot.tracks[0].parameters = std::move(parameters);
        ++fake().snapshot.tracks[0].script_generation;
        desk().refresh();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
        QCoreApplication::processEvents();
    }
    QWidget window_;  ///< as high as the panel ever needs
    ParameterPanel* panel_ = nullptr;
};

/// One control of each kind; the table and the xy in a group of their own.
inline std::vector<scripting::Parameter> every_kind() {
    using Type = scripting::Parameter::Type;
    const auto one = [](Type type, const std::string& id, const std::string& name) {
        scripting::Parameter parameter;
        parameter.type = type;
        parameter.id = id;
        parameter.name = name;
        return parameter;
    };
    std::vector<scripting::Parameter> all;
    all.push_back(one(Type::slider, "cutoff", "Cutoff"));
    all.back().minimum = 20;
    all.back().maximum = 20000;
    all.back().value = all.back().initial = 1000;
    all.back().curve = scripting::Parameter::Curve::log;
    all.back().unit = "Hz";
    all.push_back(one(Type::number, "bars", "Bars"));
    all.back().minimum = 1;
    all.back().maximum = 8;
    all.back().step = 1;
    all.back().value = all.back().initial = 2;
    all.push_back(one(Type::button, "again", "Again"));
    for (int i = 0; i < 8; ++i) {
        all.push_back(one(Type::table, "steps[" + std::to_string(i) + "]", "Steps " + std::to_string(i + 1)));
        all.back().owner = "steps";
        all.back().text = "Steps";
        all.back().group = "Pattern";
    }
    for (const int axis : {0, 1}) {
        all.push_back(one(Type::xy, "morph[" + std::to_string(axis) + "]", axis == 0 ? "Cutoff" : "Resonance"));
        all.back().owner = "morph";
        all.back().text = "Morph";
        all.back().value = all.back().initial = 0.5;
        all.back().group = "Pattern";
    }
    all.push_back(one(Type::label, "chord", "Chord"));
    all.back().text = "Cm7";
    all.push_back(one(Type::meter, "density", "Density"));
    all.back().maximum = 10;
    all.push_back(one(Type::file, "scale", "Scale"));
    all.back().choices = {".scl"};
    return all;
}

class EveryKindTest : public ParameterTest {
protected:
    void SetUp() override {
        ParameterTest::SetUp();
        declare(every_kind());
    }
};

}  // namespace outboard::ui::test
