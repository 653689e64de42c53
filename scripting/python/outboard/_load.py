"""Reads a script's file and runs its module level."""

from __future__ import annotations

import io
import linecache
import os
import sys
import tokenize
from types import ModuleType

from . import _active
from ._chain import Chain
from ._errors import LoadError, is_ours
from ._runtime import Runtime


def imported_from(path: str) -> list[str]:
    """The files of the modules beside a script, or in folders there, that have been imported."""
    return sorted({file for file, _ in _modules_of(path) if file != path})


def belongings(rt: Runtime) -> list[object]:
    """What a script is made of: the names of its own modules, the classes of those, and its runtime."""
    modules = [module for _, module in _modules_of(rt.script)]
    classes = [
        value
        for module in modules
        for value in list(vars(module).values())
        if isinstance(value, type) and value.__module__ == module.__name__
    ]
    return [*map(vars, modules), *classes, rt]


def _modules_of(path: str) -> list[tuple[str, ModuleType]]:
    """The script, and then the modules from its folder, with their files."""
    folder = os.path.dirname(os.path.abspath(path)) + os.sep
    files = ((getattr(module, "__file__", None), module) for module in list(sys.modules.values()))
    own = (
        (file, module)
        for file, module in files
        if isinstance(file, str) and (file == path or file.startswith(folder)) and not is_ours(file)
    )
    return sorted(own, key=lambda one: one[0] != path)


def execute(rt: Runtime, path: str) -> ModuleType:
    """Runs the file as a module of its own. Whatever it raises comes out."""
    with open(path, "rb") as file:
        source = file.read()
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        text = io.TextIOWrapper(io.BytesIO(source), encoding).read()
    except SyntaxError as error:  # of detect_encoding: the first lines are no text, or name a coding that is unknown
        raise LoadError(f"the script is not UTF-8 text ({error.msg}): save it as UTF-8", path, 1) from None
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1
        raise LoadError(f"the script is not {error.encoding} text: save it as UTF-8", path, line) from None
    # Tracebacks show the lines that run, also when the file is edited meanwhile.
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    place = "" if rt.position == 1 else str(rt.position)
    module = ModuleType(f"script{place}_{os.path.splitext(os.path.basename(path))[0]}")
    module.__file__ = path
    sys.modules[module.__name__] = module
    folder = os.path.dirname(os.path.abspath(path))
    if folder not in sys.path:
        sys.path.insert(0, folder)
    _active.runtime = _active.of_threads = rt
    exec(compile(text, path, "exec", dont_inherit=True), module.__dict__)
    rt.loaded(module.__dict__.get("__version__"))
    return module


def execute_chain(runtimes: list[Runtime]) -> tuple[Chain, list[ModuleType]]:
    """The scripts of a chain, each in a namespace of its own. Whatever one raises comes out."""
    chain = Chain(runtimes)
    _active.by_globals.clear()
    modules = []
    for rt, namespace in zip(runtimes, chain.namespaces):
        namespace.enter()
        _active.runtime = rt
        try:
            modules.append(execute(rt, rt.script))
            _active.by_globals[id(modules[-1].__dict__)] = rt
        finally:
            namespace.leave()
    chain.loaded()
    _active.runtime = _active.of_threads = runtimes[0]
    return chain, modules
