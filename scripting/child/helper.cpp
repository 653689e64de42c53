#include "scripting/child/helper.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>

#include "scripting/child/descriptors.h"

namespace outboard::scripting::child {

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
    constexpr std::array of_the_host{shared_in, shared_out, piped_in, piped_out,
                                     slow_in,   slow_out,   lifeline, traceback};
    for (const int number : of_the_host) {
        ::close(number);
    }
    PyOS_AfterFork_Child();
    return PyLong_FromLong(0);
}

}  // namespace outboard::scripting::child
