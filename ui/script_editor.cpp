#include "ui/script_editor.h"

#include <Qsci/qscicommandset.h>
#include <Qsci/qscilexerpython.h>
#include <Qsci/qscistyle.h>

#include <QEvent>

#include <algorithm>

#include "ui/theme.h"

namespace outboard::ui {
namespace {

constexpr int number_margin = 0, mark_margin = 1;
constexpr int error_ground = 8, error_sign = 9;  ///< marker numbers
constexpr int annotation_style = 40;             ///< above the lexer's

/// Python, with the words of the module `outboard` as a second set.
class Lexer : public QsciLexerPython {
public:
    const char* keywords(int set) const override {
        return set == 2
                   ? "Knob Menu Toggle NoteOn NoteOff ControlChange PitchBend held midi transport play send spawn on "
                     "ms seconds beats note_value samples now every wait_any"
                   : QsciLexerPython::keywords(set);
    }
};

}  // namespace

ScriptEditor::ScriptEditor(QWidget* parent) : QsciScintilla(parent), lexer_(std::make_unique<Lexer>()) {
    setAccessibleName(tr("Script"));
    setUtf8(true);
    setEolMode(EolUnix);
    setIndentationsUseTabs(false);
    setTabWidth(4);
    setIndentationWidth(4);
    setAutoIndent(true);
    setBackspaceUnindents(true);
    setTabIndents(true);
    setIndentationGuides(false);
    setBraceMatching(SloppyBraceMatch);
    setCaretLineVisible(true);
    setCaretWidth(2);
    setScrollWidth(1);
    setScrollWidthTracking(true);
    setFrameShape(QFrame::NoFrame);
    setAutoCompletionSource(AcsNone);  // on request only (Ctrl+Space): Return must never take a word nobody wanted
    setAutoCompletionReplaceWord(false);
    setLexer(lexer_.get());
    setMarginType(number_margin, NumberMargin);
    setMarginType(mark_margin, SymbolMargin);
    setMarginMarkerMask(mark_margin, 1 << error_sign);
    markerDefine(Background, error_ground);
    markerDefine(Circle, error_sign);
    setAnnotationDisplay(AnnotationIndented);
    SendScintilla(SCI_SETMARGINLEFT, 0, 6);  // between the marks and the text
    SendScintilla(SCI_SETEXTRAASCENT, 2);
    SendScintilla(SCI_SETEXTRADESCENT, 2);
    // These belong to the window's menus: loop, add track, comment.
    for (const QKeyCombination keys : {Qt::CTRL | Qt::Key_L, Qt::CTRL | Qt::Key_T, Qt::CTRL | Qt::Key_Slash}) {
        if (QsciCommand* command = standardCommands()->boundTo(keys.toCombined())) {
            command->setKey(0);
        }
    }
    connect(this, &QsciScintilla::linesChanged, this, &ScriptEditor::fit_margins);
    apply_colours();
}

ScriptEditor::~ScriptEditor() {
    setLexer(nullptr);
}

void ScriptEditor::mark_error(int line, const QString& text) {
    clear_error();
    const int at = std::clamp(line, 1, std::max(1, lines())) - 1;
    error_line_ = at + 1;
    markerAdd(at, error_ground);
    markerAdd(at, error_sign);
    const Theme& t = theme();
    annotate(at, text,
             QsciStyle(annotation_style, QStringLiteral("error"), t.red, t.red_ground, in_points(caption_font())));
    ensureLineVisible(at);
}

void ScriptEditor::clear_error() {
    error_line_ = 0;
    markerDeleteAll(error_ground);
    markerDeleteAll(error_sign);
    clearAnnotations();
}

void ScriptEditor::go_to_line(int line) {
    const int at = std::clamp(line, 1, std::max(1, lines())) - 1;
    setCursorPosition(at, 0);
    ensureLineVisible(at);
    setFocus();
}

void ScriptEditor::replace_text(const QString& new_text) {
    int line = 0;
    int column = 0;
    getCursorPosition(&line, &column);
    const int top = firstVisibleLine();
    beginUndoAction();
    selectAll();
    replaceSelectedText(new_text);
    endUndoAction();
    setCursorPosition(std::min(line, lines() - 1), column);
    setFirstVisibleLine(top);
}

void ScriptEditor::toggle_comment() {
    int first = 0, first_column = 0, last = 0, last_column = 0;
    if (hasSelectedText()) {
        getSelection(&first, &first_column, &last, &last_column);
        if (last_column == 0 && last > first) {
            --last;
        }
    } else {
        getCursorPosition(&first, &first_column);
        last = first;
    }
    bool all = true;
    for (int line = first; line <= last; ++line) {
        const QString body = text(line).trimmed();
        all = all && (body.isEmpty() || body.startsWith(QLatin1Char('#')));
    }
    beginUndoAction();
    for (int line = first; line <= last; ++line) {
        const QString body = text(line);
        if (body.trimmed().isEmpty()) {
            continue;
        }
        const int at = static_cast<int>(body.indexOf(body.trimmed().left(1)));
        if (all) {
            const int length = body.mid(at, 2) == QLatin1String("# ") ? 2 : 1;
            setSelection(line, at, line, at + length);
            removeSelectedText();
        } else {
            insertAt(QStringLiteral("# "), line, at);
        }
    }
    endUndoAction();
    setSelection(first, 0, last, static_cast<int>(text(last).trimmed().isEmpty() ? 0 : lineLength(last) - 1));
}

void ScriptEditor::changeEvent(QEvent* event) {
    QsciScintilla::changeEvent(event);
    if (event->type() == QEvent::StyleChange && lexer_) {
        apply_colours();
    }
}

void ScriptEditor::apply_colours() {
    const Theme& t = theme();
    const QFont font = code_font();
    lexer_->setDefaultFont(font);
    lexer_->setDefaultPaper(t.room);
    lexer_->setDefaultColor(t.text);
    for (int style = 0; style < 128; ++style) {
        lexer_->setFont(font, style);
        lexer_->setPaper(t.room, style);
        lexer_->setColor(t.text, style);
    }
    lexer_->setColor(t.comment, QsciLexerPython::Comment);
    lexer_->setColor(t.comment, QsciLexerPython::CommentBlock);
    lexer_->setColor(t.number, QsciLexerPython::Number);
    lexer_->setColor(t.keyword, QsciLexerPython::Keyword);
    lexer_->setColor(t.keyword, QsciLexerPython::HighlightedIdentifier);
    lexer_->setColor(t.definition, QsciLexerPython::ClassName);
    lexer_->setColor(t.definition, QsciLexerPython::FunctionMethodName);
    lexer_->setColor(t.decorator, QsciLexerPython::Decorator);
    for (const int style :
         {int{QsciLexerPython::DoubleQuotedString}, int{QsciLexerPython::SingleQuotedString},
          int{QsciLexerPython::TripleSingleQuotedString}, int{QsciLexerPython::TripleDoubleQuotedString},
          int{QsciLexerPython::DoubleQuotedFString}, int{QsciLexerPython::SingleQuotedFString},
          int{QsciLexerPython::TripleSingleQuotedFString}, int{QsciLexerPython::TripleDoubleQuotedFString}}) {
        lexer_->setColor(t.string, style);
    }
    lexer_->setColor(t.red, QsciLexerPython::UnclosedString);
    setPaper(t.room);
    setColor(t.text);
    setMarginsFont(font);
    setMarginsBackgroundColor(t.room);
    setMarginsForegroundColor(t.line_number);
    setMarginBackgroundColor(mark_margin, t.room);
    setFoldMarginColors(t.room, t.room);
    setCaretForegroundColor(t.text);
    setCaretLineBackgroundColor(t.caret_line);
    setSelectionBackgroundColor(t.selection);
    setSelectionForegroundColor(t.text);
    setMatchedBraceBackgroundColor(t.raised);
    setMatchedBraceForegroundColor(t.text);
    setUnmatchedBraceForegroundColor(t.red);
    setUnmatchedBraceBackgroundColor(t.room);
    setMarkerBackgroundColor(t.red_ground, error_ground);
    setMarkerBackgroundColor(t.red, error_sign);
    setMarkerForegroundColor(t.red, error_sign);
    fit_margins();
}

void ScriptEditor::fit_margins() {
    setMarginWidth(number_margin, QStringLiteral(" 888") + (lines() > 999 ? QStringLiteral("8") : QString()));
    setMarginWidth(mark_margin, 20);
}

}  // namespace outboard::ui
