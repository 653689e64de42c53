#include "ipc/protocol.h"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <random>

namespace outboard::ipc {
namespace {

std::vector<Record> some_records(std::uint32_t count) {
    std::vector<Record> records(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        records[i].time = i * 7;
        records[i].sequence = i;
        records[i].value[3] = i * 0.5;
    }
    return records;
}

TEST(ProtocolTest, APostComesBackAsItWasWritten) {
    std::vector<std::byte> buffer(max_post_bytes);
    PostHead head;
    head.type = PostType::news;
    head.block = 77;
    head.start = -5;
    head.frames = 441;
    const auto records = some_records(max_post_records);
    const std::size_t size = write_post(buffer, head, records);
    ASSERT_EQ(size, max_post_bytes);
    PostHead back;
    std::vector<Record> got(max_post_records);
    ASSERT_TRUE(read_post(std::span(buffer).first(size), back, got));
    EXPECT_EQ(back.block, 77u);
    EXPECT_EQ(back.start, -5);
    EXPECT_EQ(back.frames, 441u);
    EXPECT_EQ(back.type, PostType::news);
    EXPECT_EQ(back.count, max_post_records);
    EXPECT_EQ(std::memcmp(got.data(), records.data(), max_post_records * sizeof(Record)), 0);
}

TEST(ProtocolTest, AnAnswerComesBackAsItWasWritten) {
    std::vector<std::byte> buffer(max_answer_bytes);
    AnswerHead head;
    head.block = 3;
    head.through = 128;
    head.acknowledged = 9;
    head.wake_mask = std::uint64_t{1} << 40;
    head.wake_beat = 1.25;
    const auto records = some_records(3);
    const std::size_t size = write_answer(buffer, head, records);
    AnswerHead back;
    std::array<Record, max_answer_records> got;
    ASSERT_TRUE(read_answer(std::span(buffer).first(size), back, got));
    EXPECT_EQ(back.through, 128);
    EXPECT_EQ(back.wake_mask, std::uint64_t{1} << 40);
    EXPECT_EQ(back.wake_beat, 1.25);
    EXPECT_EQ(got[2].value[3], 1.0);
}

TEST(ProtocolTest, WhatDoesNotFitIsNotWritten) {
    std::array<std::byte, sizeof(PostHead) + sizeof(Record)> buffer{};
    EXPECT_EQ(write_post(buffer, {}, some_records(2)), 0u);
    EXPECT_NE(write_post(buffer, {}, some_records(1)), 0u);
}

TEST(ProtocolTest, EveryOtherSizeCountVersionAndTypeIsRefused) {
    std::vector<std::byte> buffer(4096);
    const std::size_t size = write_post(buffer, {}, some_records(5));
    PostHead head;
    std::array<Record, 5> got;
    for (std::size_t cut = 0; cut < size; ++cut) {
        EXPECT_FALSE(read_post(std::span(buffer).first(cut), head, got)) << cut;
    }
    EXPECT_FALSE(read_post(std::span(buffer).first(size + 1), head, got));
    EXPECT_FALSE(read_post(std::span(buffer).first(size), head, std::span(got).first(4)));
    const auto with = [&](std::size_t offset, std::uint8_t value) {
        auto changed = buffer;
        changed[offset] = std::byte{value};
        return read_post(std::span(changed).first(size), head, got);
    };
    EXPECT_FALSE(with(0, 0xFF)) << "magic";
    EXPECT_FALSE(with(4, 0xEE)) << "major version";
    EXPECT_FALSE(with(6, 0x55)) << "type";
    EXPECT_FALSE(with(offsetof(PostHead, count), 4)) << "count";
    EXPECT_FALSE(with(offsetof(PostHead, count) + 3, 0x80)) << "huge count";
}

TEST(ProtocolTest, RandomBytesNeverReadOutsideTheMessage) {
    std::mt19937_64 random(4);
    std::array<Record, 64> got;
    for (int round = 0; round < 20000; ++round) {
        std::vector<std::byte> bytes(random() %
                                     300);  // heap memory of the exact size: a sanitizer sees any step outside
        for (std::byte& byte : bytes) {
            byte = static_cast<std::byte>(random());
        }
        PostHead post;
        AnswerHead answer;
        Opcode opcode{};
        std::string text;
        EXPECT_FALSE(read_post(bytes, post, got));
        EXPECT_FALSE(read_answer(bytes, answer, got));
        EXPECT_FALSE(read_slow(bytes, opcode, text));
    }
}

TEST(ProtocolTest, SlowMessagesCarryTextAndNothingElse) {
    const auto message = write_slow(Opcode::ready, "{\"a\": 1}");
    Opcode opcode{};
    std::string text;
    ASSERT_TRUE(read_slow(message, opcode, text));
    EXPECT_EQ(opcode, Opcode::ready);
    EXPECT_EQ(text, "{\"a\": 1}");
    auto other = message;
    other[6] = std::byte{99};
    EXPECT_FALSE(read_slow(other, opcode, text));
    EXPECT_EQ(write_slow(Opcode::message, std::string(max_slow_text + 5, 'x')).size(),
              sizeof(SlowHead) + max_slow_text);
}

}  // namespace
}  // namespace outboard::ipc
