"""Which libraries did a step use? In a fork, `sys.modules` tells of all that were imported beforehand, used or not.

So the import statements that are executed count: those of the step, and those that the libraries it imports had
executed when they were loaded.

Example:
    record()              # in the clean parent, before it imports libraries
    mark()                # in the fork
    import torch
    names()               # {"torch", "numpy", …}
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Container, Iterable, Mapping, Sequence
from types import ModuleType

_before: dict[str, set[str]] = {}
"""Top-level name of a module -> those that it imported while libraries were imported beforehand."""
_since: dict[str, set[str]] = {}
"""The same for what was executed in the fork."""
_now = _before
_import = builtins.__import__


def record() -> None:
    """Take note of import statements from now on."""
    builtins.__import__ = _noted


def mark() -> None:
    """What is imported from now on is the step's."""
    global _now
    _now = _since


def names() -> Container[str]:
    """The top-level names of the modules that were used since `mark`; without it all that were imported."""
    if _now is _before:
        return sys.modules
    found: set[str] = set()
    waiting = [name for targets in _since.values() for name in targets]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _before.get(name, ())
    return found


def directly(packages: Iterable[str]) -> set[str]:
    """The names, dotted ones in full, that the modules of `packages` have imported themselves since `mark`."""
    return set[str]().union(*(_since.get(package, set()) for package in packages))


def _noted(
    name: str,
    globals: Mapping[str, object] | None = None,
    locals: Mapping[str, object] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    if level == 0:
        importer = str((globals or {}).get("__name__", "")).partition(".")[0]
        _now.setdefault(importer, set()).update((name.partition(".")[0], name))
    return _import(name, globals, locals, fromlist, level)
