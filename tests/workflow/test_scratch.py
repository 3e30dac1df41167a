"""Parameters from the command line: scratch results, which touch nothing; tables and comparisons with what is kept."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.conftest import Lab, one_line
from tests.workflow.conftest import commit, git, identity
from tpdl import UserError
from tpdl.plan.plan import read_plan
from tpdl.plan.project import Project
from tpdl.plan.scratch import scratch_steps
from tpdl.plan.selection import select

__all__ = ["identity"]

TRAINING = """
import pandas as pd

from tpdl import experiment


@experiment(matrix={"opt": ["sgd", "adam"]})
def features(opt: str, scale: float = 1.0) -> dict:
    return {"scale": scale}


@experiment(matrix={"opt": ["sgd", "adam"], "size": [1, 2]}, inputs={"features": features})
def training(
    features: dict, opt: str, size: int, lr: float = 0.1, epochs: int = 2, name: str = "x", fast: bool = False
) -> pd.DataFrame:
    factor = features["scale"] * {"sgd": 1.0, "adam": 0.5}.get(opt, 2.0)
    print("trains", opt, lr)
    return pd.DataFrame([{"size": size, "epoch": n, "loss": factor * lr / (n + size)} for n in range(epochs)])
"""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A sweep that has run, and is committed."""
    lab = Lab(tmp_path_factory.mktemp("scratch"))
    lab.write("experiments/training.py", TRAINING)
    lab.tpdl("run", "--executor", "inline", "features", "training")
    lab.write(".gitignore", ".tpdl/\n__pycache__/\n")
    commit(lab.root)
    return lab


def cells(text: str) -> list[list[str]]:
    """The first table in what was printed, by lines and columns."""
    return [line.split() for line in text.split("\n\n")[0].splitlines()]


def scratch_files(lab: Lab) -> set[str]:
    folder = lab.root / ".tpdl/full/scratch"
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*.csv")}


def test_a_scratch_result_touches_nothing(measured: Lab) -> None:
    said = measured.tpdl("run", "training/size=1", "-S", "lr=1e-3", "-S", "epochs=3", "-j", "2")
    assert "2 done" in said and "tpdl compare training/opt=sgd,size=1 scratch/training/opt=sgd,size=1" in said
    assert scratch_files(measured) == {f"training/opt={opt},size=1,lr=0.001,epochs=3.csv" for opt in ("sgd", "adam")}
    assert git(measured.root, "status", "--porcelain") == ""
    assert measured.tpdl("status", "training").count("fresh") > 4
    table = (measured.root / ".tpdl/full/scratch/training/opt=adam,size=1,lr=0.001,epochs=3.csv").read_text()
    assert table.splitlines()[0] == "size,epoch,loss" and len(table.splitlines()) == 4
    assert measured.tpdl("log", "scratch/training/opt=sgd,size=1,lr=0.001,epochs=3") == "trains sgd 0.001\n"
    assert "0.001" in measured.tpdl("show", "scratch/training/opt=sgd,size=1,lr=0.001,epochs=3")


def test_it_is_measured_from_what_its_parameters_ask_for(measured: Lab) -> None:
    """Another value of the matrix takes other inputs."""
    measured.tpdl("run", "training/opt=sgd,size=1", "-S", "opt=adam", "--inline")
    kept = (measured.root / "figures/training/opt=adam,size=1.csv").read_text()
    assert (measured.root / ".tpdl/full/scratch/training/opt=adam,size=1.csv").read_text() == kept
    said = measured.tpdl("run", "training/opt=sgd,size=2", "-S", "lr=3", "--dry-run")
    assert said.startswith("scratch/training/opt=sgd,size=2,lr=3.0  ") and "lr=3.0" in said and "epochs=2" in said


def test_what_no_cell_has_been_measured_with_is_measured_on_the_way(measured: Lab) -> None:
    """A value that is in no matrix: the inputs with this value are scratch results as well."""
    folder = measured.root / ".tpdl/full/scratch"
    said = measured.tpdl("run", "training/size=1", "-S", "opt=lion", "-S", "lr=4", "--dry-run")
    assert [line.split()[0] for line in said.splitlines()] == [
        "scratch/features/opt=lion", "scratch/training/opt=lion,size=1,lr=4.0",
    ]  # fmt: skip
    measured.tpdl("run", "training/size=1", "-S", "opt=lion", "-S", "lr=4", "--inline")
    table = (folder / "training/opt=lion,size=1,lr=4.0.csv").read_text().splitlines()
    assert table[1:] == ["1,0,8.0", "1,1,4.0"]
    assert git(measured.root, "status", "--porcelain") == "", "nothing that is kept was touched"

    before = (folder / "features/opt=lion.json.record.json").read_bytes()
    said = measured.tpdl("run", "training/size=1", "-S", "opt=lion", "-S", "lr=5", "--inline")
    assert "1 done" in said, "what is fresh is not measured again"
    assert (folder / "features/opt=lion.json.record.json").read_bytes() == before


@pytest.mark.parametrize(
    "name, settings, said",
    [
        ("training", ["lrr=1"], "training has no parameter 'lrr'; did you mean `lr`?"),
        ("training", ["lr"], "-S lr: it must be NAME=VALUE"),
        ("training", ["lr=fast"], "-S lr=fast: it must be a number, as 0.1 is"),
        ("training", ["epochs=1.5"], "it must be a whole number, as 2 is"),
        ("training", ["fast=1"], "it must be true or false, as false is"),
        ("training", ["features=1"], "features is the result of features/opt=sgd, and no value"),
        ("training", ["lr=1", "lr=2"], "lr is given twice"),
        ("toy/curve.svg", ["n=1"], "there is none among toy/curve.svg"),
        ("training/opt=sdg", ["lr=1"], "no cell of training has opt=sdg; did you mean `sgd`?"),
        ("training/opd=sgd", ["lr=1"], "training has no parameter 'opd'; did you mean `opt`?"),
    ],
)
def test_what_is_refused(measured: Lab, name: str, settings: list[str], said: str) -> None:
    plan = read_plan(Project(measured.root))
    with pytest.raises(UserError, match=re.escape(said)):
        scratch_steps(plan, select(plan, [name]), settings)


