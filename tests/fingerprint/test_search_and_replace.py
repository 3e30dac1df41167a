"""Renames as they are really made: search and replace that misses a place, hits one too many, or meets a name in use.

Small random programs are run before and after. Whatever is proven of them must be true: the same result as before.
"""

from __future__ import annotations

import importlib
import random
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fingerprint.tree import write
from tpdl.fingerprint import Sources
from tpdl.fingerprint.renames import Renames

MODULES = ("replaced_app", "replaced_lib", "replaced_other")
FUNCTIONS = ("f", "g", "h", "k", "m")
LOCALS = ("x", "y", "z", "p", "q")
NEW = (*FUNCTIONS, *LOCALS, "len", "abs", "new", "fresh")
PROGRAMS = 400


class Program:
    """Functions that call each other across three modules; `run` of the first module returns a number."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._imports: dict[str, list[str]] = {module: [] for module in MODULES}
        bodies: dict[str, list[str]] = {module: [] for module in MODULES}
        self.module: dict[str, str] = {}
        for number, name in enumerate(chance.sample(FUNCTIONS, chance.randint(2, 5))):
            module = chance.choice(MODULES)
            value = self._expression(module)
            own = chance.choice([*FUNCTIONS, *LOCALS[1:]])
            bodies[module] += chance.choice(
                [
                    [f"def {name}(x, {own}={number}):", f"    return {value} * {number + 2} + {own}"],
                    [f"def {name}(x):", f"    {own} = {value}", f"    return {own} + {number}"],
                    [f"class {name}(int):", f"    {own} = {number + 7}", f"    def __add__(self, x): return {value}"],
                ]
            )
            self.module[name] = module
        bodies[MODULES[0]] += [
            "def run(x=5):",
            f"    return int({self._expression(MODULES[0])}) - int({self._call(MODULES[0])})",
        ]
        self.files = {
            f"{module}.py": "\n".join([*dict.fromkeys(self._imports[module]), *bodies[module]]) + "\n"
            for module in MODULES
        }

    def _expression(self, module: str, depth: int = 0) -> str:
        inner = "x" if depth > 1 else self._expression(module, depth + 1)
        used = self._name(module)
        return self._chance.choice(
            [
                f"(x + {self._chance.randint(1, 99)})",
                f"len([{inner}])",
                f"abs({inner})",
                *(
                    [f"{used}({inner})", f"sum([{used}(y) for y in [x, 3]])", f"(lambda z: {used}(z) - z)(x)"]
                    if used
                    else []
                ),
            ]
        )

    def _call(self, module: str) -> str:
        return f"{self._name(module) or 'abs'}(x)"

    def _name(self, module: str) -> str:
        """One of the functions that are there already, as this module writes it."""
        if not self.module:
            return ""
        name, home = self._chance.choice(list(self.module.items()))
        if home == module:
            return name
        statement, written = self._chance.choice(
            [
                (f"from {home} import {name}", name),
                (f"from {home} import {name} as {name}_", f"{name}_"),
                (f"import {home}", f"{home}.{name}"),
                (f"import {home} as {home[-3:]}_", f"{home[-3:]}_.{name}"),
                (f"from {home} import *", name),
            ]
        )
        self._imports[module].append(statement)
        return written


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for modules that are imported once each."""
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    yield tmp_path
    sys.dont_write_bytecode = written


def result(root: Path) -> str:
    """What `run` returns, or how it fails; "" where nothing can even be imported, which `tpdl mv` does not judge."""
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()
    try:
        try:
            app = importlib.import_module(MODULES[0])
        except Exception:
            return ""
        try:
            return repr(app.run())
        except Exception as error:
            return type(error).__name__
    finally:
        sys.path.remove(str(root))
        for module in MODULES:
            sys.modules.pop(module, None)


def replaced(program: Program, chance: random.Random) -> tuple[dict[str, str], dict[str, str]]:
    """The files after a search and replace, and new name -> old name."""
    words: dict[str, str] = {}
    for old in chance.sample(sorted(program.module), min(len(program.module), chance.choice([1, 1, 2]))):
        words[old] = chance.choice([name for name in NEW if name != old])
    if chance.random() < 0.15:
        words |= {new: old for old, new in words.items()}
    found = chance.choice([1, 1, 0.9, 0.7])

    def word(match: re.Match[str]) -> str:
        return words.get(match[0], match[0]) if chance.random() < found else match[0]

    files = {name: re.sub(r"\b\w+\b", word, text) for name, text in program.files.items()}
    homes = program.module
    return files, {f"{homes[old]}:{new}": f"{homes[old]}:{old}" for old, new in words.items() if old in homes}


def test_what_is_proven_is_true(folder: Path) -> None:
    proven = refused = 0
    for seed in range(PROGRAMS):
        chance = random.Random(seed)
        program = Program(chance)
        files, old_names = replaced(program, chance)
        before, after = folder / "before", folder / "after"
        write(before, program.files)
        write(after, files)
        sources, recorded = Sources(after), Sources(before).closure(f"{MODULES[0]}:run")
        told, tells = result(before), result(after)
        if not told.lstrip("-").isdigit() or not tells or sources.closure(f"{MODULES[0]}:run") == recorded:
            continue  # the program is none, or nothing of it was renamed
        if Sources(after, renames=Renames(old_names)).closure(f"{MODULES[0]}:run") == recorded:
            proven += 1
            assert tells == told, (seed, old_names, program.files, files)
        else:
            refused += 1
    assert proven > 20 and refused > 20, (proven, refused)
