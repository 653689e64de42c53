#include "ipc/shared_memory_pipe.h"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cerrno>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "ipc/bell.h"
#include "ipc/clock.h"
#include "ipc/core.h"
#include "ipc/ring.h"
#include "ipc/segment.h"
#include "ipc/semaphore.h"
#include "ipc/shared_memory.h"

namespace outboard::ipc {

namespace {

constexpr std::int64_t most_unread_ns = 30'000;  ///< by a peer that polls

std::size_t ring_bytes_for(std::size_t wanted) {
    if (wanted > Segment::largest_ring) {
        throw std::system_error(EINVAL, std::generic_category(), "a shared memory ring holds at most 1 GiB");
    }
    return std::bit_ceil(std::max(wanted, Segment::smallest_ring));
}

Segment& new_segment(const SharedMemory& memory, Segment::Direction direction) {
    auto* segment = ::new (memory.bytes().data()) Segment;
    segment->direction = direction;
    segment->ring_bytes = memory.bytes().size() - Segment::ring_offset;
    return *segment;
}

/// The segment of an inherited file, after a check that it is one of ours, of this version and this direction.
Segment& inherited_segment(const SharedMemory& memory, Segment::Direction direction) {
    const std::size_t size = memory.bytes().size();
    auto* segment = reinterpret_cast<Segment*>(memory.bytes().data());
    const bool sound = size >= Segment::ring_offset + Segment::smallest_ring &&
                       segment->magic == Segment::expected_magic && segment->version == Segment::expected_version &&
                       segment->direction == direction && segment->ring_bytes <= size - Segment::ring_offset &&
                       segment->ring_bytes >= Segment::smallest_ring && std::has_single_bit(segment->ring_bytes);
    if (!sound) {
        throw std::system_error(EPROTO, std::generic_category(),
                                "the inherited memory is no shared memory pipe of this version; start the child "
                                "program that was built together with the host");
    }
    return *segment;
}

/// Without what is left of the last page, where a mapping has whole pages.
std::span<std::byte> ring_of(const SharedMemory& memory, const Segment& segment) {
    return memory.bytes().subspan(Segment::ring_offset, static_cast<std::size_t>(segment.ring_bytes));
}

}  // namespace

struct SharedMemoryPipe::State {
    State(SharedMemory own_memory, Segment& own_segment, SharedMemory peer_memory, const Segment& peer_segment,
          Descriptor peers_bell, Descriptor own_bell) noexcept
        : own_file(std::move(own_memory)),
          peer_file(std::move(peer_memory)),
          ringer(std::move(peers_bell)),
          listener(std::move(own_bell)),
          own(own_segment),
          peer(peer_segment),
          writer(ring_of(own_file, own), own.write_index, peer.read_index),
          reader(ring_of(peer_file, peer), peer.write_index, own.read_index),
          poster(own.posts, peer.waiting, ringer.get()),
          waiter(peer.posts, own.waiting, listener.get()) {}

    /// Until something was posted since `seen`, or there is another reason to look again.
    void wait(std::uint32_t seen, std::int64_t deadline_ns) noexcept;
    /// Whether the peer polled last on the core of this thread.
    [[nodiscard]] bool peer_is_here() const noexcept {
        const int core = peer.core.load(std::memory_order_relaxed);
        return core >= 0 && core == this_core();
    }
    /// After a send: counts how it met the peer, and decides whether its answer is looked for.
    void note_meeting(Waiting met) noexcept;
    /// Counts the send that met the peer on this core, as it seemed: it may just have been pushed to another one.
    void settle_meeting(bool runs) noexcept;
    /// The same, awake when the tick says that the next block is due.
    void wait_prewoken(std::uint32_t seen, std::int64_t deadline_ns) noexcept;
    std::uint32_t periods_until(std::int64_t tick) noexcept;
    void spin(std::uint32_t seen, std::int64_t until_ns) const noexcept;

