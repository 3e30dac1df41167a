"""What `tpdl run` shows while a step runs: how far it is, its loss as a curve, how much time is left."""

from __future__ import annotations

import io
import re

import pytest
from rich.console import Console

from tests.conftest import Lab
from tests.terminal import on_a_terminal
from tpdl.cli.display import Display
from tpdl.cli.sparkline import MOST, Series
from tpdl.plan.facts import read_facts
from tpdl.plan.plan import read_plan
from tpdl.plan.project import Project
from tpdl.run.steps import run_steps

TRAINING = """
import time

from tpdl import experiment, progress


@experiment(matrix={"a_parameter_with_a_long_name": [1.5]})
def training(a_parameter_with_a_long_name: float, epochs: int = 6) -> dict:
    for epoch in progress(range(epochs), "epochs"):
        progress.update(accuracy=0.5, loss=1 / (epoch + 1))
        time.sleep(0.35)
    return {"loss": 1 / epochs}
"""


@pytest.mark.parametrize("how", [(), ("--inline",)], ids=["a process of its own", "inline"])
def test_one_step_on_a_terminal(lab: Lab, how: tuple[str, ...]) -> None:
    """At 80 columns nothing that moves is cut off, however long the name of the step is."""
    lab.write("experiments/training.py", TRAINING)
    lines = on_a_terminal(lab, 80, "run", "training/a_parameter_with_a_long_name=1.5", *how)
    pictures = [line for line in lines if "epochs" in line]
    assert any(re.search(r"[1-5]/6 epochs  loss 0\.\d+ █▁▁?\S*  \d\.\d s, \d\.\d s left", line) for line in pictures)
    assert not any("steps, " in line for line in lines), "one step needs no bar of all steps"
    assert lines[-1] == "1 done"


def test_many_steps_on_a_terminal(lab: Lab) -> None:
    lab.write("experiments/training.py", TRAINING.replace("0.35", "0.1"))
    lines = on_a_terminal(lab, 120, "run", "training")
    assert any("0/2 steps, 1 running" in line for line in lines) and any(
        "1/2 steps, 1 running" in line for line in lines
    )


def test_a_line_now_and_then_without_a_terminal(lab: Lab) -> None:
    lab.write("experiments/training.py", TRAINING)
    plan = read_plan(Project(lab.root))
    names = ["training/a_parameter_with_a_long_name=1.5"]
    said = io.StringIO()
    with Display(plan, Console(file=said, width=60), names, read_facts(plan), pause=0.5) as display:
        assert run_steps(plan, names, display).ok
    lines = [line for line in said.getvalue().splitlines() if "epochs" in line]
    assert lines and all(line.startswith(f"running {names[0]}: ") for line in lines)
    assert re.search(r"\d/6 epochs; loss 0\.\d+; accuracy 0.5; \d\.\d s", lines[-1])


def test_a_long_curve_keeps_its_shape() -> None:
    series = Series()
    for step in range(100 * MOST):
        series.append(float(step))
    series.append(float("nan"))
    assert series.drawn(8) == "▁▂▃▄▅▆▇█"
