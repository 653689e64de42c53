// The child process of a HeldChild: it does nothing until its lifeline ends or it is killed.
#include <unistd.h>

int main() {
    constexpr int lifeline = 9;  // scripting/child/descriptors.h
    char byte = 0;
    return static_cast<int>(::read(lifeline, &byte, 1));
}
