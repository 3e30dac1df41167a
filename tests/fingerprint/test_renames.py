"""Renames: followed where nothing but names has changed, refused where anything else may have.

A case is a folder in `renames/proven` or `renames/refused`; adding one adds a test. It holds

    before/…        a small project, in which app.py has the function `run`
    after/…         the same project once something in it was renamed
    case.toml       what = "a function, imported by name"
                    [renames]
                    "lib:f" = "lib:g"             old = new, as `tpdl mv` takes them

Both projects are run, too: where a rename is proven, `run` must return what it returned before; a case in `refused` is
one in which it returns something else, or fails. So a case is a trap only if it would catch somebody.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fingerprint.test_properties import Symbol, projects, reachable, source
from tests.fingerprint.tree import write
from tpdl.fingerprint import Sources
from tpdl.fingerprint.renames import Renames

FOLDER = Path(__file__).parent / "renames"
CASES = sorted(file.parent for file in FOLDER.glob("*/*/case.toml"))


def result(project: Path, function: str) -> str:
    """What the function returns, as text, or how it fails."""
    program = f"import app, json; print(repr(app.{function}()))"
    done = subprocess.run(
        [sys.executable, "-B", "-c", program], cwd=project, capture_output=True, text=True, check=False
    )
    return done.stdout or done.stderr.splitlines()[-1]


@pytest.mark.parametrize("folder", CASES, ids=[folder.relative_to(FOLDER).as_posix() for folder in CASES])
def test_rename(folder: Path) -> None:
    case = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    renames = Renames({new: old for old, new in case["renames"].items()})
    function = renames.node("app:run")
    recorded = Sources(folder / "before").closure(function)
    now = Sources(folder / "after", renames=renames).closure("app:run")
    same = result(folder / "before", function.partition(":")[2]) == result(folder / "after", "run")
    if folder.parent.name == "proven":
        assert (now, same) == (recorded, True), renames.doubts
    else:
        assert now != recorded and not same


def test_no_case_is_lost() -> None:
    assert {folder.parent for folder in FOLDER.glob("*/*/before")} == set(CASES)
    assert {folder.parent.name for folder in CASES} == {"proven", "refused"} and len(CASES) >= 60


FRESH = {"lib": "lic", "pkg.b": "pkg.bb", "pkg.sub.c": "pkg.sub.cc", "space.d": "space.dd"}
"""Other names of modules, in the same order among the others, so that sorted imports stay where they are."""


def renamed(data: st.DataObject, symbols: list[Symbol]) -> tuple[list[Symbol], Renames]:
    """A consistent rename of some symbols and some modules."""
    chosen = data.draw(st.sets(st.sampled_from(range(len(symbols)))), label="symbols")
    modules = data.draw(st.sets(st.sampled_from(sorted(FRESH))), label="modules")
    after, old_names = [], {FRESH[module]: module for module in modules}
    for number, symbol in enumerate(symbols):
        module = FRESH[symbol.module] if symbol.module in modules else symbol.module
        name = f"new_{symbol.tag}" if number in chosen else symbol.name
        after.append(replace(symbol, name=name, module=module))
        if number in chosen:
            old_names[f"{module}:{name}"] = f"{symbol.module}:{symbol.name}"
    return after, Renames(old_names)


def closures(before: list[Symbol], after: list[Symbol], renames: Renames) -> tuple[dict[str, str], dict[str, str]]:
    """What a record holds, and what the sources say under the old names."""
    with tempfile.TemporaryDirectory() as folder:
        old, new = Path(folder) / "old", Path(folder) / "new"
        write(old, source(before))
        write(new, source(after))
        function = f"{after[0].module}:{after[0].name}"
        return Sources(old).closure("app:s0"), Sources(new, renames=renames).closure(function)


def sorted_imports(symbols: list[Symbol]) -> list[Symbol]:
    """The same as a formatter leaves it, without what is refused in any case.

    In a file with `import *` any name may come from there. One import that stands twice in a function is put together
    with itself, as an import sorter does, and then the text is another one.
    """
    return [
        replace(symbol, uses=[*dict.fromkeys((at, "from" if style == "star" else style) for at, style in symbol.uses)])
        for symbol in symbols
    ]


@settings(max_examples=100, deadline=None)
@given(projects(), st.data())
def test_a_consistent_rename_is_proven(symbols: list[Symbol], data: st.DataObject) -> None:
    before = sorted_imports(symbols)
    after, renames = renamed(data, before)
    recorded, now = closures(before, after, renames)
    assert now == recorded, renames.doubts


@settings(max_examples=60, deadline=None)
@given(projects(), st.data())
def test_a_rename_and_an_edit_is_refused(symbols: list[Symbol], data: st.DataObject) -> None:
    """Of something that is used: another number, one use less, one more, or another one."""
    after, renames = renamed(data, symbols)
    used = reachable(symbols)
    numbers = [number for number, symbol in enumerate(symbols) if f"{symbol.module}:{symbol.name}" in used]
    edited = after[data.draw(st.sampled_from(numbers))]
    kinds = ["literal", "one more", *(["one less", "another"] if edited.uses else [])]
    match data.draw(st.sampled_from(kinds), label="edit"):
        case "literal":
            edited.literal += 5000
        case "one more":
            edited.uses = [*edited.uses, (0, "from")]
        case "one less":
            edited.uses = edited.uses[1:]
        case "another":
            number, style = edited.uses[0]
            edited.uses = [((number + 1) % len(after), style), *edited.uses[1:]]
    recorded, now = closures(symbols, after, renames)
    assert now != recorded
