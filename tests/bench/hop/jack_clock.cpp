#include "hop/jack_clock.h"

#include <portaudio.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "ipc/clock.h"

namespace outboard::bench {
namespace {

using namespace std::chrono_literals;

constexpr const char* server_name = "outboard-hop-bench";

ipc::Process start(const std::vector<std::string>& words) {
    ipc::Process::Options options;
    options.program = "/usr/bin/" + words.at(0);
    options.arguments.assign(words.begin() + 1, words.end());
    return ipc::Process::start(options);
}

ipc::Process start_server(int frames, bool real_time) {
    ::setenv("JACK_DEFAULT_SERVER", server_name, 1);
    ::setenv("JACK_NO_START_SERVER", "1", 1);
    std::vector<std::string> words{"jackd", "-n", server_name};
    if (!real_time) {
        words.emplace_back("-r");
    }
    for (const std::string& word : {std::string("-d"), std::string("dummy"), std::string("-r"),
                                    std::to_string(JackClock::rate), std::string("-p"), std::to_string(frames)}) {
        words.push_back(word);
    }
    return start(words);
}

/// The two libraries complain about sound cards that are not there.
class Silence {
public:
    Silence() : kept_(::dup(STDERR_FILENO)) {
        if (std::FILE* const nowhere = std::fopen("/dev/null", "w"); nowhere != nullptr) {
            ::dup2(::fileno(nowhere), STDERR_FILENO);
            std::fclose(nowhere);
        }
    }
    ~Silence() {
        ::dup2(kept_, STDERR_FILENO);
        ::close(kept_);
    }
    Silence(const Silence&) = delete;
    Silence& operator=(const Silence&) = delete;

private:
    int kept_;
};

void require(PaError error, const char* what) {
    if (error < 0) {
        throw std::runtime_error(std::string(what) + ": " + Pa_GetErrorText(error));
    }
}

}  // namespace

JackServer::JackServer(int frames, bool real_time) : process_(start_server(frames, real_time)) {
    const std::int64_t limit = ipc::now_ns() + 20'000'000'000;
    for (;;) {
        const auto exit = start({"jack_lsp"}).wait(10s);
        if (exit && exit->signal == 0 && exit->code == 0) {
            return;
        }
        if (process_.poll() || ipc::now_ns() > limit) {
            throw std::runtime_error("jackd did not start; it comes with the package jackd2");
        }
        std::this_thread::sleep_for(50ms);
    }
}

JackServer::~JackServer() {
    process_.terminate(5s);
}

struct JackClock::Stream {
    explicit Stream(JackClock& clock) {
        const Silence silence;
        require(Pa_Initialize(), "PortAudio");
        try {
            open(clock);
        } catch (...) {
            Pa_Terminate();
            throw;
        }
    }
    ~Stream() {
        const Silence silence;
        Pa_AbortStream(stream);
        Pa_CloseStream(stream);
        Pa_Terminate();
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    void open(JackClock& clock) {
        const PaHostApiIndex api = Pa_HostApiTypeIdToHostApiIndex(paJACK);
        require(api, "PortAudio finds no JACK");
        PaStreamParameters parameters{};
        parameters.device = Pa_GetHostApiInfo(api)->defaultOutputDevice;
        parameters.channelCount = 2;
        parameters.sampleFormat = paFloat32;
        parameters.suggestedLatency = Pa_GetDeviceInfo(parameters.device)->defaultLowOutputLatency;
        require(
            Pa_OpenStream(&stream, nullptr, &parameters, rate, paFramesPerBufferUnspecified, paNoFlag, called, &clock),
            "PortAudio does not open JACK");
        require(Pa_StartStream(stream), "PortAudio does not start");
    }
    static int called(const void*, void* out, unsigned long frames, const PaStreamCallbackTimeInfo*,
                      PaStreamCallbackFlags, void* clock) noexcept {
        const std::int64_t now = ipc::now_ns();
        std::fill_n(static_cast<float*>(out), 2 * frames, 0.0F);
        static_cast<JackClock*>(clock)->callback(now);
        return paContinue;
    }

    PaStream* stream = nullptr;
};

JackClock::JackClock(int frames, bool real_time, int core)
    : period_ns_(std::int64_t{frames} * 1'000'000'000 / rate), core_(core), server_(frames, real_time) {
    stream_ = std::make_unique<Stream>(*this);
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, 10s, [this] { return begun_; })) {
        lock.unlock();
        throw std::runtime_error("JACK does not call");
    }
}

JackClock::~JackClock() = default;

void JackClock::run(const std::function<bool(std::int64_t)>& block) {
    std::unique_lock lock(mutex_);
    done_ = false;
    block_.store(&block, std::memory_order_release);
    changed_.wait(lock, [this] { return done_; });  // StallGuard ends what hangs
    if (error_) {
        std::rethrow_exception(std::exchange(error_, nullptr));
    }
}

void JackClock::callback(std::int64_t now_ns) noexcept {
    if (!begun_) {
        settle_thread();
    }
    const auto* const block = block_.load(std::memory_order_acquire);
    if (block == nullptr) {
        return;
    }
    bool more = false;
    std::exception_ptr error;
    try {
        more = (*block)(now_ns + period_ns_);
    } catch (...) {
        error = std::current_exception();
    }
    if (!more) {
        const std::lock_guard lock(mutex_);
        block_.store(nullptr, std::memory_order_release);
        error_ = error;
        done_ = true;
        changed_.notify_all();
    }
}

void JackClock::settle_thread() noexcept {
    if (core_ >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET(static_cast<unsigned>(core_), &set);
        ::sched_setaffinity(0, sizeof set, &set);
    }
    sched_param parameter{};
    ::sched_getparam(0, &parameter);
    const int policy = ::sched_getscheduler(0) & ~SCHED_RESET_ON_FORK;
    const std::lock_guard lock(mutex_);
    priority_ = policy == SCHED_FIFO || policy == SCHED_RR ? parameter.sched_priority : 0;
    begun_ = true;
    changed_.notify_all();
}

}  // namespace outboard::bench
