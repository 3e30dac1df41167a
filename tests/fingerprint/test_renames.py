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

import ast
import random
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
