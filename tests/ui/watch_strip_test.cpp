#include "ui/watch_strip.h"

#include <QVBoxLayout>

#include "rig.h"
#include "ui/child.h"

namespace outboard::ui::test {
namespace {

class WatchStripTest : public Rig {
protected:
    void SetUp() override {
        Rig::SetUp();
        track("Arp", path("a.py"));
        track("Keys", path("b.py"));
        auto* rows = child<QVBoxLayout>(&parent_);
        strip_ = child<WatchStrip>(desk(), &parent_);
        rows->addStretch(1);
        rows->addWidget(strip_);
        parent_.resize(600, 400);
        parent_.show();
        ASSERT_TRUE(QTest::qWaitForWindowExposed(&parent_));
        desk().refresh();
    }
    void watch(std::size_t track, std::vector<scripting::WatchedValue> values) {
        fake().snapshot.tracks[track].watched = std::move(values);
        desk().refresh();
        QCoreApplication::processEvents();
    }
    [[nodiscard]] WatchTable& table() const { return *strip_->findChild<WatchTable*>(); }
    void TearDown() override { std::unique_ptr<WatchStrip>(strip_).reset(); }  // before the desk
    QWidget parent_;
    WatchStrip* strip_ = nullptr;
};

TEST_F(WatchStripTest, IsThereOnlyWhileSomethingIsWatched) {
    EXPECT_FALSE(strip_->isVisible());
    watch(0, {{"step", "3"}});
    EXPECT_TRUE(strip_->isVisible());
    ASSERT_EQ(table().values().size(), 1u);
    EXPECT_EQ(table().values()[0].text, "3");
    watch(0, {});  // a script that has been swapped begins anew
    EXPECT_FALSE(strip_->isVisible());
}

TEST_F(WatchStripTest, ShowsTheSelectedTrack) {
    watch(0, {{"step", "3"}});
    watch(1, {{"spread", "14.2"}});
    desk().select(2);
    ASSERT_EQ(table().values().size(), 1u);
    EXPECT_EQ(table().values()[0].name, "spread");
}

TEST_F(WatchStripTest, ANewValueIsDrawnAndTheOthersStandStill) {
    watch(0, {{"step", "3"}, {"chord", "Cm7"}});
    const QRect place = table().cell_rect(1);
    const QImage before = table().grab().toImage();
    watch(0, {{"step", "10000000"}, {"chord", "Cm7"}});
    const QImage after = table().grab().toImage();
    EXPECT_EQ(table().cell_rect(1), place);
    EXPECT_NE(before.copy(table().cell_rect(0)), after.copy(table().cell_rect(0)));
    EXPECT_EQ(before.copy(place), after.copy(place));
}

TEST_F(WatchStripTest, ManyNamesHaveColumnsAndAreScrolled) {
    std::vector<scripting::WatchedValue> many;
    for (int i = 0; i < 64; ++i) {
        many.push_back({"value " + std::to_string(i), std::to_string(i * i)});
    }
    watch(0, many);
    EXPECT_LE(strip_->height(), 120);
    EXPECT_EQ(table().cell_rect(0).top(), table().cell_rect(1).top()) << "more than one column";
    EXPECT_TRUE(table().rect().contains(table().cell_rect(63)));
    EXPECT_GT(table().height(), strip_->height());
}

}  // namespace
}  // namespace outboard::ui::test
