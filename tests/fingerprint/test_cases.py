"""Edits of small projects, and the symbols that each must change: exactly these, named exactly so.

A case is a folder in `cases/`; adding one adds a test. It holds

    before/…        a small project, in which app.py has the function `run`
    after/…         the files that the edit changes, or adds, as they are then
    case.toml       what = "a default value"      the edit, in words
                    changes = ["lib:f"]           what `tpdl status` would name; "+lib:g" is new, "-lib:h" is gone
                    uses = ["lib:g"]              optional: what the step declares as `uses=[…]`

The cases in `cases/limits` are the documented limits: edits that matter at run time and that the source does not show,
each with the section of `docs/concepts/limits.md` that tells of it, `documented`, and with its cure, `[declared]`,
where there is one; or, if a step that has run is known to have read it, with the section of `stale.md` that says so,
`seen`. One that fails because the edit is noticed means that the documentation can promise more. Every
other edit that is not noticed gives the same result: both versions are run.
"""

from __future__ import annotations

import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.fingerprint.tree import changes, closure
from tests.forks import in_a_fork

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(file.parent for file in FOLDER.glob("*/*/case.toml"))


@pytest.mark.parametrize("folder", CASES, ids=[folder.relative_to(FOLDER).as_posix() for folder in CASES])
def test_edit(folder: Path, tmp_path: Path) -> None:
    case: dict[str, Any] = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
    wanted = [(case.get("uses", []), case["changes"])]
    if declared := case.get("declared"):
        wanted.append((declared["uses"], declared["changes"]))
    shutil.copytree(folder / "before", tmp_path, dirs_exist_ok=True)
    before = [closure(tmp_path, uses=uses) for uses, _ in wanted]
    shutil.copytree(folder / "after", tmp_path, dirs_exist_ok=True)
    after = [closure(tmp_path, uses=uses) for uses, _ in wanted]
    assert [changes(*pair) for pair in zip(before, after, strict=True)] == [set(names) for _, names in wanted]


def result() -> str:
    import app  # of the project that is tried

    try:
        found = app.run()
    except Exception as error:  # the same before and after, too
        return f"{type(error).__name__}: {error}"
    return str(type(found)) if " at 0x" in repr(found) else repr(found)  # a step's result is made of plain values


@pytest.mark.skipif(not hasattr(os, "fork"), reason="each run is a fork")
def test_what_is_not_noticed_gives_the_same(tmp_path: Path) -> None:
    quiet = [folder for folder in CASES if folder.parent.name != "limits" and not changes_of(folder)]
    assert len(quiet) > 100
    for number, folder in enumerate(quiet):
        root = tmp_path / str(number)
        shutil.copytree(folder / "before", root)
        before = in_a_fork(root, result)
        shutil.copytree(folder / "after", root, dirs_exist_ok=True)
        assert in_a_fork(root, result) == before, folder


def changes_of(folder: Path) -> list[str]:
    names: list[str] = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))["changes"]
    return names


def test_what_is_left_is_documented() -> None:
    """Each limit has a section, with an example that the tests of the documentation run, and each section a case."""
    page = (FOLDER.parents[2] / "docs" / "concepts" / "limits.md").read_text(encoding="utf-8")
    sections = {section.partition("\n")[0]: section for section in page.split("\n## ")[1:]}
    limits = [tomllib.loads((folder / "case.toml").read_text(encoding="utf-8")) for folder in FOLDER.glob("limits/*")]
    documented = {limit["documented"] for limit in limits if "seen" not in limit}
    outside = {
        *("The environment", "Code that is not Python's, or not the project's", "A check while it runs"),
        *("Files that other programs and compiled libraries read", "Whether a file is there"),
        "Clocks, the network, the host",
    }
    stale = (FOLDER.parents[2] / "docs" / "concepts" / "stale.md").read_text(encoding="utf-8")
    assert all(f"\n## {limit['seen']}\n" in stale for limit in limits if "seen" in limit)
    assert documented == sections.keys() - outside
    assert all(limit["changes"] == [] for limit in limits)
    assert all("```text output\n1 step: 1 fresh" in sections[name] for name in documented)


def test_no_case_is_lost() -> None:
    """Every folder is a case, and says so in a file by the right name; an edit that edits nothing is none."""
    assert {folder.parent for folder in FOLDER.glob("*/*/before")} == set(CASES)
    assert len(CASES) > 700
    for folder in CASES:
        edited = [path for path in (folder / "after").rglob("*") if path.is_file()]
        old = [folder / "before" / path.relative_to(folder / "after") for path in edited]
        assert any(not o.exists() or o.read_bytes() != e.read_bytes() for o, e in zip(old, edited, strict=True)), folder
