#include "ui/piano_keyboard.h"

#include <QApplication>
#include <QLineEdit>

#include "rig.h"
#include "ui/keyboard_room.h"

namespace outboard::ui::test {
namespace {

class KeyboardTest : public Rig {
protected:
    void SetUp() override {
        Rig::SetUp();
        track("Keys");
        track("Bass");
        fake().snapshot.tracks[1].settings.channels = 1u << 4;
        room_ = std::make_unique<KeyboardRoom>(desk());
        room_->resize(900, 120);
        room_->show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(room_.get()));
    }
    PianoKeyboard& keyboard() { return room_->keyboard(); }
    QPoint middle_of(int key) {
        return keyboard().key_rect(key).center().toPoint() + QPoint(0, key % 12 == 0 ? 20 : 0);
    }
    static std::vector<std::string> key_calls() {
        std::vector<std::string> found;
        for (const std::string& call : fake().calls) {
            if (call.starts_with("key_")) {
                found.push_back(call);
            }
        }
        return found;
    }
    using Calls = std::vector<std::string>;
    std::unique_ptr<KeyboardRoom> room_;
};

TEST_F(KeyboardTest, NamesAreThoseOfTheField) {
    EXPECT_EQ(key_name(60), "C3");
    EXPECT_EQ(key_name(48), "C2");
    EXPECT_EQ(key_name(61), "C#3");
}

TEST_F(KeyboardTest, EveryKeyIsFoundWhereItIsDrawn) {
    for (int key = keyboard().lowest_key(); key <= keyboard().lowest_key() + 60; ++key) {
        const QRectF rect = keyboard().key_rect(key);
        EXPECT_EQ(keyboard().key_at(QPointF(rect.center().x(), rect.bottom() - 1)), key);
    }
    EXPECT_EQ(keyboard().key_at(QPointF(-5, 10)), std::nullopt);
}

TEST_F(KeyboardTest, TheMousePlaysAndLetsGo) {
    QTest::mousePress(&keyboard(), Qt::LeftButton, {}, middle_of(60));
    EXPECT_EQ(key_calls(), (Calls{"key_down 60 c0"}));
    QTest::mouseRelease(&keyboard(), Qt::LeftButton, {}, middle_of(60));
    EXPECT_EQ(key_calls(), (Calls{"key_down 60 c0", "key_up 60 c0"}));
}

TEST_F(KeyboardTest, AGlissandoIsBalancedAndEndsOutside) {
    QTest::mousePress(&keyboard(), Qt::LeftButton, {}, middle_of(60));
    const auto move = [&](const QPoint& to) {
        QMouseEvent event(QEvent::MouseMove, to, keyboard().mapToGlobal(to), Qt::NoButton, Qt::LeftButton, {});
        QApplication::sendEvent(&keyboard(), &event);
    };
    move(middle_of(61));
    move(QPoint(middle_of(61).x(), -30));
    EXPECT_EQ(key_calls(), (Calls{"key_down 60 c0", "key_up 60 c0", "key_down 61 c0", "key_up 61 c0"}));
    QTest::mouseRelease(&keyboard(), Qt::LeftButton, {}, QPoint(0, -30));
    EXPECT_EQ(key_calls().size(), 4u);
}

TEST_F(KeyboardTest, NothingHangsWhenTheMouseLeavesOrFocusOrTheRoomGoes) {
    for (const QEvent::Type type : {QEvent::Leave, QEvent::FocusOut, QEvent::WindowDeactivate, QEvent::Hide}) {
        fake().calls.clear();
        QTest::mousePress(&keyboard(), Qt::LeftButton, {}, middle_of(64));
        ASSERT_EQ(key_calls().size(), 1u);
        if (type == QEvent::FocusOut) {
            QFocusEvent event(type);
            QApplication::sendEvent(&keyboard(), &event);
        } else if (type == QEvent::Hide) {
            keyboard().hide();
            keyboard().show();
        } else {
            QEvent event(type);
            QApplication::sendEvent(&keyboard(), &event);
        }
        EXPECT_EQ(key_calls(), (Calls{"key_down 64 c0", "key_up 64 c0"})) << type;
        QTest::mouseRelease(&keyboard(), Qt::LeftButton, {}, middle_of(64));
        EXPECT_EQ(key_calls().size(), 2u) << type;
    }
}

TEST_F(KeyboardTest, AHeldKeyIsLetGoWhereItWentDownWhenTheTrackChanges) {
    QTest::mousePress(&keyboard(), Qt::LeftButton, {}, middle_of(60));
    fake().calls.clear();
    desk().select(2);
    EXPECT_EQ(fake().calls, (Calls{"key_up 60 c0", "arm 2"}));
    QTest::mouseRelease(&keyboard(), Qt::LeftButton, {}, middle_of(60));
    fake().calls.clear();
    QTest::mouseClick(&keyboard(), Qt::LeftButton, {}, middle_of(60));
    EXPECT_EQ(fake().calls, (Calls{"key_down 60 c4", "key_up 60 c4"}));
}

TEST_F(KeyboardTest, ComputerKeysPlayOnlyWhileTheLampIsOn) {
    QTest::keyClick(&keyboard(), Qt::Key_Z);
    EXPECT_TRUE(key_calls().empty());
    room_->set_computer_keys(true);
    QTest::keyPress(&keyboard(), Qt::Key_Z);
    QTest::keyPress(&keyboard(), Qt::Key_S);
    QTest::keyRelease(&keyboard(), Qt::Key_Z);
    QTest::keyRelease(&keyboard(), Qt::Key_S);
    EXPECT_EQ(key_calls(), (Calls{"key_down 60 c0", "key_down 61 c0", "key_up 60 c0", "key_up 61 c0"}));
    fake().calls.clear();
    QTest::keyPress(&keyboard(), Qt::Key_Q);
    room_->set_computer_keys(false);
    EXPECT_EQ(key_calls(), (Calls{"key_down 72 c0", "key_up 72 c0"}));
}

TEST_F(KeyboardTest, ComputerKeysLeaveTextAlone) {
    room_->set_computer_keys(true);
    QLineEdit text;
    text.show();
    ASSERT_TRUE(QTest::qWaitForWindowExposed(&text));
    text.activateWindow();
    text.setFocus();
    ASSERT_TRUE(QTest::qWaitFor([&] { return QApplication::focusWidget() == &text; }, 5000));
    QTest::keyClicks(&text, "zq");
    EXPECT_EQ(text.text(), "zq");
    EXPECT_TRUE(key_calls().empty());
}

TEST_F(KeyboardTest, OneKeyHeldTwiceSoundsOnce) {
    room_->set_computer_keys(true);
    QTest::keyPress(&keyboard(), Qt::Key_Z);
    QTest::mousePress(&keyboard(), Qt::LeftButton, {}, middle_of(60));
    QTest::keyRelease(&keyboard(), Qt::Key_Z);
    EXPECT_EQ(key_calls(), (Calls{"key_down 60 c0"}));
    QTest::mouseRelease(&keyboard(), Qt::LeftButton, {}, middle_of(60));
    EXPECT_EQ(key_calls(), (Calls{"key_down 60 c0", "key_up 60 c0"}));
}

}  // namespace
}  // namespace outboard::ui::test
