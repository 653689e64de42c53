"""Reads a script's file and runs its module level."""

from __future__ import annotations

import linecache
import os
import sys
from types import ModuleType

from . import _active
from ._runtime import Runtime


def execute(rt: Runtime, path: str) -> ModuleType:
    """Runs the file as a module of its own. Whatever it raises comes out."""
    with open(path, "rb") as file:
        source = file.read()
    # Tracebacks show the lines that run, also when the file is edited meanwhile.
    text = source.decode("utf-8", "replace")
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    module = ModuleType(f"script_{os.path.splitext(os.path.basename(path))[0]}")
    module.__file__ = path
    sys.modules[module.__name__] = module
    folder = os.path.dirname(os.path.abspath(path))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    _active.runtime = rt
    exec(compile(source, path, "exec", dont_inherit=True), module.__dict__)
    rt.loaded()
    return module
