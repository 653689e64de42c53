"""Loads a script into the interpreter that all scripts of the process share (called by one_gil.cpp)."""

import gc
import importlib.util
import itertools
import json
import sys
from typing import Any, Callable

_numbers = itertools.count(1)


def load(package_path: str, order_text: str) -> tuple[Callable[..., Any], Callable[[str], None], str]:
    """The script's run_block, what restores it, and the answer to the load order as JSON."""
    order = json.loads(order_text)
    # The package knows one track, so each script gets a copy of it, under a name of its own; while the script is read,
    # its `import outboard` finds that copy.
    name = f"outboard_copy_{next(_numbers)}"
    folder = f"{package_path}/outboard"
    spec = importlib.util.spec_from_file_location(name, f"{folder}/__init__.py", submodule_search_locations=[folder])
    assert spec and spec.loader
    package = importlib.util.module_from_spec(spec)
    sys.modules[name] = package
    spec.loader.exec_module(package)
    child = importlib.import_module(f"{name}._child")
    sys.modules["outboard"] = package
    options = order["options"]
    del options["traceback"]  # of a process of its own
    options["warm"] = False
    answer = child.load(order["path"], options)
    if answer.get("audio"):
        answer = {"error": {"text": "audio.process is not measured here", "file": order["path"], "line": 0}}
    # As the child program does: what is loaded stays, and the collector never runs inside a block.
    gc.collect()
    gc.freeze()
    gc.disable()

    def restore(go_text: str) -> None:
        go = json.loads(go_text)
        child.restore(go["saved"], go["values"])

    return child.run_block, restore, json.dumps(answer)
