// The protocol: what host and child say to each other. This header is the protocol's document.
//
// Two lanes. The *block lane* is real-time (a Pipe of either transport): the host posts blocks of fixed-size
// records, the child answers them strictly in order. The *slow lane* (a SystemPipe) carries the handshake, the load
// order, declarations, prints and tracebacks: an opcode and text.
//
// Nothing here knows what a record means: records are `Record`s of 64 bytes whose `kind` belongs to the user of the
// protocol (scripting/records.h).
//
// Watermarks, not request and reply: a post says "these are all events before `start + frames`", an answer says
// "complete through sample `through`". A message becomes visible as a whole or not at all, so a half-written answer
// does not exist; and since the child works in order, a late answer needs no matching.
//
// All numbers are in the machine's own byte order: both ends run on one machine. Everything that arrives is copied
// once and then checked (`read_post`, `read_answer`): a size, a count or a version that does not fit refuses the
// message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace outboard::ipc {

/// Host and child must agree on both. Major: layouts and meanings. Minor: additions that may be ignored.
inline constexpr std::uint16_t protocol_major = 1;
inline constexpr std::uint16_t protocol_minor = 0;
inline constexpr std::uint32_t protocol_magic = 0x4F42'5244;  // "OBRD"

// ---- the block lane ------------------------------------------------------------------------------------------------

/// One thing at one sample. 64 bytes: a cache line.
struct Record {
    std::int64_t time = 0;  ///< absolute sample
    std::uint8_t kind = 0;  ///< belongs to the protocol's user
    std::uint8_t flags = 0;
    std::uint8_t port = 0;
    std::uint8_t channel = 0;
    std::uint8_t data[3] = {0, 0, 0};
    std::uint8_t size = 0;       ///< bytes used in data
    std::uint32_t sequence = 0;  ///< number of an input event
    std::uint32_t voice = 0;
    std::int32_t delay = 0;
    float number = 0;
    double value[4] = {0, 0, 0, 0};
};
static_assert(sizeof(Record) == 64);
static_assert(offsetof(Record, sequence) == 16);
static_assert(offsetof(Record, value) == 32);

/// Block lane, host → child.
enum class PostType : std::uint16_t {
    call = 1,  ///< process up to start + frames and answer
    news = 2,  ///< state that nobody waits for: read with the next call, no answer
    quit = 3,  ///< leave in order; no records
    /// What follows comes, and is answered, on the other of the child's two block lanes; no records, no answer. Sent
    /// when no call is open.
    change_lane = 4,
    /// Process a block of samples in place, in the memory beside the lanes (audio_memory.h); one record that says which
    /// part of it, and an answer with `answer_audio`. Comes after all that is posted for the same block.
    audio = 5,
};

/// Head of a post; `count` records follow.
struct PostHead {
    std::uint32_t magic = protocol_magic;
    std::uint16_t major = protocol_major;
    PostType type = PostType::call;
    std::uint64_t block = 0;
    std::int64_t start = 0;  ///< first sample of the block
    std::uint32_t frames = 0;
    std::uint32_t count = 0;
    std::int64_t posted_ns = 0;  ///< host's monotonic clock
};
static_assert(sizeof(PostHead) == 40);
static_assert(offsetof(PostHead, block) == 8);

/// Flags of an answer.
inline constexpr std::uint32_t answer_bypass = 1;  ///< the runtime gave up on its script (too many errors): all passes
inline constexpr std::uint32_t answer_more = 2;    ///< output was capped; the rest comes with the next answers
inline constexpr std::uint32_t answer_audio = 4;   ///< to a PostType::audio: block, through and the times; no records
inline constexpr std::uint32_t answer_dry = 8;  ///< to the same: it could not be processed, what is there is no result

