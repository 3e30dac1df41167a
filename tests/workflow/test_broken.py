"""A file that cannot be read stops what needs it, and nothing else; it is named itself, with its own line."""

from __future__ import annotations

import json
import os

import pytest

from tests.conftest import Lab, one_line

CURVE = "experiments/toy/curve.py"
OTHER = """
from tpdl import experiment


@experiment()
def other(n: int = 2) -> dict:
    return {"n": n}
"""
USES_CURVE = """
from experiments.toy.curve import curve
from tpdl import summary


@summary(curve)
def more(results) -> dict:
    return {"rows": len(results)}
"""


def complaints(said: str) -> list[str]:
    """The lines about mistakes."""
    return [line for line in said.splitlines() if line.startswith("tpdl: ")]


def test_one_broken_experiment_does_not_stop_the_others(fresh: Lab) -> None:
    fresh.write("experiments/other.py", OTHER)
    before = fresh.states()
    fresh.edit(CURVE, "def curve(", "def curve((")
    product = (fresh.root / "figures/toy/curve.csv").read_bytes()
    said = fresh.tpdl("status", code=2)
    (line,) = complaints(said)
    assert line.startswith(f"tpdl: {CURVE}:16: ") and "Traceback" not in said
    after = fresh.states()
    assert after.keys() == before.keys(), "its steps are known from their records"
    assert {state for name, state in after.items() if name.startswith("toy")} == {f"stale: {line[6:]}"}
    said = fresh.tpdl("run", code=2)
    assert complaints(said) == [line] and "1 done" in said and "failed" not in said
    assert fresh.states("other") == {"other": "fresh"}
    assert (fresh.root / "figures/toy/curve.csv").read_bytes() == product
    said = fresh.tpdl("run", "--force", "toy", code=2)
    assert "nothing to run: what is not fresh cannot be read" in said
    assert f"{CURVE}:16" in one_line(fresh.tpdl("figure", "toy/curve", code=2).replace(line, "", 1))
    fresh.edit(CURVE, "def curve((", "def curve(")
    assert fresh.not_fresh() == {}


def test_what_needs_a_broken_experiment_is_broken_with_it_and_said_once(fresh: Lab) -> None:
    fresh.write("experiments/other.py", OTHER)
    fresh.write("experiments/toy/more.py", USES_CURVE.replace("summary", "figure").replace("curve)", "curve, alt='')"))
    fresh.edit(CURVE, 'matrix={"network"', 'matrix={"netwrk"')
    (line,) = complaints(fresh.tpdl("status", code=2))
    assert "matrix names 'netwrk', which is no parameter of the function; did you mean `network`?" in line
    assert "other" in fresh.states()


def test_commands_that_need_the_whole_plan_refuse(fresh: Lab) -> None:
    fresh.write(".tpdl/full/logs/toy/curve.log", "")
    fresh.edit(CURVE, "def curve(", "def curve((")
    for command in (["clean", "--yes"], ["mv", "experiments.toy.curve", "experiments.toy.kurve"]):
        assert f"{CURVE}:16: " in one_line(fresh.tpdl(*command, code=2))
    assert "cannot be accepted, as its code cannot be read" in fresh.tpdl("accept", "toy/curve", code=2)
    assert (fresh.root / ".tpdl/full/logs/toy/curve.log").exists()


def test_a_syntax_error_is_reported_where_it_is_and_not_where_it_is_imported(fresh: Lab) -> None:
    fresh.edit("helpers/maths.py", "def square(x):", "def square(x:")
    product = (fresh.root / "figures/toy/curve.csv").read_bytes()
    not_fresh = fresh.not_fresh()
    cell = "toy/curve/network=small"
    assert not_fresh[cell].startswith("stale: helpers/maths.py:4: ")
    said = fresh.tpdl("run", code=1)
    assert f"skipped {cell}: cannot run: helpers/maths.py:4: " in said
    assert (fresh.root / "figures/toy/curve.csv").read_bytes() == product
    fresh.edit("helpers/maths.py", "def square(x:", "def square(x):")
    assert fresh.not_fresh() == {}, "undone is undone"


