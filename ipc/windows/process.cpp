#include "ipc/process.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <set>

#include "ipc/clock.h"
#include "ipc/windows/child_handles.h"
#include "ipc/windows/command_line.h"
#include "ipc/windows/exit_codes.h"
#include "ipc/windows/win32.h"

namespace outboard::ipc {

namespace {

constexpr int largest_number_there = 255;

/// The handles that a start gives away: copies that can be inherited, and the list that says "these and no others".
/// Copies are inheritable for a moment, and another library that starts a program without such a list at that moment
/// inherits them, too: Windows has no way around it.
class HandleList {
public:
    explicit HandleList(const Process::Options& options, const Descriptor& ask) {
        add(asked_to_end, duplicate(ask.get(), SYNCHRONIZE, true));
        std::set<int> taken;
        for (const auto& [here, there] : options.descriptors) {
            if (there < 3 || there > largest_number_there || !taken.insert(there).second) {
                fail("handle " + std::to_string(there) + " for '" + options.program +
                         "' is below 3, above 255 or named twice",
                     ERROR_INVALID_PARAMETER);
            }
            add(there, duplicate(here, 0, true));
        }
        variable_ = text_of(numbers_);
        input_ = keep(open_null(GENERIC_READ));
        output_ = keep(standard(options.standard_output));
        error_ = keep(standard(options.standard_error));

        SIZE_T bytes = 0;
        ::InitializeProcThreadAttributeList(nullptr, 1, 0, &bytes);
        memory_.resize(bytes);
        list_ = reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(memory_.data());
        if (::InitializeProcThreadAttributeList(list_, 1, 0, &bytes) == FALSE) {
            list_ = nullptr;
            fail("cannot prepare the start of a program");
        }
        if (::UpdateProcThreadAttribute(list_, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, handles_.data(),
                                        handles_.size() * sizeof(HANDLE), nullptr, nullptr) == FALSE) {
            const DWORD error = ::GetLastError();
            ::DeleteProcThreadAttributeList(list_);
            fail("cannot prepare the start of a program", error);
        }
    }
    ~HandleList() { ::DeleteProcThreadAttributeList(list_); }
    HandleList(const HandleList&) = delete;
    HandleList& operator=(const HandleList&) = delete;

    [[nodiscard]] const std::wstring& variable() const noexcept { return variable_; }
    [[nodiscard]] STARTUPINFOEXW start_up() const noexcept {
        STARTUPINFOEXW info{};
        info.StartupInfo.cb = sizeof info;
        info.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
        info.StartupInfo.hStdInput = input_;
        info.StartupInfo.hStdOutput = output_;
        info.StartupInfo.hStdError = error_;
        info.lpAttributeList = list_;
        return info;
    }

private:
    static Descriptor open_null(DWORD access) {
        SECURITY_ATTRIBUTES inheritable{sizeof inheritable, nullptr, TRUE};
        return owned(
            ::CreateFileW(L"NUL", access, FILE_SHARE_READ | FILE_SHARE_WRITE, &inheritable, OPEN_EXISTING, 0, nullptr));
    }
    static Descriptor standard(Handle here) {
        return here == no_handle ? open_null(GENERIC_WRITE) : duplicate(here, 0, true);
    }
    HANDLE keep(Descriptor copy) {
        if (!copy) {
            fail("a handle cannot be given to a program", here_is_wrong_);
        }
        handles_.push_back(native(copy));
        copies_.push_back(std::move(copy));
        return handles_.back();
    }
    void add(int number, Descriptor copy) {
        numbers_.emplace_back(number, reinterpret_cast<Handle>(keep(std::move(copy))));
    }

    static constexpr DWORD here_is_wrong_ = ERROR_INVALID_HANDLE;
    std::vector<Descriptor> copies_;
    std::vector<HANDLE> handles_;
    std::vector<std::pair<int, Handle>> numbers_;
    std::wstring variable_;
    HANDLE input_ = nullptr;
    HANDLE output_ = nullptr;
    HANDLE error_ = nullptr;
    std::vector<std::byte> memory_;
    LPPROC_THREAD_ATTRIBUTE_LIST list_ = nullptr;
};

/// A job that ends all that is in it when its last handle is closed, also by the death of this process.
Descriptor new_job() {
    Descriptor job = owned(::CreateJobObjectW(nullptr, nullptr));
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (!job ||
        ::SetInformationJobObject(native(job), JobObjectExtendedLimitInformation, &limits, sizeof limits) == FALSE) {
        fail("cannot create the job of a program");
    }
    return job;
}

std::wstring environment_of(const Process::Options& options, const std::wstring& handles) {
    std::vector<std::pair<std::wstring, std::wstring>> additions;
    for (const auto& [name, value] : options.environment) {
        additions.emplace_back(wide(name), wide(value));
    }
    additions.emplace_back(handles_variable, handles);
    return environment_block(additions);
}

Exit exit_of(DWORD code) noexcept {
    return code < first_status ? Exit{static_cast<int>(code), 0} : Exit{0, static_cast<int>(code)};
}

}  // namespace

std::string Exit::describe() const {
    if (signal == 0) {
        return code < 0 ? "exit code unknown" : "exit code " + std::to_string(code);
    }
    struct Named {
        DWORD status;
        const char* name;
    };
    static constexpr std::array<Named, 9> known{{{exit_killed, "killed"},
                                                 {exit_asked, "terminated"},
                                                 {0xc0000005, "access violation"},
                                                 {0xc0000006, "in-page error"},
                                                 {0xc000001d, "illegal instruction"},
                                                 {0xc0000094, "division by zero"},
                                                 {0xc00000fd, "stack overflow"},
                                                 {0xc000013a, "interrupted"},
                                                 {0xc0000409, "aborted"}}};
    const auto status = static_cast<DWORD>(signal);
    const auto* const found =
        std::find_if(known.begin(), known.end(), [&](const Named& named) { return named.status == status; });
    if (found != known.end()) {
        return found->name;
    }
    char text[32];
    std::snprintf(text, sizeof text, "status 0x%08lx", status);
    return text;
}

struct Process::State {
    Descriptor process{};
    Descriptor job{};
    Descriptor ask{};
    DWORD number = 0;
    std::optional<Exit> exit{};

