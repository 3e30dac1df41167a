"""Cells that one process measures together: each has its result and record, and the group runs as a whole."""

from __future__ import annotations

import json
import os
import signal
import sys

import pytest

from tests.conftest import complaint, wait_for

SPREAD = """
import os
from pathlib import Path
from time import sleep

import pandas as pd

from tpdl import checkpoint, experiment, note, progress


@experiment(matrix={"seed": [0, 1, 2]})
def start(seed: int) -> dict:
    return {"start": 10 * seed}


@experiment()
def scale() -> dict:
    return {"scale": 1}


@experiment(matrix={"rate": [1, 2], "seed": [0, 1, 2]}, inputs={"started": start, "scaled": scale}, together=["seed"])
def walk(rate: int, seed: list[int], started: list[dict], scaled: dict, bad: int = -1) -> list[pd.DataFrame]:
    with open("calls", "a") as file:
        file.write(f"{rate} {seed} {[each['start'] for each in started]}\\n")
    state = checkpoint.load("walk") or {"step": 0}
    with open("begun", "a") as file:
        file.write(f"{rate} {state['step']}\\n")
    for step in progress(range(state["step"], 3)):
        checkpoint.save("walk", {"step": step + 1})
        Path(f"at-{rate}-{step}").touch()
        while step == 1 and Path(f"hold-{rate}").exists():
            sleep(0.02)
    note(cells=len(seed))
    ends = [each["start"] + scaled["scale"] * rate for each in started]
    return [pd.DataFrame({"end": [float("nan") if one == bad else end]}) for one, end in zip(seed, ends)]
"""
CELLS = [f"walk/rate={rate},seed={seed}" for rate in (1, 2) for seed in (0, 1, 2)]


def record(lab, name):
    return json.loads((lab.root / f"figures/{name}.csv.record.json").read_text())


def calls(lab):
    """What the function was called with since the last time that this was asked."""
    path = lab.root / "calls"
    found = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return sorted(found)


@pytest.fixture
def walk(lab):
    (lab.root / "experiments/toy/curve.py").unlink()
    lab.write("experiments/walk.py", SPREAD)
    return lab


def test_a_group_is_one_call_and_each_cell_has_its_result(walk):
    walk.tpdl("run", "-j", "2")
    assert calls(walk) == ["1 [0, 1, 2] [0, 10, 20]", "2 [0, 1, 2] [0, 10, 20]"]
    assert (walk.root / "figures/walk/rate=2,seed=1.csv").read_text() == "end\n12\n"
    assert walk.not_fresh() == {}
    made = record(walk, "walk/rate=2,seed=1")
    assert made["parameters"] == {"rate": 2, "seed": 1, "bad": -1} and made["together"] == {"seed": [0, 1, 2]}
    assert made["happened"]["together"]["cells"] == 3 and made["happened"]["notes"] == {"cells": 3}
    assert made["happened"]["seconds"] <= made["happened"]["together"]["seconds"] / 3 + 0.01
    assert "together   walk/rate=2,seed=0, walk/rate=2,seed=2" in walk.tpdl("why", "walk/rate=2,seed=1")

    # One product is gone: that cell alone is not fresh, and its group runs as a whole.
    (walk.root / "figures/walk/rate=1,seed=2.csv").unlink()
    assert list(walk.not_fresh()) == ["walk/rate=1,seed=2", "walk"]
    dry = walk.tpdl("run", "--dry-run")
    assert "walk/rate=1,seed=0" in dry and "runs together with walk/rate=1,seed=1" in dry and "rate=2" not in dry
    said = walk.tpdl("run", "walk/rate=1,seed=2")
    assert calls(walk) == ["1 [0, 1, 2] [0, 10, 20]"]
    assert "done    walk/rate=1,seed=0" in said and "3 done" in said

    # What decides one of them decides all: an input of one cell, and which cells there are.
    walk.edit("experiments/walk.py", '"start": 10 * seed', '"start": 10 * seed + (seed == 1)')
    walk.tpdl("run", "start")
    assert {name for name in walk.not_fresh() if "=" in name} == set(CELLS)
    walk.edit("experiments/walk.py", '"rate": [1, 2], "seed": [0, 1, 2]', '"rate": [1, 2], "seed": [0, 1]')
    states = walk.states("walk/rate=1,seed=0")
    assert states["walk/rate=1,seed=0"] == "stale: cells that run together: seed 0, 1, 2 -> seed 0, 1"
    walk.tpdl("run")
    assert calls(walk) == ["1 [0, 1] [0, 11]", "2 [0, 1] [0, 11]"]
    assert walk.not_fresh() == {}


