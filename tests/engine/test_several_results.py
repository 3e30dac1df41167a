"""Several results of one experiment: one record, one product for each, and everybody gets the part that is meant."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.conftest import complaint

MODULE = """
import numpy as np
import pandas as pd

from tpdl import Arrays, experiment, figure, summary


@experiment(matrix={"seed": [0, 1]})
def training(seed: int, epochs: int = 2) -> tuple[pd.DataFrame, Arrays, dict]:
    with open("measured", "a") as file:
        print(seed, file=file)
    curve = pd.DataFrame({"code": ["007"] * epochs, "loss": np.arange(epochs) + seed + 0.5})
    return curve, {"weights": np.full(3, seed)}, {"best": 0.5 + seed}


@experiment(inputs={"trained": training}, matrix={"seed": [0, 1]})
def follower(trained: tuple[pd.DataFrame, Arrays, dict], seed: int) -> dict:
    curve, arrays, values = trained
    assert curve["code"].tolist() == ["007", "007"]
    return {"sum": int(arrays["weights"].sum()), "best": values["best"], "rows": len(curve)}


@experiment()
def single() -> tuple[Arrays, dict]:
    return {"weights": np.zeros(2)}, {"best": 3}


@summary(training)
def training_values(results: pd.DataFrame) -> dict:
    return {"loss": float(results["loss"].max()), "columns": list(results.columns)}


@summary(single)
def single_values(results: tuple[Arrays, dict]) -> dict:
    arrays, values = results
    return {"both": values["best"] + len(arrays["weights"])}


@figure(single, caption="Weights.", alt="Two bars.")
def single_bars(results: tuple[Arrays, dict]):
    from matplotlib.figure import Figure

    picture = Figure()
    picture.subplots().bar([0, 1], results[0]["weights"])
    return picture
"""


@pytest.fixture
def several(lab):
    lab.write("experiments/several/runs.py", MODULE)
    lab.tpdl("run", "several")
    return lab


def value(lab, name):
    return json.loads((lab.root / "figures/several" / name).read_text())


def test_each_gets_the_part_that_is_meant(several):
    assert set(several.states("several").values()) == {"fresh"}
    assert value(several, "follower/seed=1.json") == {"sum": 3, "best": 1.5, "rows": 2}
    assert value(several, "training.values.json") == {"loss": 2.5, "columns": ["seed", "code", "loss"]}
    assert value(several, "single.values.json") == {"both": 5}
    table = (several.root / "figures/several/training.csv").read_text().splitlines()
    assert table == ["seed,code,loss", "0,007,0.5", "0,007,1.5", "1,007,1.5", "1,007,2.5"]
    record = value(several, "training/seed=0.csv.record.json")
    assert set(record["products"]) == {"seed=0.csv", "seed=0.npz", "seed=0.json"}
    assert len(list((several.root / "figures/several/training").glob("seed=0*"))) == 4, "three results, one record"


def test_a_chapter_takes_values_from_the_mapping(several):
    several.write("_quarto.yml", "project:\n  type: book\nbook:\n  title: X\n  chapters: [index.qmd]\nformat: html\n")
    several.write("index.qmd", '# X\n\n[It is three.]{claim="single.best == 3 and single.both == 5"}\n')
    assert "single.best == 3" in several.tpdl("claims")


def test_any_part_that_was_edited_is_seen(several):
    for suffix in (".csv", ".npz", ".json"):
        path = several.root / f"figures/several/training/seed=0{suffix}"
        before = path.read_bytes()
        path.write_bytes(before + b" ")
        state = several.states("several/training/seed=0")["several/training/seed=0"]
        assert state == f"stale: product seed=0{suffix} is not what was written: edited by hand, or truncated"
        path.unlink()
        assert f"product seed=0{suffix} is gone" in str(several.states("several/training/seed=0"))
        path.write_bytes(before)
    assert set(several.states("several").values()) == {"fresh"}


def test_a_part_that_changes_makes_its_followers_stale(several):
    several.edit("experiments/several/runs.py", "np.full(3, seed)", "np.full(3, seed + 1)")
    several.tpdl("run", "several")
    assert value(several, "follower/seed=1.json")["sum"] == 6
    assert set(several.states("several").values()) == {"fresh"}


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        ("return curve", "must return a tuple of 3 results; it returned DataFrame"),
        ("return curve, {}", "must return 3 results; it returned 2"),
        ('return {"weights": np.zeros(1)}, curve, {}', "must return a pandas DataFrame; it returned dict"),
        ('return curve, {"w": np.array([np.nan])}, {}', "returned NaN or infinity in array 'w'"),
    ],
)
def test_a_wrong_part_replaces_none(several, returned, expected):
    folder = several.root / "figures/several/training"
    before = {path: path.read_bytes() for path in folder.iterdir()}
    old = 'return curve, {"weights": np.full(3, seed)}, {"best": 0.5 + seed}'
    several.edit("experiments/several/runs.py", old, returned)
    said = several.tpdl("run", "several/training", code=1)
    assert expected in said and "what it returned is kept in .tpdl/full/refused/several/training/seed=0/" in said
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_several_results_that_were_refused_are_taken_up(several):
    several.edit("experiments/several/runs.py", "np.full(3, seed)", "np.full(3, np.nan)")
    several.tpdl("run", "several/training/seed=0", code=1)
    before = (several.root / "measured").read_text()
    said = several.tpdl("run", "several/training/seed=0", "--keep-nan")
    assert "nothing was measured again" in said and (several.root / "measured").read_text() == before
    with np.load(several.root / "figures/several/training/seed=0.npz") as stored:
        assert np.isnan(stored["weights"]).all()
    assert value(several, "training/seed=0.csv.record.json")["columns"] == {"code": "text"}


def test_a_renamed_experiment_takes_all_of_them_along(several):
    several.edit("experiments/several/runs.py", "def single()", "def alone()")
    for old in ("@summary(single)", "@figure(single,"):
        several.edit("experiments/several/runs.py", old, old.replace("single", "alone"))
    several.tpdl("mv", "experiments.several.runs:single", "experiments.several.runs:alone")
    assert set(several.states("several").values()) == {"fresh"}
    assert {path.suffix for path in (several.root / "figures/several").glob("alone.*")} >= {".npz", ".json"}
    assert not list((several.root / "figures/several").glob("single.npz"))


def test_local_results_are_all_kept_local(lab):
    lab.write(
        "experiments/several/runs.py",
        MODULE.replace("@experiment()\ndef single", "@experiment(local=True)\ndef single"),
    )
    lab.tpdl("run", "several/single")
    assert sorted(path.name for path in (lab.root / ".tpdl/full/local/several").iterdir()) == [
        "single.json",
        "single.npz",
    ]
    assert (lab.root / "figures/several/single.npz.record.json").exists()
    assert set(lab.states("several/single").values()) == {"fresh"}


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("tuple[pd.DataFrame, list]", "the return annotation says tuple[DataFrame, list]"),
        ("tuple[dict, ...]", "the return annotation says tuple[dict, ...]"),
        ("tuple[dict, dict]", "one mapping, one set of arrays and one of images"),
        ("tuple", "the return annotation says tuple;"),
    ],
)
def test_what_no_record_can_hold_is_refused(lab, annotation, expected):
    lab.write("experiments/several/runs.py", MODULE.replace("-> tuple[Arrays, dict]", f"-> {annotation}"))
    assert expected in complaint(lab.tpdl("status", code=2))