    SharedMemory own_file;
    SharedMemory peer_file;
    Descriptor ringer;    // empty where the words are enough
    Descriptor listener;  // the same
    Segment& own;
    const Segment& peer;
    RingWriter writer;
    RingReader reader;
    Poster poster;
    Waiter waiter;
    std::optional<Prewaker> prewaker;
    WarmUp warm_up;
    // The receiving thread's, of a peer that pre-wakes.
    std::int64_t tick_seen = 0;
    std::uint32_t beat_seen = 0;
    std::uint32_t rest_posts = 0;  ///< the peer's, when this side went to sleep for longer than until a tick
    // Atomic: one thread may send while another receives.
    std::atomic<std::int64_t> spin_ns{0};
    std::atomic<bool> rested{false};        ///< this side, that pre-wakes, and it has sent nothing since
    std::atomic<bool> spin_next{false};     ///< in the next wait
    std::atomic<bool> perhaps_here{false};  ///< the peer that polled at the last send
    // The sending thread's.
    bool woken = false;            ///< by the last send that wakes
    bool ticks = false;            ///< the last tick told when a block is due
    std::int64_t due_ns = 0;       ///< the last one that was counted, be the peer awake for it or not
    std::uint32_t posts_then = 0;  ///< the peer's, before that
    std::atomic<std::uint64_t> met_polling{0}, woke{0};
    // What this end knows, in memory that the peer cannot reach.
    std::atomic<bool> dead{false};
    std::atomic<bool> closed{false};
    std::atomic<bool> corrupt{false};
};

SharedMemoryPipe::SharedMemoryPipe(std::unique_ptr<State> state) : state_(std::move(state)) {}

SharedMemoryPipe::~SharedMemoryPipe() {
    close();
}

SharedMemoryPipe::Pair SharedMemoryPipe::create(Sizes sizes) {
    using Access = SharedMemory::Access;
    auto to_child = SharedMemory::create("outboard to child", Segment::ring_offset + ring_bytes_for(sizes.to_child),
                                         Access::read_only);
    auto to_host = SharedMemory::create("outboard to host", Segment::ring_offset + ring_bytes_for(sizes.to_host),
                                        Access::read_write);
    Bell child_bell = Bell::create();
    Bell host_bell = Bell::create();
    ChildHandles child;
    Descriptor* handles[] = {&to_child.child, &to_host.child, &child_bell.listener, &host_bell.ringer};
    for (std::size_t i = 0; i < child.size(); ++i) {
        child[i] = std::move(*handles[i]);
    }
    Segment& own_segment = new_segment(to_child.memory, Segment::Direction::to_child);
    Segment& peer_segment = new_segment(to_host.memory, Segment::Direction::to_host);
    auto state = std::make_unique<State>(std::move(to_child.memory), own_segment, std::move(to_host.memory),
                                         peer_segment, std::move(child_bell.ringer), std::move(host_bell.listener));
    return {std::make_unique<SharedMemoryPipe>(std::move(state)), std::move(child)};
}

std::unique_ptr<SharedMemoryPipe> SharedMemoryPipe::open(ChildHandles handles) {
    Descriptor all[4];
    std::move(handles.begin(), handles.end(), all);
    return open(std::move(all[0]), std::move(all[1]), std::move(all[2]), std::move(all[3]));
}

std::unique_ptr<SharedMemoryPipe> SharedMemoryPipe::open(Descriptor to_child, Descriptor to_host, Descriptor listener,
                                                         Descriptor ringer) {
    if (bell_handles != 0 && !(listener && ringer)) {
        throw std::system_error(EBADF, std::generic_category(), "the bells of the shared memory pipe are missing");
    }
    SharedMemory own = SharedMemory::map(to_host, SharedMemory::Access::read_write);
    SharedMemory peer = SharedMemory::map(to_child, SharedMemory::Access::read_only);
    Segment& own_segment = inherited_segment(own, Segment::Direction::to_host);
    const Segment& peer_segment = inherited_segment(peer, Segment::Direction::to_child);
    auto state = std::make_unique<State>(std::move(own), own_segment, std::move(peer), peer_segment, std::move(ringer),
                                         std::move(listener));
    return std::make_unique<SharedMemoryPipe>(std::move(state));
}

std::size_t SharedMemoryPipe::capacity() const noexcept {
    return state_->writer.capacity();
}

Status SharedMemoryPipe::send(std::span<const std::byte> message, Wake wake) noexcept {
    State& state = *state_;
    if (state.corrupt.load(std::memory_order_relaxed)) {
        return Status::corrupt;
    }
    if (state.dead.load(std::memory_order_relaxed)) {
        return Status::peer_died;
    }
    if (state.closed.load(std::memory_order_relaxed) || state.peer.closed.load(std::memory_order_relaxed) != 0) {
        return Status::closed;
    }
    const Status status = state.writer.write(message);
    if (status == Status::corrupt) {
        state.corrupt.store(true, std::memory_order_relaxed);
    }
    state.rested.store(false, std::memory_order_relaxed);
    if (status == Status::ok && wake == Wake::yes) {
        state.posts_then = state.waiter.posts();
        state.note_meeting(state.poster.post());
    }
    return status;
}

void SharedMemoryPipe::State::note_meeting(Waiting met) noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    settle_meeting(false);
    const bool polls = met == Waiting::polling;
    const bool here = polls && peer_is_here();  // then it goes on when this side sleeps
    woken = met == Waiting::asleep;
    if (here) {
        perhaps_here.store(true, relaxed);
    } else if (polls || woken) {
        (polls ? met_polling : woke).fetch_add(1, relaxed);
    }
    spin_next.store(polls, relaxed);
}

