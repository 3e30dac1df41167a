"""A step that takes too long, or too much memory, is ended with everything it started, and says so."""

from __future__ import annotations

import sys

import pytest

from tests.run.test_processes import marked
from tpdl.plan.limits import seconds, size

GREEDY = """
import multiprocessing
import subprocess
import time

from tpdl import experiment


def hold(n):
    held = bytearray(n)
    held[:] = b"x" * n
    time.sleep(60)


@experiment(timeout=1)
def sleeps() -> dict:
    subprocess.Popen(["setsid", "sleep", "1000"])
    time.sleep(60)
    return {}


@experiment(memory="150MB")
def eats() -> dict:
    workers = [multiprocessing.Process(target=hold, args=(100_000_000,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return {}


@experiment(timeout="1h", memory=10**12, gpu_memory="4GB")
def modest() -> dict:
    return {}
"""


@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_limits_are_kept(lab):
    lab.write("experiments/greedy.py", GREEDY)
    said = lab.tpdl("run", "-j", "3", "sleeps", "eats", "modest", code=1, LAB_MARK=str(lab.root))
    assert "failed  sleeps: took longer than 1 s (timeout), and was ended" in said
    assert "failed  eats: used " in said and "of memory, more than 0.15 GB (memory), and was ended" in said
    assert "done    modest" in said
    assert marked(lab) == []
    states = lab.states("sleeps", "modest")
    assert states == {"sleeps": "failed: took longer than 1 s (timeout), and was ended", "modest": "fresh"}
    said = lab.tpdl("run", "sleeps", "--timeout", "0.3", code=1)
    assert "took longer than 0.3 s (timeout), and was ended" in said


def test_limits_decide_nothing(fresh):
    fresh.edit("experiments/toy/curve.py", "@experiment(matrix", '@experiment(timeout=5, memory="1GB", matrix')
    assert fresh.not_fresh() == {}


def test_limits_that_are_none(lab):
    lab.write("experiments/greedy.py", GREEDY.replace('"150MB"', '"150 elephants"'))
    assert "memory: '150 elephants' is not a number of bytes, or text such as '4GB'" in lab.tpdl("status", code=2)
    lab.write("experiments/greedy.py", GREEDY)
    assert "a step that runs in this one has none" in lab.tpdl("run", "--inline", "--memory", "1GB", code=2)
    assert "argument --timeout: 'soon' is not a number of seconds" in lab.tpdl("run", "--timeout", "soon", code=2)


@pytest.mark.parametrize("text, value", [("4GB", 4e9), ("1.5 gib", 1.5 * 2**30), (12, 12), ("7", 7)])
def test_sizes(text, value):
    assert size(text) == value


@pytest.mark.parametrize("wrong", [0, -1, True, "", "GB", "-4GB", float("inf"), float("nan"), None, [1]])
def test_what_is_no_amount(wrong):
    for read in (size, seconds):
        with pytest.raises(ValueError, match="is not a number"):
            read(wrong)
