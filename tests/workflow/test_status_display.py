"""What `tpdl status` prints: what is fresh in a line an experiment, what is not below, as wide as the terminal."""

from __future__ import annotations

from tests.conftest import Lab
from tests.terminal import on_a_terminal

OTHER = """
from tpdl import experiment


@experiment(matrix={"n": [1, 2, 3]})
def other(n: int) -> dict:
    return {"n": n}
"""


def test_what_is_fresh_takes_a_line_an_experiment(fresh: Lab) -> None:
    fresh.write("experiments/other.py", OTHER)
    fresh.tpdl("run")
    lines = fresh.tpdl("status").splitlines()
    assert [line.split()[:2] for line in lines[1:3]] == [["other", "fresh"], ["toy/curve", "fresh"]]
    assert lines[1].split()[-1] == "4", "three cells and their table"
    assert len(lines) == 5 and lines[-1].endswith("fresh")
    every = fresh.tpdl("status", "--all")
    assert all(name in every for name in ("other/n=1", "other/n=3", "toy/curve.svg"))
    assert "toy/curve.values" in fresh.tpdl("status", "toy/curve"), "of one experiment each step is said"


def test_what_is_not_fresh_stands_below_step_by_step(fresh: Lab) -> None:
    fresh.write("experiments/other.py", OTHER)
    fresh.tpdl("run", "other")
    fresh.edit("experiments/toy/curve.py", 'return "x"', 'return "y"')
    lines = fresh.tpdl("status", code=1).splitlines()
    assert lines[1].split()[:2] == ["other", "fresh"]
    assert lines[4].startswith("toy/curve.svg") and "code experiments.toy.curve:axis_title changed" in lines[4]
    assert not any(line.startswith("toy/curve.values") for line in lines), "fresh"
    assert lines[-1] == "9 steps: 8 fresh, 1 stale"


def test_no_line_is_wider_than_the_terminal(fresh: Lab) -> None:
    fresh.edit("experiments/toy/curve.py", 'return "x"', 'return "y"')
    wide, narrow = on_a_terminal(fresh, 200, "status"), on_a_terminal(fresh, 40, "status")
    assert max(map(len, narrow)) <= 40 < max(map(len, wide))
    said = " ".join(" ".join(narrow).split())
    assert "toy/curve.svg stale" in said and "code experiments.toy.curve:axis_title changed" in said