def test_one_result_that_is_refused_takes_no_other_with_it(walk):
    walk.edit("experiments/walk.py", "bad: int = -1", "bad: int = 1")
    walk.edit("experiments/walk.py", '"rate": [1, 2]', '"rate": [1]')
    said = walk.tpdl("run", code=1)
    assert "failed  walk/rate=1,seed=1" in said and "returned NaN" in said
    assert "done    walk/rate=1,seed=0" in said and "done    walk/rate=1,seed=2" in said
    assert walk.not_fresh().keys() == {"walk/rate=1,seed=1", "walk"}
    calls(walk)
    said = walk.tpdl("run", "--keep-nan", "walk/rate=1,seed=1")
    assert "nothing was measured again" in said and calls(walk) == []
    walk.tpdl("run")
    assert walk.not_fresh() == {} and calls(walk) == []


def test_what_fails_fails_for_all_of_them(walk):
    walk.edit("experiments/walk.py", "    note(cells=len(seed))\n", "    assert rate == 1, 'too fast'\n")
    said = walk.tpdl("run", code=1)
    for seed in (0, 1, 2):
        assert f"failed  walk/rate=2,seed={seed}: experiments/walk.py:" in said and "too fast" in said
        assert f"done    walk/rate=1,seed={seed}" in said
    assert said.count("        AssertionError: too fast\n") == 1, "the traceback is shown once"
    assert "measured together with walk/rate=2,seed=0, whose log is .tpdl/full/logs/walk/rate=2,seed=0.log" in said
    assert walk.states("walk/rate=2,seed=2")["walk/rate=2,seed=2"].startswith("failed: experiments/walk.py:")
    walk.edit("experiments/walk.py", "    return [pd", "    return 0 * [pd")
    said = walk.tpdl("run", "walk/rate=1,seed=1", code=1)
    assert "0 results for 3 cells; with together=[…] a function returns a list, one result for each value in seed" in (
        said
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes in /proc")
def test_a_group_that_is_killed_goes_on_as_a_whole(walk):
    from tests.engine.test_recovery import workers_of

    walk.edit("experiments/walk.py", '"rate": [1, 2]', '"rate": [1]')
    (walk.root / "hold-1").touch()
    process = walk.popen("run")
    wait_for((walk.root / "at-1-1").exists)
    [worker] = workers_of(walk, "walk/rate=1,seed=0")
    os.kill(worker, signal.SIGKILL)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    for seed in (0, 1, 2):
        assert f"failed  walk/rate=1,seed={seed}: the process was ended by SIGKILL" in said
    (walk.root / "hold-1").unlink()
    walk.tpdl("run")
    assert (walk.root / "begun").read_text().splitlines() == ["1 0", "1 2"]
    assert walk.not_fresh() == {}


MISTAKES = {
    'together=["sed"]': "together names 'sed', which is no parameter of matrix; did you mean `seed`?",
    'together="seed"': "together of @experiment must be a list of texts",
    'together=["seed"], optional={"seed": [2]}': "together and optional both name 'seed'",
}


@pytest.mark.parametrize("wrong", MISTAKES)
def test_mistakes(walk, wrong):
    walk.edit("experiments/walk.py", 'together=["seed"]', wrong)
    assert MISTAKES[wrong] in complaint(walk.tpdl("status", code=2))


def test_the_annotation_says_that_there_are_several(walk):
    walk.edit("experiments/walk.py", "-> list[pd.DataFrame]", "-> pd.DataFrame")
    said = complaint(walk.tpdl("status", code=2))
    assert "the return annotation says DataFrame; with together=[…] the function returns a list" in said


def with_gpu(lab):
    """An environment in which `nvidia-smi` tells of a GPU; what runs does not notice."""
    program = lab.write("bin/nvidia-smi", "#!/bin/sh\necho 'GPU-5f2c, 0, NVIDIA H200, 143771, 0, 0'\n")
    program.chmod(0o755)
    return {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}


@pytest.fixture
def on_gpu(walk):
    """The same, but its cells run together for the sake of a GPU; there is none for commands by default."""
    walk.edit("experiments/walk.py", 'together=["seed"]', 'together=["seed"], device="gpu"')
    walk.edit("experiments/walk.py", '"rate": [1, 2]', '"rate": [1]')
    return walk


def test_without_a_gpu_cells_that_are_for_one_run_one_by_one(on_gpu):
    on_gpu.tpdl("run", "-j", "2", CUDA_VISIBLE_DEVICES="")
    assert calls(on_gpu) == ["1 [0] [0]", "1 [1] [10]", "1 [2] [20]"]
    assert (on_gpu.root / "figures/walk/rate=1,seed=1.csv").read_text() == "end\n11\n"
    made = record(on_gpu, "walk/rate=1,seed=1")
    assert made["parameters"]["seed"] == 1 and "together" not in made and "together" not in made["happened"]
    assert on_gpu.not_fresh() == {}
    (on_gpu.root / "figures/walk/rate=1,seed=2.csv").unlink()
    assert "runs together" not in on_gpu.tpdl("run", "--dry-run", CUDA_VISIBLE_DEVICES="")
    on_gpu.tpdl("run", CUDA_VISIBLE_DEVICES="")
    assert calls(on_gpu) == ["1 [2] [20]"]

    # Another machine may have a GPU: what was measured here is fresh there, and one that has to run takes the others.
    gpu = with_gpu(on_gpu)
    assert "everything asked for is fresh" in on_gpu.tpdl("run", **gpu)
    (on_gpu.root / "figures/walk/rate=1,seed=2.csv").unlink()
    on_gpu.tpdl("run", **gpu)
    assert calls(on_gpu) == ["1 [0, 1, 2] [0, 10, 20]"]
    assert record(on_gpu, "walk/rate=1,seed=1")["together"] == {"seed": [0, 1, 2]}
    # … and the other way round: only the cell that is gone runs, and its record no longer names a group.
    assert "everything asked for is fresh" in on_gpu.tpdl("run", CUDA_VISIBLE_DEVICES="")
    (on_gpu.root / "figures/walk/rate=1,seed=0.csv").unlink()
    on_gpu.tpdl("run", CUDA_VISIBLE_DEVICES="")
    assert calls(on_gpu) == ["1 [0] [0]"]
    assert "together" not in record(on_gpu, "walk/rate=1,seed=0")
    assert record(on_gpu, "walk/rate=1,seed=2")["together"] == {"seed": [0, 1, 2]}
    assert "together  " not in on_gpu.tpdl("why", "walk/rate=1,seed=0"), "it was measured by itself"
    assert "together   walk/rate=1,seed=0" in on_gpu.tpdl("why", "walk/rate=1,seed=2")
    assert on_gpu.not_fresh() == {}

    # With a seed less the one is the result of another group; of the other, what all cells of a group need has changed.
    on_gpu.edit("experiments/walk.py", '1], "seed": [0, 1, 2]}, inputs', '1], "seed": [0, 2]}, inputs')
    states = on_gpu.states("walk/rate=1,seed=0", "walk/rate=1,seed=2")
    assert states["walk/rate=1,seed=0"] == "stale: input start/seed=1 is used no more"
    assert states["walk/rate=1,seed=2"] == "stale: cells that run together: seed 0, 1, 2 -> seed 0, 2"


def test_a_failure_and_a_checkpoint_are_those_of_the_way_in_which_a_cell_ran(on_gpu):
    on_gpu.edit("experiments/walk.py", "    note(cells=len(seed))\n", "    assert seed == [0], 'too many'\n")
    on_gpu.tpdl("run", code=1, CUDA_VISIBLE_DEVICES="")
    states = on_gpu.states("walk/rate=1,seed=0", "walk/rate=1,seed=1")
    assert states["walk/rate=1,seed=0"] == "fresh"
    assert states["walk/rate=1,seed=1"].startswith("failed: experiments/walk.py:")
    kept = list((on_gpu.root / ".tpdl/full/checkpoints/walk").rglob("walk.json"))
    assert len(kept) == 2 and "walk.json" not in on_gpu.tpdl("clean", "--dry-run")
    on_gpu.tpdl("run", code=1, **with_gpu(on_gpu))
    begun = (on_gpu.root / "begun").read_text().splitlines()
    assert begun == ["1 0"] * 4, "the group does not go on from what a cell has saved"
    assert on_gpu.states("walk/rate=1,seed=2")["walk/rate=1,seed=2"].startswith("failed: experiments/walk.py:")


def test_elsewhere_there_may_be_a_gpu(on_gpu):
    on_gpu.write("pool.py", "from concurrent.futures import ThreadPoolExecutor as pool\n")
    on_gpu.tpdl("run", "--executor", "pool:pool", CUDA_VISIBLE_DEVICES="", PYTHONPATH=str(on_gpu.root))
    assert calls(on_gpu) == ["1 [0, 1, 2] [0, 10, 20]"]


def test_a_group_of_one_and_a_scratch_result_come_as_lists_too(walk):
    walk.edit("experiments/walk.py", '"rate": [1, 2], "seed": [0, 1, 2]}, inputs', '"rate": [1], "seed": [2]}, inputs')
    walk.tpdl("run")
    assert calls(walk) == ["1 [2] [20]"] and walk.not_fresh() == {}
    assert record(walk, "walk/rate=1,seed=2")["together"] == {"seed": [2]}
    walk.tpdl("run", "walk/rate=1,seed=2", "-S", "seed=1")
    assert calls(walk) == ["1 [1] [10]"]
    walk.tpdl("run", "walk/rate=1,seed=2", "-S", "rate=5")
    assert calls(walk) == ["5 [2] [20]"]
    walk.edit("experiments/walk.py", "    return [pd", "    return 2 * [pd")
    assert "2 results for 1 cell; with together" in walk.tpdl("run", code=1)
