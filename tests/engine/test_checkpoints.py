"""A checkpoint is there whole whenever its writer is killed: the one before, or the new one."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import wait_for
from tpdl.run.context import Checkpoint

SAVE = """
import os, signal, sys
from pathlib import Path

import numpy as np

from tpdl.run.context import Checkpoint

checkpoint = Checkpoint()
checkpoint.begin(Path(sys.argv[1]))
touched = 0


def count(event, arguments):
    global touched
    if saving and event in ("open", "os.rename", "os.remove", "os.mkdir"):
        touched += 1
        if touched == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)


saving = False
checkpoint.save("state", {"epoch": 1, "weights": np.full(1000, 1.0)})
sys.addaudithook(count)
saving = True
checkpoint.save("state", SECOND)
print(touched)
"""


def saved(folder: Path) -> dict:
    checkpoint = Checkpoint()
    checkpoint.begin(folder)
    state = checkpoint.load("state")
    assert state is not None, "a checkpoint was there, and is gone"
    return state


@pytest.mark.parametrize("second", ['{"epoch": 2, "weights": np.full(1000, 2.0)}', '{"epoch": 2}'])
def test_a_kill_at_any_moment_leaves_the_old_state_or_the_new_one(tmp_path, second):
    program = SAVE.replace("SECOND", second)
    epochs = []
    for moment in range(1, 100):
        folder = tmp_path / str(moment)
        done = subprocess.run(
            [sys.executable, "-c", program, folder, str(moment)], capture_output=True, text=True, check=False
        )
        state = saved(folder)
        epochs.append(state["epoch"])
        arrays = [np.full(1000, float(state["epoch"]))] if "weights" in state else []
        assert len(arrays) == (1 if "weights" in second or state["epoch"] == 1 else 0)
        for array in arrays:
            np.testing.assert_array_equal(state["weights"], array)
        if done.returncode == 0:
            assert len(list(folder.glob("*.npz"))) == len(arrays), "the arrays of the state before are gone"
            break
        assert done.returncode == -9, done.stderr
    assert moment > 5 and epochs[0] == 1 and epochs[-1] == 2


def test_states_whose_names_begin_alike_do_not_touch_each_other(tmp_path):
    checkpoint = Checkpoint()
    checkpoint.begin(tmp_path)
    for value in (1, 2):
        for key in ("a", "a.b", "deep/a"):
            checkpoint.save(key, {"x": np.array([value]), "key": key})
    for key in ("a", "a.b", "deep/a"):
        state = checkpoint.load(key)
        assert state is not None and state["key"] == key and state["x"].tolist() == [2]
    assert len(list(tmp_path.rglob("*.npz"))) == 3


def test_what_an_earlier_version_saved_is_resumed(tmp_path):
    (tmp_path / "state.json").write_text('{"epoch": 3}')
    np.savez(tmp_path / "state.npz", weights=np.arange(3))
    assert saved(tmp_path)["weights"].tolist() == [0, 1, 2]
    checkpoint = Checkpoint()
    checkpoint.begin(tmp_path)
    checkpoint.save("state", {"epoch": 4})
    assert saved(tmp_path) == {"epoch": 4} and not list(tmp_path.glob("*.npz"))


@pytest.mark.parametrize("content", ["", "[]", "null", '{".arrays": 3}', '{".arrays": "gone.npz"}', '{".arrays": "x"}'])
def test_a_damaged_checkpoint_counts_as_none(tmp_path, content):
    (tmp_path / "state.json").write_text(content)
    (tmp_path / "x").write_text("PK")
    checkpoint = Checkpoint()
    checkpoint.begin(tmp_path)
    assert checkpoint.load("state") is None


def test_a_step_that_is_killed_while_it_saves_goes_on_from_a_whole_state(lab):
    """Eight kills at moments that nobody chose, of a step that does little else than save."""
    lab.write(
        "experiments/saving.py",
        """
        import numpy as np

        from tpdl import checkpoint, experiment

        @experiment()
        def saving(epochs: int = 400) -> dict:
            state = checkpoint.load("state") or {"epoch": 0, "weights": np.zeros(20_000)}
            assert (state["weights"] == state["epoch"]).all(), "half a state"
            with open("attempts", "a") as file:
                print(state["epoch"], file=file)
            for epoch in range(state["epoch"] + 1, epochs + 1):
                checkpoint.save("state", {"epoch": epoch, "weights": np.full(20_000, float(epoch))})
            return {"epoch": epochs}
        """,
    )
    attempts = lab.root / "attempts"
    for attempt in range(1, 9):
        process = lab.popen("run", "saving", "--executor", "inline")
        wait_for(
            lambda attempt=attempt, process=process: (
                process.poll() is not None or (attempts.exists() and len(attempts.read_text().splitlines()) >= attempt)
            )
        )
        try:
            process.wait(0.01 * attempt)
        except subprocess.TimeoutExpired:
            os.kill(process.pid, 9)
        process.communicate()
    lab.tpdl("run", "saving")
    begun = [int(line) for line in attempts.read_text().split()]
    assert begun == sorted(begun) and begun[-1] > 0, "each attempt went on from where the one before was"
    assert lab.states("saving") == {"saving": "fresh"}