def test_a_constant_from_a_file_with_a_syntax_error(fresh: Lab) -> None:
    fresh.write("helpers/sizes.py", "SIZES = [1, 2\n")
    fresh.write("experiments/other.py", OTHER.replace("()\n", "(matrix={'n': SIZES})\n", 1))
    fresh.edit("experiments/other.py", "from tpdl import", "from helpers.sizes import SIZES\nfrom tpdl import")
    (line,) = complaints(fresh.tpdl("status", code=2))
    assert line.startswith("tpdl: helpers/sizes.py:1: '[' was never closed")


@pytest.mark.parametrize(
    ("imported", "used", "hint"),
    [
        ("from helpers.sizes import SIZE", "SIZE", "helpers.sizes has no `SIZE`; did you mean `SIZES`?"),
        ("from helpers.sizes import SIZES", "SIZS", "did you mean `SIZES`?"),
    ],
)
def test_a_misspelt_constant(fresh: Lab, imported: str, used: str, hint: str) -> None:
    fresh.write("helpers/sizes.py", "SIZES = [1, 2]\n")
    fresh.write("experiments/other.py", OTHER.replace("()\n", f"(matrix={{'n': {used}}})\n", 1))
    fresh.edit("experiments/other.py", "from tpdl import", f"{imported}\nfrom tpdl import")
    (line,) = complaints(fresh.tpdl("status", code=2))
    assert line.startswith("tpdl: experiments/other.py:5: ") and line.endswith(hint)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("import experiment, figure", "import experimen as experiment, figure", "no decorator `experimen`"),
        ("from tpdl import", "from tpdll import", "imported from tpdll; did you mean `tpdl`?"),
        ("@experiment(", "@experimnt(", "`experimnt` is not defined; did you mean `experiment`?"),
    ],
)
def test_a_misspelt_decorator_is_no_experiment_that_is_gone(fresh: Lab, old: str, new: str, said: str) -> None:
    fresh.edit(CURVE, old, new)
    states = fresh.states()
    assert {name: state for name, state in states.items() if "curve" in name and said not in state} == {}
    assert len(states) == 5
    assert said in fresh.tpdl("run", code=2)


@pytest.mark.parametrize("kind", ["folder", "pipe", "link to itself", "too deep", "too long"])
def test_what_is_no_module_does_not_stop_the_others(fresh: Lab, kind: str) -> None:
    path = fresh.root / "experiments/other.py"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "link to itself":
        path.symlink_to(path.name)
    else:
        path.write_text("x = " + ("[" * 5000 + "]" * 5000 if kind == "too deep" else "+".join(["1"] * 20_000)))
    is_file = path.is_file()
    said = fresh.tpdl("status", code=2 if is_file else 0)
    assert len(complaints(said)) == is_file and "toy/curve.svg" in said
    assert "1 done" in fresh.tpdl("run", "--force", "toy/curve.svg", code=2 if is_file else 0)


def test_the_report_shows_what_is_recorded(started: Lab) -> None:
    started.edit("experiments/noise/means.py", "def means_curve(", "def means_curve((")
    said = started.tpdl("report", "--to", "html", "--renderer", "embedded", code=2)
    (line,) = complaints(said)
    assert line.startswith("tpdl: experiments/noise/means.py:46: ") and "claims checked" in said
    page = (started.root / "_book/report/means.html").read_text()
    assert "means.svg" in page and "not measured yet" not in page
    assert "holds" in started.tpdl("claims", code=2)
    states = json.loads(started.tpdl("status", "--json", code=2).partition("\ntpdl: ")[0])
    assert {step["state"] for step in states} == {"stale"} and len(states) == 5