void SharedMemoryPipe::State::settle_meeting(bool runs) noexcept {
    constexpr auto relaxed = std::memory_order_relaxed;
    if (perhaps_here.load(relaxed) && perhaps_here.exchange(false, relaxed)) {
        (runs ? met_polling : woke).fetch_add(1, relaxed);
        if (!runs) {
            spin_next.store(false, relaxed);
        }
    }
}

bool SharedMemoryPipe::comes_up(std::int64_t deadline_ns) noexcept {
    State& state = *state_;
    if (!std::exchange(state.woken, false)) {
        return true;
    }
    if (state.peer_is_here()) {
        return true;  // as soon as this side sleeps
    }
    constexpr auto asleep = static_cast<std::uint32_t>(Waiting::asleep);
    // One that sleeps again has answered.
    while (state.peer.waiting.load(std::memory_order_acquire) == asleep && state.waiter.posts() == state.posts_then) {
        if (now_ns() >= deadline_ns) {
            return false;
        }
        relax();
    }
    state.spin_next.store(true, std::memory_order_relaxed);
    return true;
}

Received SharedMemoryPipe::receive(std::span<std::byte> buffer, std::int64_t deadline_ns) noexcept {
    State& state = *state_;
    for (;;) {
        if (state.corrupt.load(std::memory_order_relaxed)) {
            return {Status::corrupt, 0};
        }
        if (state.closed.load(std::memory_order_acquire)) {
            return {Status::closed, 0};
        }
        // Read before looking into the ring: what was sent before the end, the close or the post is then in sight.
        const std::uint32_t posts = state.waiter.posts();
        const bool dead = state.dead.load(std::memory_order_acquire);
        const bool peer_closed = state.peer.closed.load(std::memory_order_acquire) != 0;

        const Received received = state.reader.read(buffer);
        if (received.status == Status::corrupt) {
            state.corrupt.store(true, std::memory_order_relaxed);
        }
        if (received.status != Status::timed_out) {
            state.settle_meeting(true);
            return received;
        }
        if (dead) {
            return {Status::peer_died, 0};
        }
        if (peer_closed) {
            return {Status::closed, 0};
        }
        if (deadline_ns <= 0 || (deadline_ns != no_deadline && now_ns() >= deadline_ns)) {
            return {Status::timed_out, 0};
        }
        state.wait(posts, deadline_ns);
    }
}

void SharedMemoryPipe::State::wait(std::uint32_t seen, std::int64_t deadline_ns) noexcept {
    if (perhaps_here.load(std::memory_order_relaxed)) {  // only then the peer's lines are worth a look
        settle_meeting(writer.pending() == 0 || !peer_is_here());
    }
    const std::int64_t most_ns = spin_ns.load(std::memory_order_relaxed);
    if (most_ns > 0 && spin_next.exchange(false, std::memory_order_relaxed)) {
        spin(seen, std::min(deadline_ns, now_ns() + most_ns));
    } else if (prewaker) {
        wait_prewoken(seen, deadline_ns);
    } else {
        waiter.wait(seen, deadline_ns);
    }
}

/// Who polls reads within a microsecond. Who has not read for much longer does not run: something more urgent does on
/// its core, and it comes to this one as soon as this side sleeps.
void SharedMemoryPipe::State::spin(std::uint32_t seen, std::int64_t until_ns) const noexcept {
    std::int64_t now = now_ns();
    const std::int64_t unread_until_ns = now + most_unread_ns;
    bool read = false;
    while (waiter.posts() == seen && !waiter.cancelled() && now < until_ns) {
        if (!read && now >= unread_until_ns) {
            if (writer.pending() > 0) {
                return;
            }
            read = true;
        }
        relax();
        now = now_ns();
    }
}

