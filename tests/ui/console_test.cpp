#include "ui/console.h"

#include <QTextBlock>

#include "rig.h"
#include "ui/theme.h"

namespace outboard::ui::test {
namespace {

class ConsoleTest : public Rig {
protected:
    void SetUp() override {
        Rig::SetUp();
        track("Arp", path("a.py"));
        track("Keys", path("b.py"));
        console_ = std::make_unique<Console>(desk());
        console_->resize(500, 200);
        console_->show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(console_.get()));
    }
    void print(std::uint32_t slot, const std::string& text) {
        fake().messages.push_back(
            {.type = scripting::Message::Type::print, .slot = slot, .time = 0, .text = text, .file = {}, .line = 0});
    }
    QString text() {
        desk().refresh();
        QCoreApplication::processEvents();
        return console_->view().toPlainText();
    }
    std::unique_ptr<Console> console_;
};

TEST_F(ConsoleTest, SaysWhereInTheSongAndWho) {
    fake().snapshot.bar = 12;
    fake().snapshot.beat = 3;
    fake().snapshot.tick = 240;
    print(2, "spread 14 ms");
    EXPECT_EQ(text().simplified(), "12:3:240 Keys spread 14 ms");
}

TEST_F(ConsoleTest, AnErrorIsRedAndItsPlaceIsALink) {
    error(1, path("a.py"), 9, "NameError: x");
    ASSERT_TRUE(text().contains("a.py:9"));
    const QTextBlock block = console_->view().document()->lastBlock();
    QTextCursor cursor(block);
    cursor.setPosition(block.position() + static_cast<int>(block.text().indexOf("NameError")) + 1);
    EXPECT_EQ(cursor.charFormat().foreground().color(), theme().red);

    QString file;
    int line = 0;
    QObject::connect(console_.get(), &Console::link_clicked, [&](const QString& where, int which) {
        file = where;
        line = which;
    });
    cursor.setPosition(block.position() + static_cast<int>(block.text().indexOf("a.py:9")) + 2);
    QTest::mouseClick(console_->view().viewport(), Qt::LeftButton, {}, console_->view().cursorRect(cursor).center());
    EXPECT_EQ(file, path("a.py"));
    EXPECT_EQ(line, 9);
}

TEST_F(ConsoleTest, WatchedValuesAreShownElsewhere) {
    fake().messages.push_back(
        {.type = scripting::Message::Type::watch, .slot = 1, .time = 0, .text = "step = 3", .file = {}, .line = 0});
    print(1, "step by step");
    EXPECT_EQ(text().count("step"), 2) << "only what was printed";
}

TEST_F(ConsoleTest, CanShowOneTrackOnly) {
    print(1, "one");
    print(2, "two");
    EXPECT_TRUE(text().contains("one"));
    console_->set_filter(2);
    EXPECT_FALSE(text().contains("one"));
    EXPECT_TRUE(text().contains("two"));
    print(1, "more");
    EXPECT_FALSE(text().contains("more"));
    console_->set_filter({});
    EXPECT_TRUE(text().contains("more"));
    console_->clear();
    EXPECT_TRUE(text().isEmpty());
}

TEST_F(ConsoleTest, KeepsTheLastFiveThousand) {
    for (int i = 0; i < 6000; ++i) {
        print(1, "line " + std::to_string(i));
    }
    const QString words = text();
    EXPECT_EQ(console_->entries().size(), Console::capacity);
    EXPECT_EQ(console_->view().document()->blockCount(), static_cast<int>(Console::capacity));
    EXPECT_TRUE(words.endsWith("line 5999"));
    EXPECT_FALSE(words.contains("line 999\n"));
}

}  // namespace
}  // namespace outboard::ui::test
