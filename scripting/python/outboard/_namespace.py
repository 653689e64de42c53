"""The modules beside a script of a chain: each script has its own, also where two have the same name.

While a script runs, `sys.modules` and `sys.path` are its; so an `import` in one of its functions finds its own, too.
"""

from __future__ import annotations

import os
import sys
from types import ModuleType
from typing import TYPE_CHECKING

from . import _active

if TYPE_CHECKING:
    from ._runtime import Runtime


class Namespace:
    """What a script has imported from its folder."""

    __slots__ = ("_rt", "_folder", "_outside", "_modules", "_count")

    def __init__(self, rt: Runtime) -> None:
        self._rt = rt
        self._folder = os.path.dirname(os.path.abspath(rt.script))
        # What others have imported before.
        self._outside = set(sys.modules)
        self._modules: dict[str, ModuleType] = {}
        self._count = 0

    def enter(self) -> None:
        """From here on the script runs."""
        sys.path.insert(0, self._folder)
        sys.modules.update(self._modules)
        self._count = len(sys.modules)

    def leave(self) -> None:
        """It does not any more: what it has imported meanwhile is remembered."""
        if len(sys.modules) != self._count:
            folder = self._folder + os.sep
            for name, module in list(sys.modules.items()):
                file = getattr(module, "__file__", None)
                if name not in self._outside and isinstance(file, str) and file.startswith(folder):
                    # The scripts themselves have their owners, and stay.
                    if id(module.__dict__) not in _active.by_globals:
                        _active.by_globals[id(module.__dict__)] = self._rt
                        self._modules[name] = module
        for name in self._modules:
            sys.modules.pop(name, None)
        if sys.path and sys.path[0] == self._folder:
            del sys.path[0]

    @property
    def files(self) -> list[str]:
        """Of those modules."""
        return [str(module.__file__) for module in self._modules.values()]
