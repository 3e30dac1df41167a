"""Results that are not the same twice."""

from __future__ import annotations

import json

NOISE = """
import os

from tpdl import experiment


@experiment()
def steady() -> dict:
    return {"x": 1}


@experiment()
def unseeded() -> dict:
    import numpy as np

    return {"x": np.random.rand()}


@experiment()
def order() -> dict:
    return {"x": "".join(set("abcdefghijklmnopqrstuvwxyz"))}


@experiment()
def variable() -> dict:
    return {"x": os.environ.get("WHATEVER", "")}
"""
MESSAGE = "another result, although nothing that decides it has changed: something unseeded or undeclared is at work"


def test_a_step_is_run_twice(lab):
    lab.write("experiments/noise.py", NOISE)
    assert "run twice: 1 of 1 with identical results" in lab.tpdl("run", "--twice", "steady")
    assert "run twice: 1 of 1 with identical results" in lab.tpdl("run", "--twice", "steady"), "when it is fresh, too"
    said = lab.tpdl("run", "--twice", "unseeded", "order", code=1)
    assert said.count(MESSAGE) == 2
    assert "run twice: 0 of 2 with identical results, 2 not" in said
    assert "--twice needs names" in lab.tpdl("run", "--twice", code=2)
    assert "--force needs names" in lab.tpdl("run", "--force", code=2), "it said that there was nothing to run"


def test_a_rerun_with_another_result_says_so(lab):
    lab.write("experiments/noise.py", NOISE)
    assert MESSAGE not in lab.tpdl("run", "steady", "variable")
    assert MESSAGE not in lab.tpdl("run", "--force", "steady", "variable")
    assert MESSAGE in lab.tpdl("run", "--force", "variable", WHATEVER="1")
    lab.edit("experiments/noise.py", '"WHATEVER", ""', '"WHATEVER", "2"')
    assert MESSAGE not in lab.tpdl("run", "variable"), "the code has changed"
    path = lab.root / "figures/variable.json.record.json"
    record = json.loads(path.read_text())
    record["happened"]["python"] = "3.0"
    path.write_text(json.dumps(record))
    said = lab.tpdl("run", "--force", "variable", WHATEVER="3")
    assert "nothing that decides it has changed: python 3.0 -> " in said
