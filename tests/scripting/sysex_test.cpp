// The bytes of system exclusive messages beside the events.

#include "scripting/sysex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace outboard::scripting {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

std::vector<std::uint8_t> message(std::size_t size) {
    std::vector<std::uint8_t> bytes(size, 0x11);
    bytes.front() = 0xF0;
    bytes.back() = 0xF7;
    return bytes;
}

TEST(SysexTest, AWholeMessageBeginsEndsAndHasSevenBitsBetween) {
    EXPECT_TRUE(is_whole_sysex(message(2)));
    EXPECT_TRUE(is_whole_sysex(message(max_sysex)));
    EXPECT_FALSE(is_whole_sysex(message(max_sysex + 1)));
    EXPECT_FALSE(is_whole_sysex({}));
    for (const std::size_t at : {0, 1, 4}) {
        std::vector<std::uint8_t> wrong = message(5);
        wrong[at] = 0x80;
        EXPECT_FALSE(is_whole_sysex(wrong)) << at;
    }
}

TEST(SysexPoolTest, GivesWhatWasPutByItsOwnBlobsOnly) {
    SysexPool pool(sysex_from_live), other(sysex_from_script);
    const std::uint32_t first = pool.put(message(4)), second = pool.put(message(7));
    EXPECT_THAT(pool.sysex(first), ElementsAreArray(message(4)));
    EXPECT_THAT(pool.sysex(second), ElementsAreArray(message(7)));
    EXPECT_THAT(other.sysex(first), IsEmpty());
    EXPECT_THAT(pool.sysex(0), IsEmpty());
    EXPECT_THAT(pool.sysex(second + 1), IsEmpty());
    EXPECT_EQ(pool.put(message(max_sysex + 1)), 0u);
}

TEST(SysexPoolTest, ForgetsTheOldestAndNeverGivesOtherBytes) {
    SysexPool pool(sysex_from_live);
    std::vector<std::uint32_t> blobs;
    for (int i = 0; i < 200; ++i) {  // twelve times what it holds
        std::vector<std::uint8_t> bytes = message(max_sysex - static_cast<std::size_t>(i));
        bytes[1] = static_cast<std::uint8_t>(i & 0x7F);
        blobs.push_back(pool.put(bytes));
        std::size_t known = 0;
        for (std::size_t k = 0; k < blobs.size(); ++k) {
            const auto found = pool.sysex(blobs[k]);
            if (!found.empty()) {
                ++known;
                EXPECT_EQ(found.size(), max_sysex - k);
                EXPECT_EQ(found[1], k & 0x7F);
                EXPECT_TRUE(is_whole_sysex(found));
            }
        }
        EXPECT_GE(known, std::min<std::size_t>(blobs.size(), 14));
    }
    EXPECT_THAT(pool.sysex(blobs.front()), IsEmpty());
}

TEST(SysexPoolTest, ManyShortOnesForgetTheOldestToo) {
    SysexPool pool(sysex_from_live);
    const std::uint32_t first = pool.put(message(3));
    for (int i = 0; i < 4096; ++i) {
        pool.put(message(3));
    }
    EXPECT_THAT(pool.sysex(first), IsEmpty());
}

TEST(SysexJoinerTest, JoinsPiecesAndVoidsWhatIsTooMuch) {
    SysexJoiner joiner;
    Event event;
    event.port = 3;
    ASSERT_TRUE(joiner.begin(event, 5));
    const std::vector<std::uint8_t> bytes{0xF0, 1, 2, 3, 0xF7};
    joiner.add(std::span(bytes).first(2));
    EXPECT_TRUE(joiner.open());
    joiner.add(std::span(bytes).last(3));
    EXPECT_FALSE(joiner.open());
    EXPECT_THAT(joiner.bytes(), ElementsAre(0xF0, 1, 2, 3, 0xF7));
    EXPECT_EQ(joiner.event().port, 3);
    ASSERT_TRUE(joiner.begin(event, 3));
    joiner.add(bytes);
    EXPECT_FALSE(joiner.open());
    EXPECT_THAT(joiner.bytes(), IsEmpty());
    EXPECT_FALSE(joiner.begin(event, max_sysex + 1));
}

}  // namespace
}  // namespace outboard::scripting