/// Block lane, child → host: the answer to one call; `count` records follow.
struct AnswerHead {
    std::uint32_t magic = protocol_magic;
    std::uint16_t major = protocol_major;
    std::uint16_t reserved = 0;
    std::uint64_t block = 0;         ///< of the call that is answered
    std::int64_t through = 0;        ///< complete up to this sample, exclusive
    std::uint32_t acknowledged = 0;  ///< sequence number of the last input event taken
    std::uint32_t count = 0;
    std::uint64_t wake_mask = 0;   ///< kinds of input that must call the child, beside those it handles
    std::int64_t wake_sample = 0;  ///< something is due at this sample (INT64_MAX: nothing)
    double wake_beat = 0;          ///< something is due at this clock beat (infinity: nothing)
    std::int64_t started_ns = 0;   ///< child woke up with this call
    std::int64_t decoded_ns = 0;   ///< its records are Python objects
    std::int64_t handled_ns = 0;   ///< Python has returned
    std::int64_t finished_ns = 0;  ///< this message is complete
    std::int64_t cpu_ns = 0;       ///< thread CPU time between started and finished
    std::uint32_t flags = 0;
    std::uint32_t flooded = 0;  ///< output events held back by the cap in this block
};
static_assert(sizeof(AnswerHead) == 104);
static_assert(offsetof(AnswerHead, wake_mask) == 32);

/// Output records per answer; a child that makes more keeps the rest for its next answers.
inline constexpr std::uint32_t max_answer_records = 1024;
/// Input records per post; a host that has more posts several times (`news`, then the call).
inline constexpr std::uint32_t max_post_records = 3000;

/// Largest messages in bytes.
inline constexpr std::size_t max_post_bytes = sizeof(PostHead) + max_post_records * sizeof(Record);
inline constexpr std::size_t max_answer_bytes = sizeof(AnswerHead) + max_answer_records * sizeof(Record);

/// A post or answer as bytes, ready to send. `buffer` must hold head and records; returns the bytes used, 0 if they do
/// not fit. [rt]
std::size_t write_post(std::span<std::byte> buffer, PostHead head, std::span<const Record> records) noexcept;
std::size_t write_answer(std::span<std::byte> buffer, AnswerHead head, std::span<const Record> records) noexcept;

/// Takes a message apart. False if it is not exactly a head and its records of this version. Nothing in `head` or
/// `records` is to be believed before that. [rt]
bool read_post(std::span<const std::byte> message, PostHead& head, std::span<Record> records) noexcept;
bool read_answer(std::span<const std::byte> message, AnswerHead& head, std::span<Record> records) noexcept;

// ---- the slow lane -------------------------------------------------------------------------------------------------

enum class Opcode : std::uint16_t {
    hello = 1,    ///< child → host, first: JSON {"major", "minor", "pid", "python"}
    load = 2,     ///< host → child: JSON {"path", "options"}
    ready = 3,    ///< child → host: JSON of declarations
    refused = 4,  ///< child → host: JSON {"error": {"text", "file", "line"}}; the child ends
    message = 5,  ///< child → host: JSON {"level", "text", "file", "line", "time", "dropped"}
    saved = 6,  ///< child → host: what the script keeps, a JSON object; the host gives it to the next child as it is
    kept = 7,   ///< child → host: the same, all of it, as the answer to being asked: a swap is near
    go = 8,     ///< host → child, after `ready`: JSON {"saved", "values"}, the newest: it may become live now
    call_me = 9,  ///< child → host, without text: something in it waits for a call, though no input does
    panel = 10,   ///< child → host: JSON {"heard", "values", "texts", "keyboard"}: what the script shows on its panel
};

inline constexpr Opcode last_opcode = Opcode::panel;

struct SlowHead {
    std::uint32_t magic = protocol_magic;
    std::uint16_t major = protocol_major;
    Opcode opcode = Opcode::hello;
};
static_assert(sizeof(SlowHead) == 8);

/// Largest text on the slow lane, in bytes.
inline constexpr std::size_t max_slow_text = 256 * 1024;
/// Largest text of `saved`: as a text within a load order it may become twice as long.
inline constexpr std::size_t max_saved_text = 100'000;

std::vector<std::byte> write_slow(Opcode opcode, std::string_view text);
/// False if the bytes are not a slow message of this version.
bool read_slow(std::span<const std::byte> message, Opcode& opcode, std::string& text);

}  // namespace outboard::ipc
