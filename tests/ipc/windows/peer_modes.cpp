#include "peer_modes.h"

#include <array>
#include <cstdio>

#include <windows.h>

#include <shellapi.h>

namespace outboard::ipc::test {

namespace {

/// Ends by reading where there is nothing.
int crash(const Arguments&) {
    ::SetErrorMode(SEM_NOGPFAULTERRORBOX);
    const volatile int* nowhere = nullptr;
    ::RaiseException(EXCEPTION_ACCESS_VIOLATION, EXCEPTION_NONCONTINUABLE, 0, nullptr);
    return *nowhere;
}

/// Prints its arguments as Windows has them, in UTF-8; those of main() are in the code page of the system.
int print_wide(const Arguments&) {
    int count = 0;
    wchar_t** arguments = ::CommandLineToArgvW(::GetCommandLineW(), &count);
    for (int i = 2; i < count; ++i) {
        std::array<char, 256> text{};
        ::WideCharToMultiByte(CP_UTF8, 0, arguments[i], -1, text.data(), static_cast<int>(text.size()), nullptr,
                              nullptr);
        std::printf("[%s]\n", text.data());
    }
    ::LocalFree(arguments);
    return 0;
}

/// Starts a sleeping program by hand, prints its number and goes.
int leave_somebody_behind(const Arguments& arguments) {
    std::wstring line;
    for (const char letter : "\"" + arguments.at(0) + "\" sleep") {
        line += static_cast<wchar_t>(letter);
    }
    STARTUPINFOW info{};
    info.cb = sizeof info;
    PROCESS_INFORMATION started{};
    if (::CreateProcessW(nullptr, line.data(), nullptr, nullptr, FALSE, CREATE_NO_WINDOW, nullptr, nullptr, &info,
                         &started) == FALSE) {
        return 1;
    }
    std::printf("%lu\n", started.dwProcessId);
    return 0;
}

}  // namespace

void block_signals() {}

Modes system_modes() {
    return {{"crash", crash}, {"print-wide", print_wide}, {"leave-somebody-behind", leave_somebody_behind}};
}

}  // namespace outboard::ipc::test
