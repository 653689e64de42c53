// The child program of these tests. Its "script" is a file with one word and a number:
//
//     good 0          behaves
//     hostile SEED    behaves for a while, then does its host all the harm that it can with what it inherited
//     talk 0          sends the longest messages that there are, without end
//     nonsense 0      is ready, in words that are none
//     fault SEED      fails once at one step of the protocol; the third process of the same script behaves
#include <csignal>
#include <cstdio>
#include <exception>

#include <sys/resource.h>
#include <unistd.h>

#include "behaviours.h"

int main(int count, char** arguments) {
    using namespace outboard::scripting::testing;
    if (count != 3) {
        return 2;
    }
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    try {
        PlainChild child(arguments[1]);
        child.receive_order();
        if (child.behaviour == "hostile") {
            be_hostile(child);
        } else if (child.behaviour == "talk") {
            talk_for_ever(child);
        } else if (child.behaviour == "nonsense") {
            child.say_nonsense();
        } else if (child.behaviour == "fault") {
            fail_once(child);
        } else {
            behave(child);
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "the test's child: %s\n", error.what());
        return 3;
    }
}
