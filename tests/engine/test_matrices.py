"""The cells of an experiment: of a matrix, of cases, of a random search, and of an edition with other values."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import Lab
from tpdl.plan.plan import Plan, read_plan
from tpdl.plan.project import Project
from tpdl.plan.search import draws

HEAD = "import numpy as np\nfrom tpdl import experiment, figure, summary\n\n\n"


def plan_of(root: Path, declaration: str, settings: str = "", profile: str = "full") -> Plan:
    """The plan of a project with this one module."""
    lab = Lab.__new__(Lab)
    lab.root = root
    lab.write("experiments/toy/tune.py", HEAD + declaration)
    lab.write("pyproject.toml", settings)
    return read_plan(Project(root), profile)


def cells(plan: Plan) -> dict[str, dict[str, object]]:
    return {
        name.removeprefix("toy/tune/"): step.parameters
        for name, step in plan.steps.items()
        if step.kind == "experiment" and step.base == "toy/tune"
    }


def test_a_matrix_of_expressions(tmp_path: Path) -> None:
    text = "@experiment(matrix={'lr': np.logspace(-3, -1, 3), 'seed': range(2)})\ndef tune(lr, seed) -> dict: ...\n"
    found = cells(plan_of(tmp_path, text))
    assert list(found) == [f"lr={lr},seed={seed}" for lr in ("0.001", "0.01", "0.1") for seed in (0, 1)]
    assert found["lr=0.01,seed=1"] == {"lr": 0.01, "seed": 1}


CASES = """
SIZES = {"small": {"width": 16, "depth": 2}, "large": {"width": 128, "depth": 8}}
@experiment(cases=SIZES, matrix={"seed": [0, 1]}, demo={"width": 2})
def tune(case, width, depth, seed=0, n=3) -> dict:
    return {"case": case, "size": width * depth, "seed": seed}
@experiment(inputs={"tuned": tune}, cases=SIZES, matrix={"seed": [0, 1]})
def use(tuned, width, depth, seed) -> dict:
    return {"again": tuned["size"]}
@summary(tune)
def tune_values(results) -> dict:
    return {"sizes": results["size"].tolist(), "cases": results["case"].tolist()}