    /// What the child has left behind goes with it.
    void kill_job() const noexcept { ::TerminateJobObject(native(job), exit_killed); }

    std::optional<Exit> poll() noexcept {
        if (exit || ::WaitForSingleObject(native(process), 0) != WAIT_OBJECT_0) {
            return exit;
        }
        DWORD code = 0;
        exit = ::GetExitCodeProcess(native(process), &code) != FALSE ? exit_of(code) : Exit{-1, 0};
        kill_job();
        return exit;
    }

    std::optional<Exit> wait(std::chrono::milliseconds timeout) noexcept {
        const std::int64_t start = now_ns();
        const std::int64_t limit = std::clamp<std::int64_t>(timeout.count(), 0, INT64_MAX / 4'000'000);
        for (;;) {
            if (const auto seen = poll()) {
                return seen;
            }
            const std::int64_t left_ms = limit - (now_ns() - start) / 1'000'000;
            if (left_ms <= 0) {
                return std::nullopt;
            }
            ::WaitForSingleObject(native(process), static_cast<DWORD>(std::min<std::int64_t>(left_ms, 1'000'000)));
        }
    }

    Exit kill_and_wait() noexcept {
        if (!exit) {
            kill_job();
        }
        for (;;) {
            if (const auto seen = wait(std::chrono::hours(1))) {
                return *seen;
            }
        }
    }
};

Process Process::start(const Options& options) {
    auto state = std::make_unique<State>(State{.job = new_job(), .ask = new_event(true)});
    const HandleList handles(options, state->ask);
    STARTUPINFOEXW info = handles.start_up();
    std::wstring line = command_line(options.program, options.arguments);
    std::wstring environment = environment_of(options, handles.variable());
    // Suspended, so that it is in its job before it can start anything itself.
    // Without a console: the process that stands behind a hidden one may inherit what is meant for the child alone (it
    // does under Wine), and then a pipe that the child has closed would not end.
    PROCESS_INFORMATION started{};
    if (::CreateProcessW(
            wide(options.program).c_str(), line.data(), nullptr, nullptr, TRUE,
            CREATE_SUSPENDED | CREATE_UNICODE_ENVIRONMENT | DETACHED_PROCESS | EXTENDED_STARTUPINFO_PRESENT,
            environment.data(), nullptr, &info.StartupInfo, &started) == FALSE) {
        fail("cannot start the program '" + options.program + "'");
    }
    state->process = owned(started.hProcess);
    state->number = started.dwProcessId;
    const Descriptor thread = owned(started.hThread);
    if (::AssignProcessToJobObject(native(state->job), started.hProcess) == FALSE ||
        ::ResumeThread(started.hThread) == static_cast<DWORD>(-1)) {
        const DWORD error = ::GetLastError();
        ::TerminateProcess(started.hProcess, exit_killed);
        fail("cannot watch the started program '" + options.program + "'", error);
    }
    return Process(std::move(state));
}

Process::Process(std::unique_ptr<State> state) : state_(std::move(state)) {}
Process::Process(Process&&) noexcept = default;

Process& Process::operator=(Process&& other) noexcept {
    if (this != &other) {
        Process old(std::move(*this));  // kills what was here
        state_ = std::move(other.state_);
    }
    return *this;
}

Process::~Process() {
    if (state_) {
        state_->kill_and_wait();
    }
}

std::int64_t Process::pid() const noexcept {
    return state_->number;
}

Handle Process::exit_descriptor() const noexcept {
    return state_->process.get();
}

std::optional<Exit> Process::poll() {
    return state_->poll();
}

std::optional<Exit> Process::wait(std::chrono::milliseconds timeout) {
    return state_->wait(timeout);
}

Exit Process::terminate(std::chrono::milliseconds grace) {
    if (const auto seen = state_->poll()) {
        return *seen;
    }
    ::SetEvent(native(state_->ask));
    if (const auto seen = state_->wait(grace)) {
        return *seen;
    }
    return state_->kill_and_wait();
}

void Process::kill() noexcept {
    if (!state_->exit) {
        state_->kill_job();
    }
}

}  // namespace outboard::ipc
