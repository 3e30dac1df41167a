"""Results where somebody looks into them: in a notebook, and cells of arrays with their parameters."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import tpdl
from tests.conftest import Lab
from tpdl.errors import StepError, UserError

RUNS = '''
"""Losses for two learning rates, and a figure over both."""
import numpy as np
from tpdl import Arrays, Cells, experiment, figure

@experiment(matrix={"lr": [0.1, 1e-3], "seed": [0]})
def losses(lr: float, seed: int) -> Arrays:
    return {"loss": lr * np.arange(3.0)}

@figure(losses, alt="Two lines.")
def losses_curve(runs: Cells):
    from matplotlib.figure import Figure
    fig = Figure()
    axes = fig.subplots()
    for parameters, arrays in runs.each():
        assert set(parameters) == {"lr", "seed"} and arrays["loss"][1] == parameters["lr"]
        axes.plot(arrays["loss"], label=f"learning rate {parameters['lr']}")
    axes.legend()
    return fig

@figure(losses, suffix="image", alt="An image.", format="png")
def losses_image(runs: Cells):
    from matplotlib.figure import Figure
    fig = Figure(figsize=(2, 2))
    axes = fig.add_axes((0, 0, 1, 1))
    axes.imshow(np.full((4, 4, 3), 200, np.uint8))
    return fig
'''


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A project with a table, a picture, values, and cells of arrays."""
    lab = Lab(tmp_path_factory.mktemp("notebook"))
    lab.write("experiments/toy/losses.py", RUNS)
    lab.tpdl("run")
    return lab


@pytest.fixture
def here(measured: Lab, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    """The current folder lies in the project."""
    monkeypatch.chdir(measured.root / "experiments")
    yield measured


def test_results_come_as_a_step_gets_them(here: Lab) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        table = tpdl.load("toy/curve")
        assert isinstance(table, pd.DataFrame) and len(table) == 8 and table["y"].max() == 90
        assert len(tpdl.load("toy/curve/network=small")) == 4
        assert tpdl.load("toy/curve.values") == {"largest": 90}
        assert tpdl.load("toy/losses/lr=0.1,seed=0")["loss"].tolist() == [0, 0.1, 0.2]


def test_cells_of_arrays_come_with_their_parameters(here: Lab) -> None:
    runs = tpdl.load("toy/losses")
    assert [parameters for parameters, _ in runs.each()] == [{"lr": 0.1, "seed": 0}, {"lr": 0.001, "seed": 0}]
    assert [arrays["loss"][2] for _, arrays in runs.each()] == [0.2, 0.002]
    assert list(runs) == ["lr=0.1,seed=0", "lr=0.001,seed=0"]


def test_a_notebook_shows_pictures_and_the_table_of_steps(here: Lab) -> None:
    ((kind, text),) = tpdl.load("toy/curve.svg")._repr_mimebundle_().items()
    assert kind == "image/svg+xml" and text == (here.root / "figures/toy/curve.svg").read_text()
    ((kind, content),) = tpdl.load("toy/losses-image.png")._repr_mimebundle_().items()
    assert kind == "image/png" and content.startswith(b"\x89PNG")
    lab = tpdl.project()
    assert lab.root == here.root and set(lab.steps["state"]) == {"fresh"}
    assert lab.steps.loc["toy/losses/lr=0.001,seed=0", "lr"] == 0.001
    assert "toy/curve/network=large" in lab._repr_html_()


def test_a_result_that_is_not_fresh_comes_with_a_warning(measured: Lab, tmp_path: Path) -> None:
    import shutil

    copy = Lab.__new__(Lab)
    copy.root = Path(shutil.copytree(measured.root, tmp_path / "copy"))
    copy.edit("helpers/maths.py", "return x * x", "return x * x + 0")
    with pytest.warns(UserWarning, match=r"toy/curve is stale.*"):
        tpdl.project(copy.root).load("toy/curve")
    assert tpdl.project(copy.root).steps["state"].loc["toy/curve/network=small"] == "stale"


def test_mistakes_say_what_to_do(here: Lab, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no result 'toy/curv'.*did you mean `toy/curve"):
        tpdl.load("toy/curv")
    with pytest.raises(StepError, match="not here; run the step"):
        tpdl.load("toy/curve.values", profile="demo")
    with pytest.raises(UserError, match="in no tpdl project"):
        tpdl.project(tmp_path)


def test_no_lines_of_the_theme_lie_over_an_image(here: Lab) -> None:
    from PIL import Image

    pixels = np.asarray(Image.open(here.root / "figures/toy/losses-image.png").convert("RGB"))
    middle = pixels[20:-20, 20:-20]
    assert len(np.unique(middle.reshape(-1, 3), axis=0)) == 1


def test_importing_tpdl_stays_quick(here: Lab) -> None:
    code = "import sys, tpdl; print([name for name in ('pandas', 'numpy', 'matplotlib') if name in sys.modules])"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"
