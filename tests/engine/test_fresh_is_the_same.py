"""Fresh means: a forced rerun gives the same bytes. Random small projects, random edits, and the engine for real.

The modules are lists of statements that import, change, patch, read and use up what the others have. An edit changes a
number, moves a statement, takes one out or puts one in. Whatever `status` still calls fresh must come out the same.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.forks import in_a_fork
from tpdl.cli.main import main
from tpdl.plan.facts import read_facts
from tpdl.plan.plan import read_plan
from tpdl.plan.project import Project
from tpdl.plan.status import judge_all

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="each run is a fork")

Modules = dict[str, list[str]]
"""Path -> the statements of the module; `{k}` stands for a number."""

POOLS: dict[str, list[str]] = {
    "lib.py": [
        "N = {k}",
        "T = [{k}]",
        "D = {{'a': {k}}}",
        "IT = iter(range({k}))",
        "def f(x=N): return x + {k}",
        "def g(): return len(T) + {k}",
        "class C:\n    n = {k}\n    def m(self): return self.n + N\n    def __add__(self, k): return T.append(k)",
        "@functools.cache\ndef h(x): return x + N",
        "def reg(function):\n    D[function.__name__] = {k}\n    return function",
        "def bump():\n    global N\n    N += {k}",
        "H = [T]",
        "U = [*T]",
        "T.append({k})",
        "bump()",
        "D['b'] = f()",
        "H[0].append({k})",
    ],
    "plug.py": [
        "from lib import f",
        "from lib import T as table",
        "lib.T.append({k})",
        "table.append({k})",
        "lib.N = {k}",
        "lib.f = lambda x=1: x * {k}",
        "lib.T = lib.U",
        "@lib.reg\ndef p{k}(): return 1",
        "V = lib.f()",
        "V = list(lib.IT)",
        "W = [lib.h(1)]",
        "Z = lib.C() + {k}",
        "lib.C.n = {k}",
        "lib.D.update(z={k})",
        "import pkg.part",
        "import pkg.core",
        "class S(lib.C):\n    n = {k}",
        "lib.T += [{k}]",
        "for item in lib.H: item.append({k})",
        "setattr(lib, 'N', {k})",
        "with contextlib.suppress(KeyError): lib.D.pop('b')",
        "lib.bump()",
    ],
    "user.py": [
        "from lib import N, T",
        "from lib import *",
        "Y = sum(T)",
        "Y = lib.f()",
        "Y = N + {k}",
        "Y = lib.C.n",
        "def own(): return N + {k}",
        "def own(): return lib.g()",
        "import plug",
        "try:\n    from pkg import core as part\nexcept ImportError:\n    part = None",
    ],
    "pkg/__init__.py": [
        "def part(): return {k}",
        "from . import core",
        "from .part import q",
        "def core(): return {k}",
    ],
    "pkg/part.py": ["q = {k}", "import lib", "lib = {k}"],
    "pkg/core.py": ["q = {k}", "from lib import f as q"],
}
"""Statements of each module, of which a project has some, in this order or another."""
IMPORTS = ["import lib", "import plug", "import user", "import pkg", "from lib import f", "import pkg.part"]
RESULTS = [
    *("lib.f()", "lib.g()", "lib.T", "lib.D", "lib.N", "lib.C().m()", "lib.h(2)", "list(lib.IT)", "lib.H", "lib.U"),
    *("callable(pkg.part)", "hasattr(pkg, 'core')", "user.Y", "user.own()", "f()", "getattr(plug, 'V', 0)"),
]
BASE = 12
"""The first so many of `lib.py` are in every project."""
ALWAYS = {
    "lib.py": ["import functools"],
    "plug.py": ["import lib", "import contextlib"],
    "user.py": ["import lib", "Y = 0", "def own(): return 0"],
    "pkg/__init__.py": ["def part(): return 0"],
    "pkg/part.py": ["q = 0"],
    "pkg/core.py": ["q = 0"],
}


CHECKS = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
PHASES = [phase for phase in Phase if phase is not Phase.shrink]
"""An example that fails is short enough, and each try of a shorter one takes seconds."""


def numbered(data: st.DataObject, statement: str) -> str:
    return statement.format(k=data.draw(st.integers(1, 4)))


def drawn(data: st.DataObject) -> Modules:
    """A project: mostly in an order that works."""
    project: Modules = {}
    for path, pool in POOLS.items():
        chosen = data.draw(st.lists(st.sampled_from(range(len(pool))), unique=True, max_size=4), label=path)
        if data.draw(st.integers(0, 3)):
            chosen.sort()
        chosen = [*(range(BASE) if path == "lib.py" else ()), *(at for at in chosen if path != "lib.py" or at >= BASE)]
        project[path] = [*ALWAYS.get(path, ()), *(numbered(data, pool[at]) for at in chosen)]
    imports = data.draw(st.permutations(IMPORTS))
    one, two = (", ".join(data.draw(st.sampled_from(RESULTS)) for _ in range(6)) for _ in range(2))
    project["experiments/toy.py"] = [
        *imports,
        "from tpdl import experiment",
        f"@experiment()\ndef one() -> dict: return {{'x': repr([{one}])}}",
        "@experiment(inputs={'first': one})\n"
        f"def two(first: dict) -> dict: return {{'x': first['x'] + repr([{two}])}}",
    ]
    return project


def edited(data: st.DataObject, project: Modules) -> Modules:
    """The same with one statement changed, moved, gone or more."""
    after = {path: list(statements) for path, statements in project.items()}
    path = data.draw(st.sampled_from([*after, "plug.py", "plug.py", "user.py", "lib.py"]), label="edited")
    statements = after[path]
    at = data.draw(st.integers(0, len(statements) - 1))
    match data.draw(st.sampled_from(["number", "move", "remove", "insert"]), label="edit"):
        case "number":
            statements[at] = re.sub(r"\d+", lambda match: str(int(match[0]) + 1), statements[at], count=1)
        case "move":
            statements.insert(data.draw(st.integers(0, len(statements) - 1)), statements.pop(at))
        case "remove":
            statements.pop(at)
        case "insert":
            statements.insert(at, numbered(data, data.draw(st.sampled_from(POOLS.get(path, IMPORTS)))))
    return after


def write(root: Path, project: Modules) -> None:
    for path, statements in project.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("\n".join(statements) + "\n", encoding="utf-8")


def run(*arguments: str) -> Callable[[], int]:
    """The command line, in this process."""

    def call() -> int:
        sys.argv = ["tpdl", "run", "--inline", *arguments]
        try:
            main()
        except SystemExit as end:
            return int(end.code or 0)

    return call


def states() -> dict[str, str]:
    """The state of each step."""
    plan = read_plan(Project.find(Path.cwd()))
    return {name: each.state for name, each in judge_all(plan, read_facts(plan)).items()}


def products(root: Path) -> dict[str, str]:
    return {path.stem: path.read_text() for path in (root / "figures").rglob("*.json") if "record" not in path.name}


def check(before: Modules, edits: list[Modules]) -> None:
    """What is fresh after an edit comes out the same; the edits are made one at a time."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        root = Path(folder, "before")
        root.mkdir()
        (root / "pyproject.toml").write_text("[project]\nname = 'toy'\nversion = '1'\n[tool.tpdl]\n", encoding="utf-8")
        write(root, before)
        assume(in_a_fork(root, run()) == 0)
        was = products(root)
        for number, after in enumerate(edits):
            copy = Path(shutil.copytree(root, Path(folder, str(number))))
            write(copy, after)
            said = in_a_fork(copy, states) or {}
            if "fresh" not in said.values() or in_a_fork(copy, run("--force", "one", "two")) != 0:
                continue  # what merely fails, at import, gives no wrong result: a limit
            now = products(copy)
            wrong = [name for name, state in said.items() if state == "fresh" and now[name] != was[name]]
            assert not wrong, f"{wrong}: {was} -> {now}"


def test_a_hole_is_found() -> None:
    """A documented limit, for instance: numbers of lines that are read."""
    declared = "from tpdl import experiment\n@experiment()\ndef {}() -> dict: return {{'x': lib.line()}}"
    before = {
        "lib.py": ["import sys", "def line(): return sys._getframe().f_lineno"],
        "experiments/toy.py": ["import lib", declared.format("one"), declared.format("two")],
    }
    with pytest.raises(AssertionError, match=r"^\['one', 'two'\]: "):
        check(before, [before | {"lib.py": ["", *before["lib.py"]]}])


@settings(max_examples=4, deadline=None, suppress_health_check=CHECKS, phases=PHASES)
@given(st.data())
def test_fresh_is_the_same(data: st.DataObject) -> None:
    before = drawn(data)
    check(before, [edited(data, before) for _ in range(4)])


@pytest.mark.slow
@pytest.mark.timeout(900)
@settings(max_examples=40, deadline=None, suppress_health_check=CHECKS, phases=PHASES)
@given(st.data())
def test_fresh_is_the_same_many_times(data: st.DataObject) -> None:
    before = drawn(data)
    check(before, [edited(data, before) for _ in range(4)])