"""


def test_cases_go_together_and_are_called_by_their_names(tmp_path: Path) -> None:
    found = cells(plan_of(tmp_path, CASES))
    assert list(found) == ["small,seed=0", "small,seed=1", "large,seed=0", "large,seed=1"]
    assert found["large,seed=1"] == {"width": 128, "depth": 8, "seed": 1, "n": 3, "case": "large"}
    demo = cells(plan_of(tmp_path, CASES, profile="demo"))
    assert demo["large,seed=0"]["width"] == 2 and demo["large,seed=0"]["depth"] == 8


def test_cases_run_and_are_collected_and_matched(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, CASES)
    assert plan.steps["toy/use/large,seed=1"].wiring == {"tuned": "toy/tune/large,seed=1"}
    lab = Lab.__new__(Lab)
    lab.root = tmp_path
    lab.tpdl("run", "toy/tune*")
    values = (tmp_path / "figures/toy/tune.values.json").read_text()
    assert '"small",\n  "small",\n  "large",\n  "large"' in values and "1024" in values
    assert (tmp_path / "figures/toy/tune/large,seed=1.json").is_file()


def test_a_case_that_changes_is_stale_alone(tmp_path: Path) -> None:
    lab = Lab.__new__(Lab)
    lab.root = tmp_path
    plan_of(tmp_path, CASES)
    lab.tpdl("run", "toy/tune*")
    lab.edit("experiments/toy/tune.py", '"depth": 8', '"depth": 9')
    states = lab.states("toy/tune")
    assert states["toy/tune/small,seed=0"] == "fresh" and states["toy/tune/large,seed=0"].startswith("stale")


@pytest.mark.parametrize(
    ("declaration", "message"),
    [
        ("cases={'a': {'width': 1}, 'b': {'depth': 1}}", "the cases must name the same parameters"),
        ("cases={'a': {'wdith': 1}}", "no parameter of the function; did you mean"),
        ("cases={'a': {'width': 1}}, matrix={'width': [1]}", "both the case 'a' and the matrix name 'width'"),
        ("cases={'a/b': {'width': 1}}", "becomes a part of a file's name"),
        ("cases={'a': [1]}", "must be a mapping from names to mappings"),
        ("cases={'a': {'width': 1}}, search={'depth': [1]}, draws=1", "either cases or search"),
        ("search={'width': [1]}", "search needs draws"),
        ("search={'width': ('gauss', 0, 1)}, draws=2", 'must be a list of values, ("uniform", low, high)'),
        ("search={'width': ('log', 0, 1)}, draws=2", "search of 'width'"),
        ("matrix={'width': range(1000), 'depth': range(101)}", "101,000 combinations, more than"),
    ],
)
def test_mistakes_are_one_line(declaration: str, message: str, tmp_path: Path) -> None:
    plan = plan_of(tmp_path, f"@experiment({declaration})\ndef tune(width=0, depth=0) -> dict: ...\n")
    (line,) = plan.broken
    assert message in line and line.startswith("experiments/toy/tune.py:")


# Random search


@given(st.integers(0, 1000), st.integers(1, 30), st.integers(1, 30))
def test_more_draws_keep_the_first_and_another_parameter_keeps_the_rest(seed: int, few: int, more: int) -> None:
    space = {"lr": ("log", 1e-5, 1e-1), "n": ("integers", 1, 6)}
    first = draws(space, few, seed)
    assert draws(space, few + more, seed)[:few] == first
    assert [{"lr": each["lr"], "n": each["n"]} for each in draws(space | {"x": [1, 2]}, few, seed)] == first


@settings(max_examples=5)
@given(st.integers(0, 1000))
def test_draws_have_the_distribution_that_is_asked_for(seed: int) -> None:
    space = {"lr": ("log", 1e-5, 1e-1), "n": ("integers", 1, 6), "x": ("uniform", -1, 3), "c": ["a", "b"]}
    found = draws(space, 2000, seed)
    logs = np.array([math.log10(each["lr"]) for each in found])
    assert logs.min() >= -5 and logs.max() <= -1 and abs(logs.mean() + 3) < 5 * (4 / math.sqrt(12)) / math.sqrt(2000)
    counts = np.bincount([each["n"] for each in found], minlength=7)
    assert counts[0] == 0 and len(counts) == 7 and abs(counts[1:] - 2000 / 6).max() < 5 * math.sqrt(2000 / 6)
    assert abs(np.mean([each["x"] for each in found]) - 1) < 5 * (4 / math.sqrt(12)) / math.sqrt(2000)
    assert {each["c"] for each in found} == {"a", "b"}


def test_a_search_is_cells_with_readable_names(tmp_path: Path) -> None:
    text = "@experiment(search={'lr': ('log', 1e-5, 1e-1), 'n': [8]}, draws=5, matrix={'seed': [0]})\n"
    text += "def tune(lr, n, seed) -> dict: ...\n"
    found = cells(plan_of(tmp_path, text))
    assert len(found) == 5 and all(name == f"lr={p['lr']},n=8,seed=0" for name, p in found.items())
    assert len(cells(plan_of(tmp_path, text, profile="demo"))) == 3


# An edition with other values

TWO = """
@experiment(matrix={"network": ["vgg16"]}, demo={"network": ["tiny"]})
def tune(network) -> dict: ...
@experiment(inputs={"tuned": tune}, matrix={"network": ["vgg16"]})
def cut(tuned, network) -> dict: ...
"""


def test_an_edition_replaces_the_values_of_every_matrix(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, TWO, '[tool.tpdl.matrix]\nnetwork = ["resnet18", "vgg16"]\n')
    assert [name for name in plan.steps if "=" in name] == [
        f"toy/{experiment}/network={network}" for experiment in ("tune", "cut") for network in ("resnet18", "vgg16")
    ]
    demo = plan_of(tmp_path, TWO, '[tool.tpdl.matrix]\nnetwork = ["resnet18"]\n', profile="demo")
    assert "toy/tune/network=tiny" in demo.steps


def test_an_edition_may_change_one_experiment(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, TWO, '[tool.tpdl.matrix."toy/tune"]\nnetwork = ["vgg16", "resnet18"]\n')
    assert list(cells(plan)) == ["network=vgg16", "network=resnet18"]
    assert "toy/cut/network=resnet18" not in plan.steps


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ('[tool.tpdl.matrix]\nnetwrk = ["a"]\n', "names 'netwrk', which no matrix has; did you mean `network`"),
        ('[tool.tpdl.matrix."toy/tun"]\nnetwork = ["a"]\n', "names 'toy/tun.network', which no matrix has"),
    ],
)
def test_an_edition_that_names_what_is_not_there_is_told(setting: str, message: str, tmp_path: Path) -> None:
    (line,) = plan_of(tmp_path, TWO, setting).broken
    assert message in line


def test_an_edition_of_something_else_is_refused(tmp_path: Path) -> None:
    lab = Lab.__new__(Lab)
    lab.root = tmp_path
    plan_of(tmp_path, TWO)
    lab.write("pyproject.toml", '[tool.tpdl]\nmatrix = ["resnet18"]\n')
    assert "must be a table of lists" in lab.tpdl("status", code=2)
