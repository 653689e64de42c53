// hop_bench: one round trip between two processes, our two transports beside a bare OS pipe, interleaved in one run.
//
//     hop_bench [SECONDS]       back to back, and once per 1.33 ms, as an audio callback of 64 frames would
//
// Prints microseconds and the ratio to the bare pipe. Single figures depend on the machine; the ratios travel better.
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "ipc/clock.h"
#include "ipc/process.h"
#include "ipc/shared_memory_pipe.h"
#include "ipc/system_pipe.h"

namespace {

using namespace outboard::ipc;

class Peer {
public:
    virtual ~Peer() = default;
    virtual void round_trip(std::span<std::byte> message) = 0;
};

/// One of ours, with the echo program at the other end.
class OurPeer final : public Peer {
public:
    explicit OurPeer(const std::string& transport)
        : process_([&] {
              std::array<Descriptor, 2> child;
              if (transport == "shm") {
                  auto pair = SharedMemoryPipe::create();
                  pipe_ = std::move(pair.host);
                  child = std::move(pair.child);
              } else {
                  auto pair = SystemPipe::create();
                  pipe_ = std::move(pair.host);
                  child = std::move(pair.child);
              }
              Process::Options options;
              options.program = BENCH_ECHO;
              options.arguments = {transport};
              options.descriptors = {{child[0].get(), 3}, {child[1].get(), 4}};
              return Process::start(options);
          }()) {}
    void round_trip(std::span<std::byte> message) override {
        pipe_->send(message, Wake::yes);
        if (pipe_->receive(message, now_ns() + 2'000'000'000).status != Status::ok) {
            std::fputs("hop_bench: the echo program did not answer within 2 s\n", stderr);
            std::exit(1);
        }
    }

private:
    std::unique_ptr<Pipe> pipe_;
    Process process_;
};

/// What one would write in an afternoon: two pipes, blocking read and write, `cat` at the other end.
class BarePipe final : public Peer {
public:
    BarePipe() {
        if (::pipe(to_.data()) != 0 || ::pipe(from_.data()) != 0) {
            std::perror("hop_bench: pipe");
            std::exit(1);
        }
        Process::Options options;
        options.program = "/bin/sh";
        options.arguments = {"-c", "exec cat <&3 >&4"};
        options.descriptors = {{to_[0], 3}, {from_[1], 4}};
        process_ = std::make_unique<Process>(Process::start(options));
    }
    void round_trip(std::span<std::byte> message) override {
        if (::write(to_[1], message.data(), message.size()) != static_cast<ssize_t>(message.size())) {
            std::exit(1);
        }
        for (std::size_t have = 0; have < message.size();) {
            const ssize_t got = ::read(from_[0], message.data() + have, message.size() - have);
            if (got <= 0) {
                std::exit(1);
            }
            have += static_cast<std::size_t>(got);
        }
    }

private:
    std::array<int, 2> to_{}, from_{};
    std::unique_ptr<Process> process_;
};

double percentile(std::vector<double>& values, double part) {
    std::sort(values.begin(), values.end());
    return values[std::min(values.size() - 1, static_cast<std::size_t>(part * static_cast<double>(values.size())))];
}

void sleep_until(std::int64_t ns) {
    const timespec time{static_cast<time_t>(ns / 1'000'000'000), static_cast<long>(ns % 1'000'000'000)};
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

}  // namespace

int main(int count, char** arguments) {
    const double seconds = count > 1 ? std::atof(arguments[1]) : 3;
    struct Contestant {
        const char* name;
        std::unique_ptr<Peer> peer;
        std::vector<double> times;
    };
    for (const std::int64_t period_ns : {std::int64_t{0}, std::int64_t{1'333'333}}) {
        for (const std::size_t size : {std::size_t{64}, std::size_t{16 * 1024}}) {
            std::array<Contestant, 3> all{{{"bare pipe", std::make_unique<BarePipe>(), {}},
                                           {"SystemPipe", std::make_unique<OurPeer>("pipe"), {}},
                                           {"SharedMemoryPipe", std::make_unique<OurPeer>("shm"), {}}}};
            std::vector<std::byte> message(size);
            const std::int64_t end = now_ns() + static_cast<std::int64_t>(seconds * 1e9);
            for (std::int64_t next = now_ns(); next < end;) {
                for (Contestant& one : all) {  // in turn, so that a slow moment of the machine meets all alike
                    if (period_ns != 0) {
                        sleep_until(next += period_ns);
                    } else {
                        next = now_ns();
                    }
                    const std::int64_t began = now_ns();
                    one.peer->round_trip(message);
                    one.times.push_back(static_cast<double>(now_ns() - began) / 1000.0);
                }
            }
            std::printf("%s, %zu bytes\n", period_ns == 0 ? "back to back" : "every 1.33 ms", size);
            const double reference = percentile(all[0].times, 0.5);
            for (Contestant& one : all) {
                std::printf("  %-18s p50 %7.1f us   p99 %7.1f us   max %8.1f us   p50 is %.2f of the bare pipe\n",
                            one.name, percentile(one.times, 0.5), percentile(one.times, 0.99), one.times.back(),
                            percentile(one.times, 0.5) / reference);
            }
        }
    }
}
