// The child process of a HeldChild: it waits until it is killed.
#include <unistd.h>

int main() {
    for (;;) {
        ::pause();
    }
}
