#include "ui/main_window.h"

#include <QApplication>
#include <QCloseEvent>
#include <QDropEvent>
#include <QFileInfo>
#include <QKeyEvent>
#include <QMenuBar>
#include <QMimeData>
#include <QScreen>
#include <QSettings>
#include <QTimer>
#include <QToolBar>
#include <QUrl>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/child.h"
#include "ui/console.h"
#include "ui/cpu_panel.h"
#include "ui/desk.h"
#include "ui/document_actions.h"
#include "ui/editor_tabs.h"
#include "ui/keyboard_room.h"
#include "ui/menus.h"
#include "ui/notice_bar.h"
#include "ui/parameter_panel.h"
#include "ui/piano_keyboard.h"
#include "ui/room_dock.h"
#include "ui/theme.h"
#include "ui/track_list.h"
#include "ui/transport_bar.h"
#include "ui/watch_strip.h"

namespace outboard::ui {
namespace {

constexpr int refresh_every_ms = 33;
constexpr int layout_version = 1;

QSettings settings() {
    return {QSettings::IniFormat, QSettings::UserScope, "Outboard", "Outboard"};
}

ThemeKind kept_theme() {
    const bool light = settings().value("theme").toString() == QLatin1String("light");
    return light ? ThemeKind::light : ThemeKind::dark;
}

}  // namespace

struct MainWindow::State {
    State(MainWindow& owner, AppHooks hooks) : window(owner), desk(std::move(hooks)) {}

    void build();
    void build_docks();
    void connect_rooms();
    void place_docks();
    void restore_layout();
    void show_title();

