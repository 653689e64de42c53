#include "ui/editor_tabs.h"

#include <QFileInfo>
#include <QLabel>

#include "rig.h"

namespace outboard::ui::test {
namespace {

using Kind = ScriptDocument::Standing::Kind;

class EditorTest : public Rig {
protected:
    EditorTabs& editors() {
        if (!editors_) {
            editors_ = std::make_unique<EditorTabs>(desk());
            desk().refresh();
        }
        return *editors_;
    }
    static void type(ScriptEditor& editor, const QString& words) {
        editor.setCursorPosition(0, 0);
        QTest::keyClicks(&editor, words);
    }
    std::unique_ptr<EditorTabs> editors_;
};

TEST_F(EditorTest, SavingWritesTheFileAndLoadsItOnce) {
    const QString file = write("a.py", "print(1)\n");
    track("Arp", file);
    ScriptDocument* document = editors().current();
    ASSERT_NE(document, nullptr);
    EXPECT_EQ(document->standing().kind, Kind::runs);

    type(document->editor(), "x = 2;");
    EXPECT_TRUE(document->is_modified());
    EXPECT_EQ(document->standing().kind, Kind::edited);
    EXPECT_TRUE(document->title().endsWith("●"));

    EXPECT_TRUE(editors().save_and_run());
    EXPECT_EQ(read(file), "x = 2;print(1)\n");
    EXPECT_EQ(fake().count("load_script 1 " + file.toStdString()), 1u);
    EXPECT_EQ(fake().count("load_script"), 1u);
    desk().refresh();
    EXPECT_EQ(document->standing().kind, Kind::runs);
    EXPECT_FALSE(document->is_modified());
}

TEST_F(EditorTest, AFileOnTwoTracksIsLoadedOnBoth) {
    const QString file = write("a.py", "");
    track("One", file);
    track("Two", file);
    track("Three", write("b.py", ""));
    type(editors().current()->editor(), "y");
    EXPECT_TRUE(editors().save_and_run());
    EXPECT_EQ(fake().count("load_script 1"), 1u);
    EXPECT_EQ(fake().count("load_script 2"), 1u);
    EXPECT_EQ(fake().count("load_script 3"), 0u);
}

TEST_F(EditorTest, SavingAFileThatNoTrackPlaysChangesNoTrack) {
    track("One", write("a.py", ""));
    const QString other = write("b.py", "");
    type(editors().open(other)->editor(), "z");
    EXPECT_TRUE(editors().save_and_run());
    EXPECT_EQ(read(other), "z");
    EXPECT_EQ(fake().count("load_script"), 0u);
    EXPECT_TRUE(editors().run());
    EXPECT_EQ(fake().count("load_script 1 " + other.toStdString()), 1u);
}

TEST_F(EditorTest, AFactoryScriptIsCopiedAndItsTrackPlaysTheCopy) {
    const QString factory = write("factory/arpeggiator.py", "old\n");
    track("Arp", factory);
    track("Other", factory);
    ScriptDocument* document = editors().current();
    ASSERT_NE(document, nullptr);
    EXPECT_TRUE(document->is_template());
    type(document->editor(), "new ");
    EXPECT_TRUE(editors().save_and_run());

    const QString copy = path("mine/arpeggiator.py");
    EXPECT_EQ(read(factory), "old\n");
    EXPECT_EQ(read(copy), "new old\n");
    EXPECT_EQ(document->path(), copy);
    EXPECT_FALSE(document->is_template());
    EXPECT_EQ(fake().calls.back(), "load_script 1 " + copy.toStdString());
    EXPECT_EQ(fake().count("load_script"), 1u);

    // The second edit writes the copy: there is no third file.
    type(document->editor(), "newer ");
    EXPECT_TRUE(editors().save_and_run());
    EXPECT_EQ(read(copy), "newer new old\n");
    EXPECT_EQ(QDir(path("mine")).entryList(QDir::Files).size(), 1);
}

TEST_F(EditorTest, ACopyNeverOverwritesAnotherOne) {
    QDir().mkpath(path("mine"));
    write("mine/echo.py", "precious");
    track("Echo", write("factory/echo.py", "old"));
    type(editors().current()->editor(), "new ");
    EXPECT_TRUE(editors().save_and_run());
    EXPECT_EQ(read(path("mine/echo.py")), "precious");
    EXPECT_EQ(read(path("mine/echo-2.py")), "new old");
}

TEST_F(EditorTest, ALoadErrorMarksItsLineWhileTheOldScriptPlaysOn) {
    const QString file = write("a.py", "a\nb\nc\nd\n");
    track("Arp", file);
    ScriptDocument* document = editors().current();
    fake().load_error = "does not compile";
    type(document->editor(), "(");
    EXPECT_TRUE(editors().save_and_run());
    error(1, file, 3, "  File \"a.py\", line 3\nSyntaxError: '(' was never closed");
    desk().refresh();

    EXPECT_EQ(document->editor().error_line(), 3);
    EXPECT_EQ(document->editor().annotation(2), "SyntaxError: '(' was never closed");
    EXPECT_NE(document->editor().markersAtLine(2), 0u);
    EXPECT_EQ(document->editor().markersAtLine(1), 0u);
    EXPECT_EQ(document->standing().kind, Kind::error);
    EXPECT_EQ(document->standing().words, "error in line 3: the old script plays on");

    // The next good save takes the mark away.
    fake().load_error.clear();
    type(document->editor(), ")");
    EXPECT_TRUE(editors().save_and_run());
    desk().refresh();
    EXPECT_EQ(document->editor().error_line(), 0);
    EXPECT_TRUE(document->editor().annotation(2).isEmpty());
    EXPECT_EQ(document->standing().kind, Kind::runs);
}

TEST_F(EditorTest, AnErrorWhilePlayingMarksItsLineAndTheScriptRunsOn) {
    const QString file = write("a.py", "a\nb\n");
    track("Arp", file);
    ScriptDocument* document = editors().current();
    error(1, file, 2, "ZeroDivisionError: division by zero");
    desk().refresh();
    EXPECT_EQ(document->editor().error_line(), 2);
    EXPECT_EQ(document->standing().words, "runs · error in line 2");
}

TEST_F(EditorTest, AnErrorOfAFileThatIsNotOpenIsMarkedWhenItOpens) {
    const QString file = write("a.py", "a\nb\n");
    track("One", write("b.py", ""));
    track("Two", file);
    editors();
    error(2, file, 2, "NameError: x");
    desk().refresh();
    EXPECT_EQ(editors().documents().size(), 1u);
    editors().go_to(file, 2);
    ASSERT_EQ(editors().documents().size(), 2u);
    EXPECT_EQ(editors().current()->editor().error_line(), 2);
    int line = 0, column = 0;
    editors().current()->editor().getCursorPosition(&line, &column);
    EXPECT_EQ(line, 1);
}

TEST_F(EditorTest, AChangeByAnotherProgramIsTakenOverAndRun) {
    const QString file = write("a.py", "old\n");
    track("Arp", file);
    ScriptDocument* document = editors().current();
    write("a.py", "from outside\n");
    EXPECT_TRUE(QTest::qWaitFor([&] { return document->editor().text() == "from outside\n"; }, 10000));
    EXPECT_EQ(fake().count("load_script 1"), 1u);
    EXPECT_FALSE(document->is_modified());
}

TEST_F(EditorTest, AChangeByAnotherProgramNeverDestroysEdits) {
    const QString file = write("a.py", "old\n");
    track("Arp", file);
    ScriptDocument* document = editors().current();
    QString notice;
    QObject::connect(&desk(), &Desk::notice, [&](const QString& sentence) { notice = sentence; });
    type(document->editor(), "mine ");
    write("a.py", "theirs\n");
    EXPECT_TRUE(QTest::qWaitFor([&] { return !notice.isEmpty(); }, 10000));
    EXPECT_EQ(document->editor().text(), "mine old\n");
    EXPECT_EQ(read(file), "theirs\n");
    EXPECT_EQ(fake().count("load_script"), 0u);
    EXPECT_EQ(editors().unsaved().size(), 1u);
}

TEST_F(EditorTest, AFileThatCannotBeReadIsANotice) {
    track("Arp", path("missing.py"));
    QString notice;
    QObject::connect(&desk(), &Desk::notice, [&](const QString& sentence) { notice = sentence; });
    editors();
    EXPECT_TRUE(notice.contains("missing.py")) << notice.toStdString();
    EXPECT_EQ(editors().current(), nullptr);
}

TEST_F(EditorTest, CommentsGoOnAndOff) {
    track("Arp", write("a.py", "if x:\n    y\n\nz\n"));
    ScriptEditor& editor = editors().current()->editor();
    editor.setSelection(0, 0, 3, 1);
    editor.toggle_comment();
    EXPECT_EQ(editor.text(), "# if x:\n    # y\n\n# z\n");
    editor.setSelection(0, 0, 3, 1);
    editor.toggle_comment();
    EXPECT_EQ(editor.text(), "if x:\n    y\n\nz\n");
}

}  // namespace
}  // namespace outboard::ui::test