def test_what_is_refused_in_one_line(measured: Lab) -> None:
    assert "did you mean `lr`?" in one_line(measured.tpdl("run", "training", "-S", "lrr=1", code=2))


def test_addresses_by_some_parameters(measured: Lab) -> None:
    names = {step["step"] for step in json.loads(measured.tpdl("status", "training/size=2,opt=*", "--json"))}
    assert names == {"training/opt=sgd,size=2", "training/opt=adam,size=2"}
    assert set(measured.states("training/lr=1e-1")) == {
        f"training/opt={o},size={n}" for o in ("sgd", "adam") for n in "12"
    }
    assert set(measured.states("figures/training/opt=sgd,size=2.csv")) == {"training/opt=sgd,size=2"}


def test_the_table_and_the_comparison(measured: Lab, tmp_path: Path) -> None:
    lab = Lab.__new__(Lab)
    lab.root = tmp_path / "lab"
    git(tmp_path, "clone", "--quiet", str(measured.root), str(lab.root))
    before = [["opt", "size", "epoch", "loss", "seconds"], ["adam", "2", "1"], ["adam", "1", "1"], ["sgd", "2", "1"]]
    assert [
        row[: len(expected)]
        for row, expected in zip(cells(lab.tpdl("table", "training", "--sort", "loss")), before, strict=False)
    ] == before
    lab.edit("experiments/training.py", '"adam": 0.5', '"adam": 0.25')
    lab.edit("experiments/training.py", '"opt": ["sgd", "adam"], "size"', '"opt": ["adam"], "size"')
    lab.tpdl("run", "training/opt=adam,size=1", "-S", "lr=2")
    rows = cells(lab.tpdl("table", "training", "--at", "HEAD", "--rows", "mean", "--sort", "loss", "--reverse"))
    assert rows[0] == ["from", "lr", "opt", "size", "epoch", "loss", "seconds", "code"]
    assert rows[1][:6] == ["scratch", "2", "adam", "1", "0.5", "0.375"] and rows[1][-2:] == ["as", "now"]
    assert {row[0] for row in rows[2:]} == {"measured", git(lab.root, "rev-parse", "--short=7", "HEAD")}
    assert len(rows) == 1 + 1 + 2 + 4, "cells that are no more are in the commit"
    assert all(row[-1] == "earlier" for row in rows[2:])
    every = json.loads(lab.tpdl("table", "training/size=1", "--rows", "all", "--json"))
    assert [run["results"]["epoch"] for run in every if run["from"] == "scratch"] == [0, 1]

    said = lab.tpdl("compare", "training/size=1", "scratch/training/lr=2", "--exit-code", code=1)
    assert "parameter lr: 0.1 -> 2.0" in said and "code experiments.training:training changed" in said
    assert "+0.45 (+9e+02 %)" in said
    assert "the results are the same" in lab.tpdl("compare", "training/size=1", "training/size=1@HEAD", "--exit-code")
    said = lab.tpdl("compare", "training/opt=sgd,size=1@HEAD", "training/size=1")
    assert "parameter opt" in said, "a cell that is no more is in the commit"
    found = json.loads(lab.tpdl("compare", "training/size=1", "training/size=2", "--json"))
    assert [change["what"] for change in found["changes"]] == ["loss", "loss"], "and no row is new for its size"
    said = one_line(lab.tpdl("compare", "training", "training/size=1", code=2))
    assert "training is the table of all cells" in said
    assert "training/size=1 means 2 results" in one_line(
        measured.tpdl("compare", "training/size=1", "training", code=2)
    )

    assert "freed" in lab.tpdl("clean", "--scratch", "--yes")
    assert scratch_files(lab) == set()


def test_a_scratch_run_that_fails_leaves_a_log(measured: Lab) -> None:
    measured.tpdl("clean", "--scratch", "--yes")
    said = measured.tpdl("run", "training/opt=sgd,size=1", "-S", "epochs=0", code=1)
    assert "failed  scratch/training/opt=sgd,size=1,epochs=0: " in said and "without rows" in said
    assert measured.tpdl("log", "scratch/training/opt=sgd,size=1,epochs=0") == "trains sgd 0.1\n"
    assert not any("epochs=0" in name for name in scratch_files(measured))
    rows = cells(measured.tpdl("table", "features"))
    assert [row[:2] for row in rows] == [["opt", "scale"], ["sgd", "1"], ["adam", "1"]]


def test_a_folder_called_scratch_is_in_the_way(lab: Lab) -> None:
    lab.write("experiments/scratch/training.py", TRAINING)
    said = one_line(lab.tpdl("run", "scratch/features", "-S", "scale=2", code=2))
    assert said.startswith("tpdl: experiments/scratch/training.py: ") and "rename the folder" in said


def test_inputs_are_not_made_on_the_way(lab: Lab) -> None:
    lab.write("experiments/training.py", TRAINING)
    said = one_line(lab.tpdl("run", "training/size=1,opt=sgd", "-S", "lr=1", code=2))
    assert said.endswith("which has no result here; first: tpdl run features/opt=sgd")
    assert not (lab.root / "figures").exists()
