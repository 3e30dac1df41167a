"""What is misspelt, anywhere, is answered with the nearest right name."""

from __future__ import annotations

import pytest

from tests.conftest import Lab, one_line

WITH_DATA = """
from tpdl import experiment


@experiment(matrix={"network": ["good", "odd", "bad"]}, data=["weights/{network}"])
def other(network: str) -> dict:
    return {"n": 1}
"""
CATALOGUE = """
from pathlib import Path


def names():
    return ["weights/good"]


def resolve(name, root):
    if name == "weights/bad":
        raise RuntimeError("no\\nway")
    return []


def describe(name, root):
    if name != "weights/good":
        raise KeyError(name)
    return "weights/good is not here"


def fetch(name, root):
    return Path(root)
"""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["statsu"], "there is no command 'statsu'; did you mean `status`?"),
        (["run", "--forec"], "unrecognized arguments: --forec; did you mean `--force`? (tpdl run --help)"),
        (["run", "--dryrun"], "--dryrun; did you mean `--dry-run`?"),
        (["report", "--renderer", "embeded"], "did you mean `embedded`?"),
        (["report", "--to", "htlm"], "--to cannot be 'htlm'; did you mean `html`?"),
        (["frobnicate"], "tpdl: there is no command 'frobnicate' (tpdl --help)"),
        (["why", "toy/curv"], "there is no step 'toy/curv'; did you mean toy/curve"),
    ],
)
def test_commands_options_and_steps(lab: Lab, arguments: list[str], said: str) -> None:
    assert said in one_line(lab.tpdl(*arguments, code=2))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("maths import square", "maths import squre", "cannot import name 'squre' from 'helpers.maths'"),
        ("helpers.maths import", "helpers.math import", "No module named 'helpers.math'; did you mean `maths`?"),
        ("helpers.maths import", "helprs.maths import", "No module named 'helprs'; did you mean `helpers`?"),
        ("import pandas as pd", "import pandsa as pd", "No module named 'pandsa'; did you mean `pandas`?"),
        ("scale * square", "scale * sqare", "name 'sqare' is not defined; did you mean `square`?"),
    ],
)
def test_imports_and_names_of_a_step(fresh: Lab, old: str, new: str, said: str) -> None:
    fresh.edit("experiments/toy/curve.py", old, new)
    printed = fresh.tpdl("run", "toy/curve/network=small", "--executor", "process", code=1)
    assert said in printed
    if "squre" in new:
        assert "; did you mean `square`?" in printed


def test_a_catalogue_that_fails_for_one_name_says_so_for_that_one(fresh: Lab) -> None:
    fresh.write("experiments/other.py", WITH_DATA)
    fresh.write("sets.py", CATALOGUE)
    fresh.write("pyproject.toml", '[tool.tpdl]\ncatalogue = "sets"\n')
    states = fresh.states()
    assert states["toy/curve"] == "fresh"
    assert states["other/network=good"] == "missing: data not on this machine: weights/good is not here"
    assert states["other/network=odd"].startswith("missing: data not on this machine: weights/odd: the data catalogue")
    assert "KeyError" in states["other/network=bad"]
    assert "weights/odd" in fresh.tpdl("data", code=1)
    assert "toy/curve" in fresh.tpdl("status", code=1)


def test_a_catalogue_that_cannot_be_imported_is_one_line(fresh: Lab) -> None:
    fresh.write("experiments/other.py", WITH_DATA)
    fresh.write("pyproject.toml", '[tool.tpdl]\ncatalogue = "sets"\n')
    for text, said in (
        ("def names(:\n", "sets.py:1: "),
        ("from helpers.maths import squre\n", "did you mean `square`?"),
        ("x = 1\n", "is no data catalogue"),
    ):
        fresh.write("sets.py", text)
        printed = fresh.tpdl("status", code=2)
        (line,) = [line for line in printed.splitlines() if line.startswith("tpdl: ")]
        assert said in line and "catalogue = 'sets'" in line and "toy/curve " in printed
