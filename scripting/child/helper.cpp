#include "scripting/child/helper.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>

#include "scripting/child/descriptors.h"

namespace outboard::scripting::child {
namespace {

std::array<bool, traceback + 1> of_the_host{};

}  // namespace

void note_descriptors_of_the_host() {
    for (int number = shared_in; number <= traceback; ++number) {
        of_the_host[static_cast<std::size_t>(number)] = ::fcntl(number, F_GETFD) != -1;
    }
}

PyObject* fork_helper(PyObject*, PyObject*) {
    const pid_t parent = ::getpid();
    PyOS_BeforeFork();
    const pid_t made = ::fork();
    if (made != 0) {
        PyOS_AfterFork_Parent();
        return made > 0 ? PyLong_FromLong(made) : PyErr_SetFromErrno(PyExc_OSError);
    }
    // The thread that forked lives as long as its process, so that process's end is the signal.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
        ::_exit(0);
    }
    for (int number = 0; number < static_cast<int>(of_the_host.size()); ++number) {
        if (of_the_host[static_cast<std::size_t>(number)]) {
            ::close(number);
        }
    }
    PyOS_AfterFork_Child();
    return PyLong_FromLong(0);
}

}  // namespace outboard::scripting::child
