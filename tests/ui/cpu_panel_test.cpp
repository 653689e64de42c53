#include "ui/cpu_panel.h"

#include <QLabel>

#include <algorithm>

#include "rig.h"
#include "ui/cpu_plot.h"
#include "ui/layer_model.h"
#include "ui/theme.h"

namespace outboard::ui::test {
namespace {

using audio::Layer;

audio::LayerFigures figures(double now, double mean, double p99, double max) {
    return {.now = now, .mean = mean, .p50 = mean, .p99 = p99, .p999 = max, .max = max, .mean_all = mean / 2};
}

class CpuPanelTest : public Rig {
protected:
    void SetUp() override {
        Rig::SetUp();
        track("Arp", path("a.py"));
        track("Drums");
        auto& snapshot = fake().snapshot;
        snapshot.layers[static_cast<std::size_t>(Layer::callback)] = figures(5.91, 6.12, 8.8, 14.2);
        snapshot.layers[static_cast<std::size_t>(Layer::scripting)] = figures(0.42, 0.84, 0.9, 2.7);
        snapshot.tracks[0].layers[static_cast<std::size_t>(Layer::busy)] = figures(0.3, 0.31, 0.5, 0.9);
        snapshot.tracks[0].script.late = 2;
        panel_ = std::make_unique<CpuPanel>(desk());
        panel_->show_figures();
    }
    QStringList row(const QModelIndex& index) const {
        QStringList cells;
        for (int column = 0; column < LayerModel::column_count; ++column) {
            cells << index.siblingAtColumn(column).data().toString();
        }
        return cells;
    }
    QString all_words() const {
        QString words;
        for (const QLabel* label : panel_->findChildren<QLabel*>()) {
            words += label->text() + '\n';
        }
        return words;
    }
    std::unique_ptr<CpuPanel> panel_;
};

TEST_F(CpuPanelTest, ShowsTheFiguresOfASnapshot) {
    LayerModel& model = panel_->layers();
    EXPECT_EQ(row(model.index_of(Layer::callback)), (QStringList{"callback", "5.9", "6.1", "8.8", "14.2"}));
    EXPECT_EQ(row(model.index_of(Layer::scripting)), (QStringList{"scripting", "0.4", "0.8", "0.9", "2.7"}));
    EXPECT_EQ(row(model.index_of(Layer::busy, 1u)), (QStringList{"Arp", "0.3", "0.3", "0.5", "0.9"}));
}

TEST_F(CpuPanelTest, TheTreeIsThatOfTheFloors) {
    LayerModel& model = panel_->layers();
    const QModelIndex callback = model.index_of(Layer::callback);
    EXPECT_FALSE(callback.parent().isValid());
    for (const Layer layer : {Layer::sequencer, Layer::scripting, Layer::instruments, Layer::mix, Layer::rest}) {
        EXPECT_EQ(model.index_of(layer).parent(), callback) << static_cast<int>(layer);
    }
    for (const Layer layer : {Layer::encode, Layer::wait, Layer::busy, Layer::returned, Layer::apply}) {
        EXPECT_EQ(model.index_of(layer).parent(), model.index_of(Layer::scripting));
        EXPECT_EQ(model.rowCount(model.index_of(layer)), 2);
        EXPECT_EQ(model.index_of(layer, 2u).parent(), model.index_of(layer));
    }
}

TEST_F(CpuPanelTest, OnlyScriptingIsAmber) {
    LayerModel& model = panel_->layers();
    const auto colour = [](const QModelIndex& index) { return index.data(Qt::ForegroundRole).value<QColor>(); };
    EXPECT_EQ(colour(model.index_of(Layer::scripting)), theme().amber);
    EXPECT_NE(colour(model.index_of(Layer::callback)), theme().amber);
    EXPECT_NE(colour(model.index_of(Layer::instruments)), theme().amber);
}

TEST_F(CpuPanelTest, TracksComeAndGo) {
    track("Third");
    desk().refresh();
    panel_->show_figures();
    LayerModel& model = panel_->layers();
    EXPECT_EQ(model.rowCount(model.index_of(Layer::busy)), 3);
    fake().snapshot.tracks.erase(fake().snapshot.tracks.begin());
    desk().refresh();
    panel_->show_figures();
    EXPECT_EQ(model.rowCount(model.index_of(Layer::busy)), 2);
    EXPECT_FALSE(model.index_of(Layer::busy, 1u).isValid());
}

TEST_F(CpuPanelTest, TheSentenceSaysWhatScriptingCosts) {
    EXPECT_TRUE(all_words().contains("0.4 %")) << all_words().toStdString();  // over all blocks
    EXPECT_TRUE(all_words().contains("at most 2.7 %"));
    EXPECT_TRUE(all_words().contains("late&nbsp;2"));
    EXPECT_EQ(block_heading(fake().snapshot), "PERCENT OF A 1.33 MS BLOCK · LAST 10 S");
}

TEST_F(CpuPanelTest, TheSelectedTracksProcessIsShown) {
    EXPECT_TRUE(all_words().contains("4711"));
    EXPECT_TRUE(all_words().contains("shared memory"));
    desk().select(2);
    EXPECT_TRUE(all_words().contains("Drums · no script process"));
}

TEST_F(CpuPanelTest, TheProcessTellsHowItWasCalledAndSaysWhatThatMeans) {
    const auto value = [&](const QString& name) -> const QLabel& {
        const auto labels = panel_->findChildren<QLabel*>();
        return **std::ranges::find_if(labels, [&](const QLabel* label) { return label->accessibleName() == name; });
    };
    EXPECT_EQ(value("awake").text(), "no");
    EXPECT_EQ(value("fetched").text(), "0");
    scripting::SlotFigures& script = fake().snapshot.tracks[0].script;
    script.met_polling = 90;
    script.woke = 10;
    script.poll_burn_percent = 2.5;
    script.fetched = 3;
    desk().refresh();
    panel_->show_figures();
    EXPECT_EQ(value("awake").text(), "90 %, polls 2.5 %");
    EXPECT_EQ(value("fetched").text(), "3");
    EXPECT_TRUE(value("fetched").toolTip().contains("callback's"));
}

TEST(PeakHoldTest, RisesAtOnceAndFallsAfterASecond) {
    PeakHold peak;
    const PeakHold::Clock::time_point start{};
    EXPECT_EQ(peak.feed(2, start), 2);
    EXPECT_EQ(peak.feed(1, start + std::chrono::milliseconds(900)), 2);
    EXPECT_EQ(peak.feed(3, start + std::chrono::milliseconds(950)), 3);
    EXPECT_EQ(peak.feed(1, start + std::chrono::milliseconds(1900)), 3);
    EXPECT_EQ(peak.feed(1, start + std::chrono::milliseconds(2000)), 1);
}

TEST(CpuPlotTest, KeepsThirtySecondsStackedAndScalesItsAxis) {
    CpuPlot plot;
    audio::EngineSnapshot snapshot;
    snapshot.layers[static_cast<std::size_t>(Layer::instruments)].now = 5;
    snapshot.layers[static_cast<std::size_t>(Layer::busy)].now = 2;
    snapshot.layers[static_cast<std::size_t>(Layer::wait)].now = 1;
    snapshot.layers[static_cast<std::size_t>(Layer::mix)].now = 0.5;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < 60 * 30; ++i) {
        plot.feed(snapshot, start + std::chrono::milliseconds(33 * i));
    }
    ASSERT_EQ(plot.graphCount(), 4);
    const double expected[] = {5, 7, 8, 8.5};
    for (int i = 0; i < 4; ++i) {
        const auto& data = *plot.graph(i)->data();
        EXPECT_NEAR((data.constEnd() - 1)->value, expected[i], 1e-9);
        EXPECT_NEAR((data.constEnd() - 1)->key - data.constBegin()->key, CpuPlot::seconds, 1.5);
    }
    EXPECT_EQ(plot.top(), 20);
}

TEST(CpuPlotTest, ASwapIsMarkedWhereItWasWithItsTrackItsScriptAndHowLongItTook) {
    CpuPlot plot;
    plot.resize(400, 170);
    audio::EngineSnapshot snapshot;
    snapshot.tracks = {make_track(1, "Arp", "/scripts/arpeggiator.py"), make_track(2, "Keys", "/scripts/chords.py")};
    snapshot.tracks[0].script.swaps = 3;  // before the window looked: no mark
    const auto start = std::chrono::steady_clock::now();
    int steps = 0;
    const auto feed = [&](int count) {
        for (int i = 0; i < count; ++i) {
            snapshot.sample = 1'600 * ++steps;  // a thirtieth of a second
            plot.feed(snapshot, start + std::chrono::microseconds(33'333) * steps);
        }
    };
    const auto place = [&](double seconds_ago) {
        plot.replot();  // lays it out
        return static_cast<int>(std::lround(plot.xAxis->coordToPixel(plot.xAxis->range().upper - seconds_ago)));
    };
    feed(300);
    ++snapshot.tracks[0].script_generation;  // the first load of a script, or a restart, is no swap
    feed(1);
    ASSERT_EQ(plot.itemCount(), 2);  // the deadline's
    snapshot.tracks[0].script.swaps = 4;
    snapshot.tracks[0].script.swap_ms = 84.4;
    snapshot.tracks[0].script.swap_sample = snapshot.sample - 48'000;  // told of a second later
    feed(1);
    EXPECT_EQ(plot.itemCount(), 4);
    feed(30 * 5 - 1);
    EXPECT_EQ(plot.mark_at(place(6)), "Arp · arpeggiator.py · swapped in 84 ms");
    EXPECT_EQ(plot.mark_at(place(4)), "");

    // Another one close by: its words stand below.
    snapshot.tracks[1].script.swaps = 1;
    snapshot.tracks[1].script.swap_ms = 120;
    snapshot.tracks[1].script.swap_sample = snapshot.sample;
    feed(30);
    EXPECT_EQ(plot.mark_at(place(1)), "Keys · chords.py · swapped in 120 ms");
    std::vector<double> rows;
    for (int i = 0; i < plot.itemCount(); ++i) {
        if (const auto* words = qobject_cast<QCPItemText*>(plot.item(i));
            words != nullptr && words->text().startsWith("swapped")) {
            rows.push_back(words->position->coords().y());
        }
    }
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_LT(rows[0], rows[1]);

    feed(30 * 31);  // after thirty seconds they are gone
    EXPECT_EQ(plot.itemCount(), 2);
}

}  // namespace
}  // namespace outboard::ui::test
