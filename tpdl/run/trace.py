"""Debug mode: which functions of the project does a call really execute, and does the fingerprint know them all?

    with Trace(root) as trace:
        layer_cut("vgg16")
    assert not missing(trace.executed, Sources(root).closure("experiments.transfer.layer_cut:layer_cut"))

A function that is executed but not in the static closure was reached by a way that the source does not show, such as
`getattr` or a registry filled elsewhere; declare it with `uses=[...]`.

Limits: what runs while a module is being imported is left out, because what nobody uses of a module is no dependency.
Other processes, and threads that are not Python's own (those of a C++ library), are not seen. Another profiler or a
debugger that uses `sys.setprofile` is suspended meanwhile.
"""

from __future__ import annotations

import ast
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import CodeType, FrameType, TracebackType
from typing import Any

from tpdl.fingerprint import IGNORED
from tpdl.fingerprint.canonical import Function, root
from tpdl.fingerprint.modules import is_below


class Trace:
    """Records the project's functions that are called inside its `with` block, in this thread and those started in it.

    Args:
        root: the project's folder.
        ignore: modules, with everything below them, whose functions do not count.
    """

    def __init__(self, root: Path, ignore: Sequence[str] = IGNORED) -> None:
        self._root = root.resolve()
        self._ignored = tuple(ignore)
        self._codes: dict[int, CodeType] = {}
        """Executed code by its identity: functions of two files may have equal code, and count each."""
        self._paths: dict[str, Path | None] = {}
        self._importing = threading.local()
        self._outer: Any = None
        self._outer_threads: Any = None

    @property
    def executed(self) -> set[str]:
        """The symbols that were executed, as "module:qualname".

        Nested functions, lambdas and comprehensions count as what encloses them.
        """
        symbols = {self._symbol(code) for code in self._codes.values()}
        return {symbol for symbol in symbols if symbol and not is_below(symbol.partition(":")[0], self._ignored)}

    def __enter__(self) -> Trace:
        self._outer, self._outer_threads = sys.getprofile(), threading.getprofile()
        threading.setprofile(self._record)
        sys.setprofile(self._record)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.setprofile(self._outer)
        threading.setprofile(self._outer_threads)

    def _record(self, frame: FrameType, event: str, argument: Any) -> None:
        # This runs at every call in the process, of C functions too, so the cheapest tests come first.
        if event == "call":
            code = frame.f_code
            if code.co_name == "<module>":  # how many imports this thread is inside of
                self._importing.depth = getattr(self._importing, "depth", 0) + 1
            elif (
                id(code) not in self._codes
                and not getattr(self._importing, "depth", 0)
                and self._path(code.co_filename)
            ):
                self._codes[id(code)] = code
        elif event == "return" and frame.f_code.co_name == "<module>":
            self._importing.depth = max(0, getattr(self._importing, "depth", 0) - 1)

    def _path(self, filename: str) -> Path | None:
        """The path below the root, or None for code from elsewhere."""
        if filename not in self._paths:
            path = Path(os.path.realpath(filename))
            inside = path.suffix == ".py" and path.is_relative_to(self._root)
            self._paths[filename] = path.relative_to(self._root) if inside else None
        return self._paths[filename]

    def _symbol(self, code: CodeType) -> str | None:
        """What a piece of code belongs to; None where its file cannot be imported as a module."""
        path = self._path(code.co_filename)
        parts = path.with_suffix("").parts if path else ()
        if path is None or not all(part.isidentifier() for part in parts):
            return None
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        names = code.co_qualname.split(".<locals>")[0].split(".")
        if names[-1].startswith("<"):  # a lambda or comprehension outside any function: known by its line only
            names.pop()
        return f"{module}:{'.'.join(names) or _statement_name(self._root / path, code.co_firstlineno)}"


def missing(executed: Iterable[str], closure: Iterable[str]) -> list[str]:
    """The executed functions that a static closure does not cover, sorted; empty where all is well.

    A function is covered by its own symbol, by the class or statement it stands in, or by its whole module.
    """
    known = set(closure)
    acted = [symbol.partition(":<import ") for symbol in known]
    acted_on = {f"{module}:<import {name.partition('.')[0].rstrip('>')}" for module, mark, name in acted if mark}

    def covered(symbol: str) -> bool:
        module, _, qualname = symbol.partition(":")
        names = qualname.split(".")
        enclosing = {f"{module}:{'.'.join(names[: length + 1])}" for length in range(len(names))}
        return not known.isdisjoint(enclosing | {f"{module}:*"}) or f"{module}:<import {qualname}" in acted_on

    return sorted(symbol for symbol in set(executed) if not covered(symbol))


def _statement_name(path: Path, line: int) -> str:
    """The name that the module-level statement in `line` binds or acts on; "<import>" where there is none."""
    for statement in ast.walk(ast.parse(path.read_bytes())):
        if not isinstance(statement, ast.stmt):
            continue
        decorators = statement.decorator_list if isinstance(statement, Function | ast.ClassDef) else []
        first = min([statement.lineno, *[decorator.lineno for decorator in decorators]])
        if first <= line <= (statement.end_lineno or line):
            if isinstance(statement, Function | ast.ClassDef):
                return statement.name
            if isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
                target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
                return root(target).partition(".")[0] or "<import>"
            if isinstance(statement, ast.Expr):
                name, dot, _ = root(statement.value).partition(".")
                return name if dot else "<import>"
    return "<import>"
