"""Random processes of a run are killed at random moments: nothing is lost, and nothing is left."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import sys
import time

import pytest

from tests.run.test_processes import marked

STEPS = """
import subprocess
import time

from tpdl import experiment, checkpoint


@experiment(matrix={"n": [1, 2, 3, 4]})
def counted(n: int) -> dict:
    helper = subprocess.Popen(["setsid", "sleep", "1000"])
    state = checkpoint.load("count") or {"count": 0}
    for count in range(state["count"], 40):
        checkpoint.save("count", {"count": count + 1})
        time.sleep(0.005)
    return {"count": n * checkpoint.load("count")["count"]}
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
@pytest.mark.parametrize("seed", range(2))
def test_random_kills(lab, seed, tmp_path_factory):
    lab.write("experiments/counted.py", STEPS)
    temporary = tmp_path_factory.mktemp("tmp")
    chance = random.Random(seed)
    environment = {"LAB_MARK": str(lab.root), "TMPDIR": str(temporary)}
    for _ in range(25):
        process = lab.popen("run", "counted", "-j", "2", "--force", **environment)
        time.sleep(chance.uniform(0.2, 2.5))
        victims = marked(lab)
        victim = process.pid if chance.random() < 0.5 or not victims else chance.choice(victims)
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, chance.choice([signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT]))
        _, err = process.communicate(timeout=60)
        assert "Traceback" not in err, err
        end = time.monotonic() + 15
        while left := marked(lab):
            assert time.monotonic() < end, left
            time.sleep(0.05)
        for path in (lab.root / "figures").rglob("*.json"):
            json.loads(path.read_text())
        assert list(temporary.iterdir()) == []
        assert not [path for path in (lab.root / "figures").rglob("*.tmp*")]
    lab.tpdl("run", "counted", "--force", **environment)
    for n in (1, 2, 3, 4):
        assert json.loads((lab.root / f"figures/counted/n={n}.json").read_text()) == {"count": 40 * n}
    assert lab.states("counted/n=1") == {"counted/n=1": "fresh"}
