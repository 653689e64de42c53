"""Loads a script into the interpreter that all scripts of the process share (called by interpreter_pipe.cpp)."""

import gc
import importlib.util
import itertools
import sys

_numbers = itertools.count(1)


def load(package_path, script, sample_rate, seed, slot, channel, values):
    """The script's run_block, the kinds that it handles, and what failed ("": nothing)."""
    # The package knows one running script, so each gets a copy of it, under a name of its own; while the script is
    # read, its `import outboard` finds that copy.
    name = f"outboard_copy_{next(_numbers)}"
    folder = f"{package_path}/outboard"
    spec = importlib.util.spec_from_file_location(name, f"{folder}/__init__.py", submodule_search_locations=[folder])
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    child = importlib.import_module(f"{name}._child")
    sys.modules["outboard"] = package
    answer = child.load(
        script, {"sample_rate": sample_rate, "seed": seed, "slot": slot, "channel": channel, "values": values}
    )
    # As the child program does: what is loaded stays, and the collector never runs inside a block.
    gc.collect()
    gc.freeze()
    gc.disable()
    failure = answer.get("error", {}).get("text", "")
    return child.run_block, answer.get("handles", 0), failure
