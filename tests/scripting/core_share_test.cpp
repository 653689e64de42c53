#include "scripting/core_share.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace outboard::scripting {
namespace {

using Claim = CoreShare::Claim;
using enum CoreShare::Claim;

/// Who gets a core, as a string of yes and no in the order of the list.
std::string shared(const std::vector<Claim>& claims, std::uint32_t cores) {
    CoreShare share;
    share.begin_block();
    for (const Claim claim : claims) {
        share.claim(claim);
    }
    std::string words;
    for (const Claim claim : claims) {
        words += share.take(claim, cores) ? 'y' : 'n';
    }
    return words;
}

TEST(CoreShare, WhoWillBeCalledComesFirstThenWhoIsPlayedThenWhoPollsThenWhoWasCalledLately) {
    const std::vector<Claim> all{comes, none, stays, surprised, called};
    EXPECT_EQ(shared(all, 0), "nnnnn");
    EXPECT_EQ(shared(all, 1), "nnnny");
    EXPECT_EQ(shared(all, 2), "nnnyy");
    EXPECT_EQ(shared(all, 3), "nnyyy");
    EXPECT_EQ(shared(all, 4), "ynyyy");
    EXPECT_EQ(shared(all, 5), "ynyyy") << "who has no claim gets none of many, too";
}

TEST(CoreShare, OfEqualClaimsTheFirstInTheListIsMet) {
    EXPECT_EQ(shared({called, called, called}, 2), "yyn");
    EXPECT_EQ(shared({stays, called, stays, comes, called}, 3), "yynny");
    EXPECT_EQ(shared({comes, stays, comes, comes}, 3), "yyyn");
}

TEST(CoreShare, EachBlockIsSharedAnew) {
    CoreShare share;
    for (int block = 0; block < 3; ++block) {
        share.begin_block();
        share.claim(stays);
        EXPECT_TRUE(share.take(stays, 1));
    }
}

}  // namespace
}  // namespace outboard::scripting
