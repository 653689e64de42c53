#include "scripting/child/footprint.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

// Python keeps some of its memory to the end of the process: not looked for by LeakSanitizer.
extern "C" int __lsan_is_turned_off() {  // NOLINT(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp)
    return 1;
}

namespace outboard::scripting::child {
namespace {

bool never() {
    return false;
}

/// A module of its own in which a script runs.
class FootprintTest : public testing::Test {
protected:
    static void SetUpTestSuite() {
        Py_Initialize();
        ASSERT_EQ(PyRun_SimpleString("import gc; gc.freeze(); gc.disable()"), 0);
    }
    static void TearDownTestSuite() { Py_Finalize(); }

    void SetUp() override {
        names_ = PyDict_New();
        PyDict_SetItemString(names_, "__builtins__", PyEval_GetBuiltins());
    }
    void TearDown() override { Py_DECREF(names_); }

    void run(const std::string& source) {
        PyObject* done = PyRun_String(source.c_str(), Py_file_input, names_, names_);
        if (done == nullptr) {
            PyErr_Print();
            FAIL() << source;
        }
        Py_DECREF(done);
    }
    /// The value of an expression, borrowed: something else keeps it.
    PyObject* value_of(const std::string& expression) {
        PyObject* value = PyRun_String(expression.c_str(), Py_eval_input, names_, names_);
        EXPECT_NE(value, nullptr) << expression;
        Py_XDECREF(value);
        return value;
    }
    /// Begins at the module's names, and what `others` (a tuple's inside) gives.
    void begin(const std::string& others = "") {
        PyDict_SetItemString(names_, "__names__", names_);
        run("__begin__ = [__names__, " + others + "]");
        footprint_.begin_at(value_of("__begin__"));
        run("del __begin__, __names__");
    }
    bool finds(const std::string& expression) {
        PyObject* wanted = value_of(expression);
        const auto found = footprint_.touch(never);
        return std::find(found.begin(), found.end(), wanted) != found.end();
    }

    PyObject* names_ = nullptr;
    Footprint footprint_;
};

TEST_F(FootprintTest, FindsWhatAStepNeeds) {
    run(R"(
notes = [(60, 0.5), (64, 0.25)]
class Voice:
    __slots__ = ("keys",)
    def __init__(self): self.keys = {1000: ["far"]}
    def play(self): return "played"
voice = Voice()
def outer(limit=12345):
    inside = [limit]
    def inner(): return inside
    return inner
made = outer()
async def task():
    waits_with = object()
    keep.append(waits_with)
    class Now:
        def __await__(self): yield
    await Now()
keep = []
running = task()
running.send(None)
)");
    begin("Voice");
    EXPECT_TRUE(finds("outer.__code__"));
    EXPECT_TRUE(finds("outer.__code__.co_consts[-1]")) << "what a function creates";
    EXPECT_TRUE(finds("outer.__defaults__"));
    EXPECT_TRUE(finds("made.__closure__[0].cell_contents"));
    EXPECT_TRUE(finds("notes[1]"));
    EXPECT_TRUE(finds("voice.keys[1000][0]")) << "behind a slot, in a dict, in a list";
    EXPECT_TRUE(finds("Voice.play.__code__"));
    run("kept = keep.pop()");  // then only the task's frame and a name have it
    EXPECT_TRUE(finds("running.cr_frame.f_locals['waits_with']"));
}

TEST_F(FootprintTest, LetsAloneWhatBelongsToOthers) {
    run("import json, collections\nfrom json import dumps\nmine = [json, dumps, collections.OrderedDict, len]");
    begin();
    EXPECT_TRUE(finds("mine"));
    EXPECT_FALSE(finds("json"));
    EXPECT_FALSE(finds("dumps"));
    EXPECT_FALSE(finds("dumps.__code__"));
    EXPECT_FALSE(finds("collections.OrderedDict"));
    EXPECT_LT(footprint_.touch(never).size(), 100U);
}

TEST_F(FootprintTest, IsFoundAnewEachTime) {
    begin();
    run("new = ['a', ['b']]");
    EXPECT_TRUE(finds("new[1]"));
    run("new = None");
    // Objects come, go and move, in a hundred shapes, between one look and the next.
    for (int turn = 0; turn < 300; ++turn) {
        run("import random\nrandom.seed(" + std::to_string(turn) + R"()
def some(depth):
    kind = random.randrange(6)
    if depth == 0: return random.choice([None, 1.5, 'x' * 50, b'y' * 5000, 2 ** 200])
    if kind == 0: return [some(depth - 1) for _ in range(random.randrange(5))]
    if kind == 1: return {some(0): some(depth - 1) for _ in range(random.randrange(5))}
    if kind == 2: return tuple(some(depth - 1) for _ in range(random.randrange(5)))
    if kind == 3: return {some(0) for _ in range(random.randrange(5))}
    if kind == 4: return (some(depth - 1) for _ in range(3))
    return lambda inside=some(depth - 1): inside
things = [some(4) for _ in range(10)]
started = [next(thing, None) for thing in things if hasattr(thing, '__next__')]
)");
        EXPECT_GT(footprint_.touch(never).size(), 10U);
    }
}

TEST_F(FootprintTest, ChangesNothing) {
    run("import sys\nkept = ['a', {'b': object()}]\nbefore = [sys.getrefcount(kept), sys.getrefcount(kept[1]['b'])]");
    begin();
    for (int turn = 0; turn < 1000; ++turn) {
        footprint_.touch(never);
    }
    run("assert [sys.getrefcount(kept), sys.getrefcount(kept[1]['b'])] == before");
}

TEST_F(FootprintTest, IsBounded) {
    run(R"(
one = object()
long = [one] * 3_000_000
many = [[str(i)] for i in range(100_000)]
wide = {i: str(i) for i in range(100_000)}
circle = []
circle.append(circle)
last = ["behind a long list"]
deep = []
for _ in range(100_000): deep = [deep]
)");
    begin();
    const auto found = footprint_.touch(never);
    EXPECT_EQ(found.size(), Footprint::most_objects);
    EXPECT_TRUE(finds("circle")) << "what is near comes first";
    EXPECT_TRUE(finds("last[0]"));
    run("while deep: deep = deep[0]");  // else its end is too deep a recursion
}

}  // namespace
}  // namespace outboard::scripting::child
