// What the child of these tests does. None of them returns.
#pragma once

#include "plain_child.h"

namespace outboard::scripting::testing {

[[noreturn]] void behave(PlainChild& child);
[[noreturn]] void be_hostile(PlainChild& child);
[[noreturn]] void talk_for_ever(PlainChild& child);
[[noreturn]] void fail_once(PlainChild& child);

}  // namespace outboard::scripting::testing
