#include "audio/chain_edit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace outboard::audio {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

TrackSettings three() {
    TrackSettings track;
    track.set_scripts({"a", "b", "a"});
    track.left_out = 0b010;
    track.parameters = {{"rate", 1}, {"steps[2]", 2}, {"2.rate", 3}, {"3.rate", 4}, {"7.gone", 5}};
    track.texts = {{"2.scale", "x.scl"}};
    track.learned = {{0, 1, "2.rate"}, {0, 2, "rate"}};
    return track;
}

TEST(ChainEdit, WhatIsKnownOfAScriptGoesWithItToItsNewPlace) {
    TrackSettings track = three();
    rearrange(track, {"b", "a", "a"});
    EXPECT_THAT(track.scripts(), ElementsAre("b", "a", "a"));
    EXPECT_THAT(track.parameters,
                UnorderedElementsAre(Pair("2.rate", 1), Pair("2.steps[2]", 2), Pair("rate", 3), Pair("3.rate", 4)));
    EXPECT_THAT(track.texts, ElementsAre(Pair("scale", "x.scl")));
    EXPECT_EQ(track.learned, (std::vector<scripting::Learned>{{0, 1, "rate"}, {0, 2, "2.rate"}}));
    EXPECT_EQ(track.left_out, 0b001U);
}

TEST(ChainEdit, WhoLeavesTakesItAlong) {
    TrackSettings track = three();
    rearrange(track, {"a", "a"});
    EXPECT_THAT(track.parameters, UnorderedElementsAre(Pair("rate", 1), Pair("steps[2]", 2), Pair("2.rate", 4)));
    EXPECT_TRUE(track.texts.empty());
    EXPECT_EQ(track.left_out, 0U);
    rearrange(track, {"a"});
    EXPECT_THAT(track.parameters, UnorderedElementsAre(Pair("rate", 1), Pair("steps[2]", 2)));
}

TEST(ChainEdit, OneMoreBehindChangesNothingOfTheOthers) {
    TrackSettings track;
    track.set_scripts({"a"});
    track.parameters = {{"rate", 1}};
    rearrange(track, {"a", "b"});
    EXPECT_THAT(track.parameters, ElementsAre(Pair("rate", 1)));
}

TEST(ChainEdit, AnotherScriptInThePlaceOfOneTakesTheValuesThatItKnows) {
    TrackSettings track;
    track.set_scripts({"a"});
    track.parameters = {{"rate", 1}};
    rearrange(track, {"b"});
    EXPECT_THAT(track.parameters, ElementsAre(Pair("rate", 1)));
    EXPECT_EQ(track.script, "b");
}

}  // namespace
}  // namespace outboard::audio
