#include "ipc/windows/command_line.h"

#include <algorithm>

#include "ipc/windows/win32.h"

namespace outboard::ipc {

namespace {

bool same_name(std::wstring_view a, std::wstring_view b) noexcept {
    return ::CompareStringOrdinal(a.data(), static_cast<int>(a.size()), b.data(), static_cast<int>(b.size()), TRUE) ==
           CSTR_EQUAL;
}

/// "NAME=VALUE"; names of drives' folders begin with a '='.
std::wstring_view name_of(std::wstring_view variable) noexcept {
    return variable.substr(0, variable.find(L'=', 1));
}

/// Backslashes count as themselves except before a quote: there each needs another.
void append_quoted(std::wstring& line, const std::wstring& argument) {
    line += L'"';
    std::size_t backslashes = 0;
    for (const wchar_t letter : argument) {
        if (letter == L'\\') {
            ++backslashes;
            continue;
        }
        line.append(letter == L'"' ? 2 * backslashes + 1 : backslashes, L'\\');
        backslashes = 0;
        line += letter;
    }
    line.append(2 * backslashes, L'\\');
    line += L'"';
}

std::vector<std::wstring> own_environment() {
    std::vector<std::wstring> variables;
    wchar_t* block = ::GetEnvironmentStringsW();
    if (block != nullptr) {
        for (const wchar_t* at = block; *at != L'\0'; at += variables.back().size() + 1) {
            variables.emplace_back(at);
        }
        ::FreeEnvironmentStringsW(block);
    }
    return variables;
}

}  // namespace

std::wstring wide(std::string_view text) {
    if (text.empty()) {
        return {};
    }
    const auto bytes = static_cast<int>(text.size());
    std::wstring result(text.size(), L'\0');  // UTF-16 never has more units than UTF-8 has bytes
    const int length = ::MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, text.data(), bytes, result.data(), bytes);
    if (length == 0) {
        fail("'" + std::string(text) + "' is no UTF-8");
    }
    result.resize(static_cast<std::size_t>(length));
    return result;
}

std::wstring command_line(const std::string& program, const std::vector<std::string>& arguments) {
    std::wstring line;
    append_quoted(line, wide(program));
    for (const std::string& argument : arguments) {
        line += L' ';
        append_quoted(line, wide(argument));
    }
    return line;
}

std::wstring environment_block(const std::vector<std::pair<std::wstring, std::wstring>>& additions) {
    std::vector<std::wstring> variables = own_environment();
    for (const auto& [name, value] : additions) {
        std::erase_if(variables, [&](const std::wstring& variable) { return same_name(name_of(variable), name); });
        variables.push_back(name + L"=" + value);
    }
    // Windows looks them up in this order.
    std::sort(variables.begin(), variables.end(), [](const std::wstring& a, const std::wstring& b) {
        const std::wstring_view x = name_of(a);
        const std::wstring_view y = name_of(b);
        return ::CompareStringOrdinal(x.data(), static_cast<int>(x.size()), y.data(), static_cast<int>(y.size()),
                                      TRUE) == CSTR_LESS_THAN;
    });
    std::wstring block;
    for (const std::wstring& variable : variables) {
        block.append(variable.c_str(), variable.size() + 1);
    }
    block.push_back(L'\0');
    return block;
}

}  // namespace outboard::ipc
