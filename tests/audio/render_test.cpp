#include "audio/render.h"

#include <gtest/gtest.h>
#include <sndfile.h>

#include <array>
#include <cmath>
#include <fstream>
#include <stdexcept>
#include <vector>

#include "engine_rig.h"

namespace outboard::audio {
namespace {

using testing::Rig;
using testing::scale_song;
using testing::TemporaryPath;

std::vector<char> bytes_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<float> floats_of(const std::string& path) {
    SF_INFO info{};
    SNDFILE* const file = sf_open(path.c_str(), SFM_READ, &info);
    std::vector<float> samples(static_cast<std::size_t>(info.frames) * 2);
    sf_readf_float(file, samples.data(), info.frames);
    sf_close(file);
    return samples;
}

/// An engine with one track and a song.
struct OneTrack {
    explicit OneTrack(std::shared_ptr<const Song> song, const std::string& script = {}) {
        Session session;
        session.tracks = {testing::track("a")};
        if (!script.empty()) {
            session.tracks[0].script = scripting::resolve_script(script, rig.host.factory_folder());
        }
        engine = std::make_unique<Engine>(rig.options, rig.host, session);
        EXPECT_EQ(engine->wait_scripts(std::chrono::seconds(30)), std::vector<std::string>{});
        engine->set_song(std::move(song));
    }
    Rig rig;
    std::unique_ptr<Engine> engine;
};

constexpr std::int64_t quarter = 24000, song_length = 7 * quarter;

TEST(Render, LengthIsTheSongAndTwoBarsAndBlocksAreCounted) {
    for (const std::uint32_t frames : {128U, 441U, 8192U}) {
        OneTrack one(scale_song());
        const TemporaryPath file("a.wav");
        const RenderResult result = render(*one.engine, {.output = file.path(), .frames = frames});
        EXPECT_EQ(result.length, song_length + 8 * quarter);
        EXPECT_EQ(result.blocks, static_cast<std::uint64_t>((result.length + frames - 1) / frames));
        EXPECT_EQ(one.engine->snapshot().blocks, result.blocks);
        EXPECT_DOUBLE_EQ(result.seconds, static_cast<double>(result.length) / 48000);
        EXPECT_GT(result.elapsed_seconds, 0);
        EXPECT_FLOAT_EQ(result.peak, 1.0F / 16);
        EXPECT_FALSE(result.cancelled);
        EXPECT_EQ(floats_of(file.path()).size(), static_cast<std::size_t>(result.length) * 2);
        EXPECT_EQ(file.files_in_folder(), 1U);
    }
}

TEST(Render, ARealSongIsTheSameFileAtEveryBlockSize) {
    std::vector<char> reference;
    for (const std::uint32_t frames : {64U, 441U, 1024U}) {
        scripting::ScriptHost host(Rig::host_options(true));
        Session session;
        session.tracks = {testing::track("a")};
        session.song = testing::song_set().at(5);
        Engine::Options options;
        options.offline = true;
        Engine engine(options, host, session);
        const TemporaryPath file("a.wav");
        const RenderResult result = render(engine, {.output = file.path(), .frames = frames, .limit_seconds = 5});
        EXPECT_EQ(result.length, 5 * 48000);
        EXPECT_GT(result.peak, 0.01F);
        const std::vector<char> bytes = bytes_of(file.path());
        if (reference.empty()) {
            reference = bytes;
        }
        EXPECT_EQ(bytes, reference) << frames;
    }
}

TEST(Render, FloatsAreTheEnginesOwn) {
    OneTrack rendered(scale_song()), played(scale_song());
    const TemporaryPath file("a.wav");
    const RenderResult result =
        render(*rendered.engine, {.output = file.path(), .tail_seconds = 0.5, .format = SampleFormat::float32});
    EXPECT_EQ(result.length, song_length + quarter);
    played.engine->play();
    EXPECT_EQ(floats_of(file.path()), testing::run(*played.engine, result.length, 64));
}

TEST(Render, AnEarlyEndEndsTheNotesToo) {
    OneTrack one(scale_song());
    const TemporaryPath file("a.wav");
    const RenderResult result = render(*one.engine, {.output = file.path(), .limit_seconds = 0.1});
    EXPECT_EQ(result.length, 4800);
    EXPECT_EQ(one.engine->snapshot().tracks[0].notes_hanging, 0U);
    EXPECT_EQ(one.rig.instruments[0]->figures().notes_hanging, 0U);
    EXPECT_EQ(one.rig.instruments[0]->figures().notes_started, 1U);
}

TEST(Render, ALoopAndATempoAreAsBeforeAfterwards) {
    OneTrack one(scale_song());
    one.engine->set_loop(true);
    one.engine->set_tempo(240);
    const TemporaryPath file("a.wav");
    const RenderResult result = render(*one.engine, {.output = file.path(), .tail_seconds = 0});
    EXPECT_EQ(result.length, song_length / 2) << "at the tempo that was set";
    EXPECT_TRUE(one.engine->session().loop);
    EXPECT_EQ(one.engine->tempo(), 240);
    const RenderResult again = render(*one.engine, {.output = file.path(), .tail_seconds = 0});
    EXPECT_EQ(again.length, result.length) << "an engine may render twice";
    EXPECT_EQ(one.rig.instruments[0]->figures().notes_started, 8U);
}

TEST(Render, ProgressIsToldAndMayCancel) {
    OneTrack one(scale_song());
    one.rig.instruments[0]->burn_ns = 1'000'000;
    const TemporaryPath file("a.wav");
    std::vector<double> told;
    const RenderResult whole =
        render(*one.engine, {.output = file.path(), .limit_seconds = 0.6, .progress = [&](double done) {
                                 told.push_back(done);
                                 return true;
                             }});
    EXPECT_FALSE(whole.cancelled);
    ASSERT_GE(told.size(), 2U);
    EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
    EXPECT_EQ(told.back(), 1);

    const TemporaryPath none("b.wav");
    const RenderResult cancelled =
        render(*one.engine, {.output = none.path(), .progress = [](double) { return false; }});
    EXPECT_TRUE(cancelled.cancelled);
    EXPECT_EQ(none.files_in_folder(), 0U);
    EXPECT_TRUE(transform(*one.engine, {.output = none.path(), .frames = 1, .progress = [](double) { return false; }})
                    .cancelled);
    EXPECT_EQ(none.files_in_folder(), 0U);
}

TEST(Render, WhatCannotBeDoneIsASentenceAndLeavesNothing) {
    OneTrack one(scale_song()), no_song(nullptr);
    Rig live(false);
    Engine real_time(live.options, live.host, {});
    real_time.set_song(scale_song());
    const TemporaryPath file("a.out");
    const struct {
        Engine& engine;
        RenderOptions options;
    } cases[]{{*no_song.engine, {.output = file.path()}},
              {real_time, {.output = file.path()}},
              {*one.engine, {.output = file.path(), .frames = 0}},
              {*one.engine, {.output = file.path(), .tail_seconds = -1}},
              {*one.engine, {.output = file.path(), .tail_seconds = NAN}},
              {*one.engine, {.output = ::testing::TempDir() + "/no/such/folder/a.out"}},
              {*one.engine, {.output = ::testing::TempDir()}},
              {*one.engine, {.output = ""}}};
    for (const auto& [engine, options] : cases) {
        for (const auto function : {render, transform}) {
            try {
                function(engine, options);
                ADD_FAILURE() << options.output;
            } catch (const std::runtime_error& error) {
                EXPECT_EQ(std::string(error.what()).back(), '.') << error.what();
            }
        }
    }
    EXPECT_EQ(file.files_in_folder(), 0U);
}

// ---- transform -----------------------------------------------------------------------------------------------------

/// All events of a song as text: tick, chunk and bytes.
std::vector<std::string> lines(const Song& song) {
    std::vector<std::string> result;
    for (const SongEvent& event : song.events) {
        std::string line = std::to_string(event.tick) + " " + std::to_string(event.track);
        for (const std::uint8_t byte : event.bytes) {
            line += " " + std::to_string(byte);
        }
        result.push_back(line);
    }
    return result;
}

/// Keys that the song never lets go.
std::size_t keys_left_down(const Song& song) {
    std::array<std::size_t, 16 * 128> down{};
    for (const PlayableEvent& event : song.playable) {
        std::size_t& key = down.at(event.message.channel * 128U + event.message.data[1]);
        if (event.message.kind == scripting::Kind::note_on) {
            ++key;
        } else if (event.message.kind == scripting::Kind::note_off && key > 0) {
            --key;
        }
    }
    std::size_t sum = 0;
    for (const std::size_t key : down) {
        sum += key;
    }
    return sum;
}

/// Every line of the song in its order; beside them only note-offs at the song's end. How many of these.
std::size_t ends_added(const std::vector<std::string>& written, const std::vector<std::string>& song,
                       std::uint64_t song_end) {
    std::size_t next = 0, added = 0;
    for (const std::string& line : written) {
        if (next < song.size() && line == song[next]) {
            ++next;
        } else {
            EXPECT_EQ(line.substr(0, line.find(' ')), std::to_string(song_end));
            const int status = std::stoi(line.substr(line.find(' ', line.find(' ') + 1)));
            EXPECT_EQ(status & 0xF0, 0x80);
            ++added;
        }
    }
    EXPECT_EQ(next, song.size()) << "first one missing: " << (next < song.size() ? song[next] : "");
    return added;
}

void expect_same_song(const std::string& path, const std::string& script, std::uint32_t frames) {
    const std::shared_ptr<const Song> song = Song::load(path);
    OneTrack one(song, script);
    const TemporaryPath file("b.mid");
    const RenderResult result = transform(*one.engine, {.output = file.path(), .frames = frames});
    const std::shared_ptr<const Song> written = Song::load(file.path());
    EXPECT_EQ(ends_added(lines(*written), lines(*song), song->length_ticks), keys_left_down(*song)) << path;
    EXPECT_EQ(result.blocks, static_cast<std::uint64_t>((result.length + frames - 1) / frames)) << path;
    EXPECT_EQ(one.engine->snapshot().blocks, result.blocks);
    EXPECT_EQ(one.engine->snapshot().tracks[0].events_lost, 0U);
}

TEST(Transform, EverySongComesOutAsItWentIn) {
    const std::vector<std::string> songs = testing::song_set();
    ASSERT_EQ(songs.size(), testing::song_set_size);
    for (const std::string& path : songs) {
        expect_same_song(path, "", 441);
    }
}

TEST(Transform, SoItDoesThroughAScript) {
    const std::vector<std::string> songs = testing::song_set();
    for (const std::size_t index : {0U, 12U, 30U}) {
        expect_same_song(songs.at(index), "passthrough", 128);
    }
}

TEST(Transform, SysexOfTheSongAndOfAScriptAreWrittenWithTheirBytes) {
    testing::Track notes;
    notes.at(0, {0xF0, 0x05, 0x7E, 0x7F, 0x09, 0x01, 0xF7}).at(0, {0x90, 60, 100}).at(960, {0x80, 60, 64}).end();
    const TemporaryPath script("s.py");
    std::ofstream(script.path()) << "from outboard import SysEx, on, send\n"
                                    "@on.sysex\n"
                                    "def s(e: SysEx) -> None:\n"
                                    "    e.forward()\n"
                                    "    send(SysEx(data=e.data[:1] + bytes(3000) + e.data[-1:]))\n";
    const std::vector<std::uint8_t> gm{0xF0, 0x7E, 0x7F, 0x09, 0x01, 0xF7};
    std::vector<std::uint8_t> sent(3002);
    sent.front() = 0xF0;
    sent.back() = 0xF7;
    for (const std::uint32_t frames : {64U, 441U}) {
        OneTrack one(testing::load_tracks(0, 480, {notes}), script.path());
        const TemporaryPath file("b.mid");
        static_cast<void>(transform(*one.engine, {.output = file.path(), .frames = frames}));
        std::vector<std::vector<std::uint8_t>> written;
        const std::shared_ptr<const Song> song = Song::load(file.path());
        for (const SongEvent& event : song->events) {
            if (event.bytes.front() == 0xF0) {
                written.push_back(event.bytes);
            }
        }
        EXPECT_EQ(written, (std::vector<std::vector<std::uint8_t>>{gm, sent})) << frames;
    }
}

TEST(Transform, TheInstrumentsDoNotRun) {
    OneTrack one(scale_song());
    const TemporaryPath file("b.mid");
    const RenderResult result = transform(*one.engine, {.output = file.path()});
    EXPECT_EQ(result.events, scale_song()->playable_count());
    EXPECT_EQ(result.length, song_length + 1) << "nothing comes after the last event";
    EXPECT_EQ(one.rig.instruments[0]->note_count, 0U);
}

TEST(Transform, RunsOnWhileAScriptHasSomethingToComeAtMostForTheTail) {
    std::vector<std::string> reference;
    for (const std::uint32_t frames : {32U, 441U, 4096U}) {
        OneTrack one(scale_song(), "echo");
        const TemporaryPath file("b.mid");
        const RenderResult result = transform(*one.engine, {.output = file.path(), .frames = frames});
        EXPECT_GT(result.events, scale_song()->playable_count());
        EXPECT_GT(result.length, song_length + 1);
        EXPECT_LE(result.length, song_length + 1 + 8 * quarter);
        const std::vector<std::string> written = lines(*Song::load(file.path()));
        reference = reference.empty() ? written : reference;
        EXPECT_EQ(written, reference) << frames;
    }
    OneTrack cut(scale_song(), "echo");
    const TemporaryPath file("b.mid");
    const RenderResult result = transform(*cut.engine, {.output = file.path(), .tail_seconds = 0.001});
    EXPECT_EQ(result.length, song_length + 1 + 48);
    EXPECT_EQ(cut.engine->snapshot().tracks[0].script.events_kept, 0U);
}

}  // namespace
}  // namespace outboard::audio
