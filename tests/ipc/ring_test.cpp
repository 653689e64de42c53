// The ring against a peer that writes what it likes.
#include "ipc/ring.h"

#include <gtest/gtest.h>

#include <cstring>

#include "messages.h"

namespace outboard::ipc::test {
namespace {

struct Ring {
    alignas(64) std::array<std::byte, 4096> bytes{};
    std::atomic<std::uint64_t> write_index{0};
    std::atomic<std::uint64_t> read_index{0};
    RingWriter writer{bytes, write_index, read_index};
    RingReader reader{bytes, write_index, read_index};

    void set_header(std::size_t at, std::uint64_t value) { std::memcpy(bytes.data() + at, &value, sizeof value); }
    Status read() {
        std::array<std::byte, 4096> buffer;
        return reader.read(buffer).status;
    }
};

constexpr std::uint64_t header_for(std::uint32_t length) {
    return std::uint64_t{length} | (std::uint64_t{~length} << 32);
}

TEST(Ring, TakesTwoOfTheLargestMessages) {
    Ring ring;
    EXPECT_EQ(ring.writer.capacity(), 2040U);
    EXPECT_EQ(ring.writer.write(bytes_of(1, 2040)), Status::ok);
    EXPECT_EQ(ring.writer.write(bytes_of(2, 2040)), Status::ok);
    EXPECT_EQ(ring.writer.write({}), Status::full);
    EXPECT_EQ(ring.writer.write(bytes_of(3, 2041)), Status::too_large);
    EXPECT_EQ(ring.writer.pending(), 4096U);
    std::array<std::byte, 2040> buffer;
    EXPECT_EQ(ring.reader.read(buffer).status, Status::ok);
    EXPECT_TRUE(same(buffer, bytes_of(1, 2040)));
    EXPECT_EQ(ring.reader.read(buffer).status, Status::ok);
    EXPECT_TRUE(same(buffer, bytes_of(2, 2040)));
    EXPECT_EQ(ring.read(), Status::timed_out);
}

TEST(Ring, RefusesAWriteIndexThatCannotBe) {
    for (const std::uint64_t index : {std::uint64_t{1}, std::uint64_t{12}, std::uint64_t{4104}, std::uint64_t{1} << 40,
                                      ~std::uint64_t{0}, ~std::uint64_t{7}}) {
        Ring ring;
        ring.write_index = index;
        EXPECT_EQ(ring.read(), Status::corrupt) << index;
    }
}

TEST(Ring, RefusesAWriteIndexThatGoesBack) {
    Ring ring;
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(ring.writer.write(bytes_of(1, 100)), Status::ok);
        ASSERT_EQ(ring.read(), Status::ok);
    }
    ring.write_index = 112;
    EXPECT_EQ(ring.read(), Status::corrupt);
    ring.write_index = 0;
    EXPECT_EQ(ring.read(), Status::corrupt);
}

TEST(Ring, RefusesALengthThatWasNotPublished) {
    for (const std::uint32_t length :
         {9U, 17U, 2040U, 2041U, 4096U, 0x7fffffffU, 0x80000000U, 0xfffffff8U, 0xffffffffU}) {
        Ring ring;
        ring.set_header(0, header_for(length));
        ring.write_index = 16;  // room for a payload of 8
        EXPECT_EQ(ring.read(), Status::corrupt) << length;
    }
    Ring ring;
    ring.set_header(0, header_for(8));
    ring.write_index = 16;
    EXPECT_EQ(ring.read(), Status::ok);
}

TEST(Ring, RefusesAPublishedLengthAboveItsCapacity) {
    Ring ring;
    ring.set_header(0, header_for(2041));
    ring.write_index = 4096;
    EXPECT_EQ(ring.read(), Status::corrupt);
}

TEST(Ring, RefusesMemoryThatIsNoFrame) {
    for (const std::uint64_t header :
         {std::uint64_t{0}, std::uint64_t{8}, ~std::uint64_t{0}, header_for(8) ^ (std::uint64_t{1} << 63)}) {
        Ring ring;
        ring.set_header(0, header);
        ring.write_index = 64;
        EXPECT_EQ(ring.read(), Status::corrupt) << header;
    }
}

// The writer looks at the reader's index when room seems short.
TEST(Ring, RefusesAReadIndexThatCannotBe) {
    for (const std::uint64_t index :
         {std::uint64_t{8}, std::uint64_t{16}, std::uint64_t{1}, std::uint64_t{4096}, std::uint64_t{4104},
          std::uint64_t{1} << 40, ~std::uint64_t{0}, ~std::uint64_t{4095 + 8}}) {
        Ring ring;
        for (int i = 0; i < 2; ++i) {
            ASSERT_EQ(ring.writer.write(bytes_of(1, ring.writer.capacity())), Status::ok);  // now it is full: 4096
        }
        ring.read_index = index;
        const bool possible = 4096 - index <= 4096 && index % 8 == 0;
        const Status expected = !possible ? Status::corrupt : index < 16 ? Status::full : Status::ok;
        EXPECT_EQ(ring.writer.write(bytes_of(1, 8)), expected) << index;
        EXPECT_LE(ring.writer.pending(), 4096U);
    }
}

TEST(Ring, NeverReadsBackItsOwnIndex) {
    Ring ring;
    ASSERT_EQ(ring.writer.write(bytes_of(1, 100)), Status::ok);
    ring.write_index = 0;  // a peer that overwrites the writer's word only hides what was there
    ASSERT_EQ(ring.writer.write(bytes_of(2, 100)), Status::ok);
    EXPECT_EQ(ring.write_index, 224U);
    std::array<std::byte, 100> buffer;
    ASSERT_EQ(ring.reader.read(buffer).status, Status::ok);
    EXPECT_TRUE(same(buffer, bytes_of(1, 100)));
    ring.read_index = 4000;
    ASSERT_EQ(ring.reader.read(buffer).status, Status::ok);
    EXPECT_TRUE(same(buffer, bytes_of(2, 100)));
    EXPECT_EQ(ring.read_index, 224U);
}

}  // namespace
}  // namespace outboard::ipc::test
