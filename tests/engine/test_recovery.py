"""Processes are killed here, and nothing is lost: checkpoints resume, products are whole, no child outlives."""

from __future__ import annotations

import json
import os
import signal
import sys

import pytest

from tests.conftest import interrupt, wait_for

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds processes in /proc")

TRAINING = """
from pathlib import Path
from time import sleep

from tpdl import checkpoint, experiment, note, progress


@experiment()
def training(epochs: int = 6) -> dict:
    state = checkpoint.load("epoch") or {"epoch": 0, "sum": 0}
    Path("started").write_text(str(state["epoch"]))
    for epoch in progress(range(state["epoch"], epochs), "epochs"):
        state = {"epoch": epoch + 1, "sum": state["sum"] + epoch}
        checkpoint.save("epoch", state)
        progress.update(epoch=epoch, loss=0.5)
        Path("epoch").write_text(str(epoch))
        while epoch == 2 and Path("hold").exists():
            sleep(0.02)
    note(throughput=12.5)
    return {"sum": state["sum"]}
"""


@pytest.fixture
def training(lab):
    lab.write("experiments/training.py", TRAINING)
    (lab.root / "hold").touch()
    return lab


def at_epoch_two(lab):
    path = lab.root / "epoch"
    return lambda: path.exists() and path.read_text() == "2"


def workers_of(lab, step):
    """Process ids of workers that run `step`: the one whose log is open."""
    log = str(lab.root / f".tpdl/full/logs/{step}.log")
    for folder in os.listdir("/proc"):
        if folder.isdigit():
            try:
                if os.readlink(f"/proc/{folder}/fd/1") == log:
                    yield int(folder)
            except OSError:
                continue


@pytest.mark.parametrize("executor", ["process", "inline"])
@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_a_killed_run_is_resumed(training, executor, how):
    process = training.popen("run", "training", "--executor", executor)
    wait_for(at_epoch_two(training))
    process.send_signal(getattr(signal, how))
    out, err = process.communicate(timeout=30)
    if how != "SIGKILL":
        assert process.returncode == 130, out + err
        assert "interrupted" in err and "Traceback" not in out + err
    wait_for(lambda: not list(workers_of(training, "training")), 10)
    assert not (training.root / "figures").exists()
    assert training.states("training") == {"training": "missing: never run"}
    (training.root / "hold").unlink()
    training.tpdl("run", "training")
    assert (training.root / "started").read_text() == "3", "resumed after three epochs"
    assert json.loads((training.root / "figures/training.json").read_text()) == {"sum": 15}
    record = json.loads((training.root / "figures/training.json.record.json").read_text())
    assert record["happened"]["notes"] == {"throughput": 12.5}
    assert not (training.root / ".tpdl/full/checkpoints/training").exists() or not any(
        (training.root / ".tpdl/full/checkpoints/training").iterdir()
    )


def test_the_time_of_a_resumed_run_is_that_of_all_attempts(training):
    """Up to the last saved state: what came after it was done again."""
    for earlier in (0, 1000, 2000):  # as if each attempt had taken 1000 seconds longer than it did here
        process = training.popen("run", "training", "--executor", "process")
        wait_for(at_epoch_two(training))
        interrupt(process)
        process.communicate(timeout=30)
        (training.root / "epoch").unlink()
        [path] = (training.root / ".tpdl/full/checkpoints/training").rglob(".attempt.json")
        attempt = json.loads(path.read_text())
        assert earlier <= attempt["before"] < earlier + 100
        path.write_text(json.dumps(attempt | {"started": attempt["started"] - 1000}))
        [state] = path.parent.glob("epoch.json")
        state.write_text(json.dumps({"epoch": 2, "sum": 1}))
    (training.root / "hold").unlink()
    training.tpdl("run", "training")
    record = json.loads((training.root / "figures/training.json.record.json").read_text())
    assert 3000 <= record["happened"]["seconds"] < 3100


def test_a_checkpoint_of_other_code_is_not_resumed(training):
    process = training.popen("run", "training", "--executor", "process")
    wait_for(at_epoch_two(training))
    interrupt(process)
    process.communicate(timeout=30)
    (training.root / "hold").unlink()
    training.edit("experiments/training.py", "+ epoch}", "+ 2 * epoch}")
    training.tpdl("run", "training")
    assert (training.root / "started").read_text() == "0"
    assert json.loads((training.root / "figures/training.json").read_text()) == {"sum": 30}
    assert "checkpoints" in training.tpdl("clean", "--dry-run")
    training.tpdl("clean", "--yes")
    assert "nothing to clean" in training.tpdl("clean")


def test_a_killed_worker_fails_its_step_alone(training):
    training.tpdl("run", "toy")
    training.edit("helpers/maths.py", "x * x", "x * x + 1")
    process = training.popen("run", "-j", "2")
    wait_for(at_epoch_two(training))
    os.kill(next(workers_of(training, "training")), signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1 and "Traceback" not in err
    assert "ended by SIGKILL, which usually means that memory ran out" in out.replace("\n", " ")
    assert list(training.not_fresh()) == ["training"]


def test_a_second_run_is_refused(training):
    process = training.popen("run", "training")
    wait_for(at_epoch_two(training))
    said = training.tpdl("run", "toy", code=2)
    assert "another run of the full profile is at work" in said
    training.tpdl("run", "--demo", "toy")
    training.tpdl("figure", "--demo", "toy/curve")
    (training.root / "hold").unlink()
    process.communicate(timeout=30)
    assert process.returncode == 0


def test_debugger_gets_the_terminal(lab):
    """In this process, with --inline: `breakpoint()` reads from the keyboard."""
    import subprocess

    lab.write(
        "experiments/one.py",
        """
        from tpdl import experiment

        @experiment()
        def one() -> dict:
            value = 41
            breakpoint()
            return {"value": value}
        """,
    )
    done = subprocess.run(
        [sys.executable, "-m", "tpdl", "run", "--inline", "one"],
        cwd=lab.root,
        input="value = 42\nc\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "(Pdb)" in done.stdout
    assert json.loads((lab.root / "figures/one.json").read_text()) == {"value": 42}


def test_a_module_runs_alone(lab):
    import subprocess

    with (lab.root / "experiments/toy/curve.py").open("a") as file:
        file.write('\n\nif __name__ == "__main__":\n    import tpdl\n\n    tpdl.main(__file__)\n')
    env = os.environ | {"PYTHONPATH": str(lab.root)}  # what installing the project does
    subprocess.run([sys.executable, "experiments/toy/curve.py"], cwd=lab.root, check=True, capture_output=True, env=env)
    assert lab.not_fresh() == {}