    MainWindow& window;
    Desk desk;
    TransportBar* transport = nullptr;
    NoticeBar* notice = nullptr;
    EditorTabs* editors = nullptr;
    TrackList* tracks = nullptr;
    CpuPanel* cpu = nullptr;
    Console* console = nullptr;
    KeyboardRoom* keyboard = nullptr;
    RoomDock *tracks_dock = nullptr, *cpu_dock = nullptr, *console_dock = nullptr, *keyboard_dock = nullptr;
    std::unique_ptr<DocumentActions> documents;
    QTimer timer;
};

void MainWindow::State::build() {
    window.setDockNestingEnabled(true);
    window.setContextMenuPolicy(Qt::NoContextMenu);
    auto* bar = window.addToolBar(MainWindow::tr("Transport"));
    bar->setObjectName(QStringLiteral("Transport"));
    bar->setMovable(false);
    bar->setFloatable(false);
    transport = child<TransportBar>(desk, bar);
    transport->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    bar->addWidget(transport);

    auto* centre = child<QWidget>(&window);
    auto* rows = child<QVBoxLayout>(centre);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    notice = child<NoticeBar>(centre);
    editors = child<EditorTabs>(desk, centre);
    rows->addWidget(notice);
    rows->addWidget(editors, 1);
    rows->addWidget(child<ParameterPanel>(desk, centre));
    rows->addWidget(child<WatchStrip>(desk, centre));
    window.setCentralWidget(centre);
    documents = std::make_unique<DocumentActions>(desk, *editors, window);
    build_docks();
}

void MainWindow::State::build_docks() {
    tracks = child<TrackList>(desk, &window);
    cpu = child<CpuPanel>(desk, &window);
    console = child<Console>(desk, &window);
    keyboard = child<KeyboardRoom>(desk, &window);
    tracks_dock = child<RoomDock>(MainWindow::tr("Tracks"), tracks, &window);
    cpu_dock = child<RoomDock>(MainWindow::tr("CPU"), cpu, &window);
    console_dock = child<RoomDock>(MainWindow::tr("Console"), console, &window);
    keyboard_dock = child<RoomDock>(MainWindow::tr("Keyboard"), keyboard, &window);
    cpu_dock->set_detail(block_heading(desk.snapshot()));
    console_dock->add_heading_widgets(console->heading_widgets());
    keyboard_dock->add_heading_widgets(keyboard->heading_widgets());
    window.setCorner(Qt::BottomLeftCorner, Qt::BottomDockWidgetArea);
    window.setCorner(Qt::BottomRightCorner, Qt::BottomDockWidgetArea);
    place_docks();
}

void MainWindow::State::place_docks() {
    for (RoomDock* dock : {tracks_dock, cpu_dock, console_dock, keyboard_dock}) {
        dock->setFloating(false);
        dock->show();
    }
    window.addDockWidget(Qt::LeftDockWidgetArea, tracks_dock);
    window.addDockWidget(Qt::RightDockWidgetArea, cpu_dock);
    window.addDockWidget(Qt::BottomDockWidgetArea, console_dock);
    window.addDockWidget(Qt::BottomDockWidgetArea, keyboard_dock);
    window.splitDockWidget(console_dock, keyboard_dock, Qt::Horizontal);
    const int wide = window.width();
    window.resizeDocks({tracks_dock, cpu_dock}, {std::max(228, wide * 17 / 100), std::max(396, wide * 32 / 100)},
                       Qt::Horizontal);
    window.resizeDocks({console_dock, keyboard_dock}, {wide * 38 / 100, wide * 62 / 100}, Qt::Horizontal);
    window.resizeDocks({console_dock, keyboard_dock}, {140, 140}, Qt::Vertical);
}

void MainWindow::State::connect_rooms() {
    connect(&desk, &Desk::notice, notice, &NoticeBar::say);
    connect(&desk, &Desk::modified_changed, &window, [this] { show_title(); });
    connect(&desk, &Desk::engine_changed, &window, [this] { show_title(); });
    connect(documents.get(), &DocumentActions::session_changed, &window, [this] { show_title(); });
    connect(cpu, &CpuPanel::heading_changed, cpu_dock, &RoomDock::set_detail);
    connect(console, &Console::link_clicked, editors, &EditorTabs::go_to);
    connect(tracks, &TrackList::new_script_wished, editors, &EditorTabs::new_script);
    connect(tracks, &TrackList::open_script_wished, editors, &EditorTabs::open_for_track);
    connect(transport, &TransportBar::open_wished, documents.get(), &DocumentActions::open_any);
    connect(transport, &TransportBar::device_wished, documents.get(), &DocumentActions::choose_device);
    connect(&timer, &QTimer::timeout, &desk, &Desk::refresh);
    build_menus(window, {.desk = desk,
                         .documents = *documents,
                         .editors = *editors,
                         .tracks = *tracks,
                         .transport = *transport,
                         .docks = {tracks_dock, cpu_dock, console_dock, keyboard_dock},
                         .set_dark =
                             [](bool dark) {
                                 apply_theme(*qApp, dark ? ThemeKind::dark : ThemeKind::light);
                                 settings().setValue("theme", dark ? "dark" : "light");
                             },
                         .reset_layout = [this] { place_docks(); }});
}

void MainWindow::State::restore_layout() {
    const QSettings kept = settings();
    window.restoreGeometry(kept.value("window/geometry").toByteArray());
    window.restoreState(kept.value("window/state").toByteArray(), layout_version);
}

void MainWindow::State::show_title() {
    const QString path = documents->session_path();
    const QString name = path.isEmpty() ? MainWindow::tr("untitled") : QFileInfo(path).completeBaseName();
    window.setWindowTitle(name + QStringLiteral("[*] – Outboard"));
    window.setWindowModified(desk.is_modified());
}

MainWindow::MainWindow(audio::Engine& engine, AppHooks hooks)
    : state_(std::make_unique<State>(*this, std::move(hooks))) {
    apply_theme(*qApp, kept_theme());
    resize(QSize(1440, 900).boundedTo(screen()->availableSize()));
    setMinimumSize(960, 600);
    setAcceptDrops(true);
    setFocusPolicy(Qt::ClickFocus);  // so that the space bar plays until somebody clicks into a text
    state_->build();
    state_->connect_rooms();
    state_->restore_layout();
    state_->desk.set_engine(&engine);
    state_->show_title();
    state_->timer.start(refresh_every_ms);
    setFocus();
}

MainWindow::~MainWindow() {
    state_->timer.stop();
    state_->keyboard->keyboard().release_all();
    // The rooms refer to the desk, which goes before Qt would delete them.
    for (QWidget* room : findChildren<QWidget*>(QString(), Qt::FindDirectChildrenOnly)) {
        std::unique_ptr<QWidget>(room).reset();
    }
}

void MainWindow::set_engine(audio::Engine* engine) {
    state_->keyboard->keyboard().release_all();
    state_->desk.set_engine(engine);
}

void MainWindow::show_notice(const QString& sentence) {
    state_->notice->say(sentence);
}

void MainWindow::open_path(const std::string& path) {
    state_->documents->open_path(QString::fromStdString(path));
}

void MainWindow::refresh() {
    state_->desk.refresh();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!state_->documents->may_leave()) {
        event->ignore();
        return;
    }
    QSettings kept = settings();
    kept.setValue("window/geometry", saveGeometry());
    kept.setValue("window/state", saveState(layout_version));
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls()) {
        event->acceptProposedAction();
    }
}

void MainWindow::dropEvent(QDropEvent* event) {
    const QList<QUrl> files = event->mimeData()->urls();
    if (!files.isEmpty() && files.front().isLocalFile()) {
        state_->documents->open_path(files.front().toLocalFile());
    }
}

void MainWindow::keyPressEvent(QKeyEvent* event) {
    // Only what no focused widget wanted arrives here.
    if (event->key() == Qt::Key_Space && event->modifiers() == Qt::NoModifier && !event->isAutoRepeat()) {
        state_->desk.toggle_play();
        return;
    }
    QMainWindow::keyPressEvent(event);
}

}  // namespace outboard::ui