/// How many blocks after the one of the tick before is that of this one. A block that is foretold at this very moment
/// may be counted once too early, which one block out of the rhythm is forgiven for.
std::uint32_t SharedMemoryPipe::State::periods_until(std::int64_t tick) noexcept {
    if (tick == 0 || std::exchange(tick_seen, tick) == tick) {
        return 0;
    }
    const std::uint32_t beat = peer.beats.load(std::memory_order_relaxed);
    return beat - std::exchange(beat_seen, beat);
}

void SharedMemoryPipe::State::wait_prewoken(std::uint32_t seen, std::int64_t deadline_ns) noexcept {
    const std::int64_t tick = peer.tick.load(std::memory_order_acquire);
    const Prewaker::Plan plan = prewaker->plan(tick, now_ns(), periods_until(tick));
    // Whoever has more urgent work on this core pushes the poller to another one.
    int core = -1;
    const auto tell_core = [&] {
        if (const int here = this_core(); here != core) {
            core = here;
            own.core.store(here, std::memory_order_relaxed);
        }
    };
    const auto arrived = [&] {
        return waiter.posts() != seen || peer.tick.load(std::memory_order_acquire) != tick || waiter.cancelled();
    };
    // Woken although it has not been called: most of a block is left to fetch what the call will need, which takes long
    // after a rest.
    const bool rests = plan.wake_ns == no_deadline;
    const bool woken_early = rested.exchange(rests, std::memory_order_relaxed) && seen != rest_posts;
    rest_posts = seen;
    if (woken_early && warm_up && (rests ? tick == 0 : now_ns() < plan.prepares_until_ns)) {
        warm_up(std::ref(arrived));
        if (arrived()) {
            return;
        }
    }
    const bool slept = now_ns() < plan.wake_ns;
    if (slept) {
        waiter.wait(seen, std::min(plan.wake_ns, deadline_ns));
        if (arrived()) {
            if (plan.wake_ns != no_deadline && !plan.late) {
                prewaker->overslept();
            }
            return;
        }
        if (now_ns() < plan.wake_ns) {
            return;  // a signal
        }
    }
    tell_core();
    waiter.begin_polling();
    if (warm_up && now_ns() < plan.prepares_until_ns) {
        warm_up(std::ref(arrived));
        if (arrived()) {
            prewaker->overslept();
        }
    }
    if (slept) {
        prewaker->began_after(now_ns() - plan.wake_ns);
    }
    // The word stays as it is: who is at work need not be woken either, and the store would delay the answer.
    prewaker->poll(plan, [&] {
        tell_core();
        return arrived();
    });
    own.polled_ns.store(prewaker->polled_ns(), std::memory_order_relaxed);
}

void SharedMemoryPipe::prewake(Prewaker::Options options, WarmUp warm_up) {
    state_->prewaker.emplace(options);
    state_->warm_up = std::move(warm_up);
}

void SharedMemoryPipe::tick(std::int64_t due_ns, Wake wake) noexcept {
    State& state = *state_;
    if (due_ns - state.due_ns >= least_period_ns && due_ns > now_ns()) {
        state.due_ns = due_ns;
        state.own.beats.store(state.own.beats.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }
    const bool ticks = due_ns != 0 && wake == Wake::yes;
    state.own.tick.store(ticks ? due_ns : 0, std::memory_order_release);
    if (ticks && !state.ticks) {
        state.poster.post();  // it sleeps until a post, and has to see that it is to be awake again
    }
    state.ticks = ticks;
}

void SharedMemoryPipe::prepare() noexcept {
    state_->poster.post();
}

void SharedMemoryPipe::set_spin(std::int64_t ns) noexcept {
    state_->spin_ns.store(ns, std::memory_order_relaxed);
}

Pipe::PrewakeFigures SharedMemoryPipe::prewake_figures() const noexcept {
    return {state_->met_polling.load(std::memory_order_relaxed), state_->woke.load(std::memory_order_relaxed),
            state_->peer.polled_ns.load(std::memory_order_relaxed), state_->peer.core.load(std::memory_order_relaxed)};
}

std::size_t SharedMemoryPipe::pending() const noexcept {
    return state_->writer.pending();
}

void SharedMemoryPipe::mark_dead() noexcept {
    state_->dead.store(true, std::memory_order_release);
    state_->waiter.cancel();
}

void SharedMemoryPipe::close() noexcept {
    if (state_->closed.exchange(true)) {
        return;
    }
    state_->own.closed.store(1, std::memory_order_release);
    state_->poster.post();
    state_->waiter.cancel();
}

}  // namespace outboard::ipc
