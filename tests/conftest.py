"""A small report that the tests of the engine edit, break and run through the real command line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

# Tests run in two processes: a second thread in each would only stand in the way of the other.
# Before anything imports torch.
os.environ.setdefault("OMP_NUM_THREADS", "1")

CURVE = '''
"""A toy experiment: squares, noisy only in name."""
from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tpdl import experiment, figure, summary
from helpers.maths import square

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@experiment(matrix={"network": ["small", "large"]}, demo={"network": ["tiny"], "n": 3})
def curve(network: str, n: int = 4) -> pd.DataFrame:
    """Squares of the first numbers."""
    scale = {"tiny": 1, "small": 1, "large": 10}[network]
    return pd.DataFrame({"x": range(n), "y": [scale * square(x) for x in range(n)]})


def axis_title() -> str:
    return "x"


@figure(curve, caption="Squares.", alt="Two rising curves.")
def curve_picture(results: pd.DataFrame) -> Figure:
    from matplotlib.figure import Figure

    picture = Figure()
    axes = picture.subplots()
    for network, rows in results.groupby("network"):
        axes.plot(rows["x"], rows["y"], label=network)
    axes.set_xlabel(axis_title())
    return picture


@summary(curve)
def curve_values(results: pd.DataFrame) -> dict:
    return {"largest": int(results["y"].max())}
'''

MATHS = '''
"""Helpers."""


def square(x):
    return x * x


def cube(x):
    return x ** 3
'''


class Lab:
    """A project in a temporary folder, and the `tpdl` command in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("experiments/toy/curve.py", CURVE)
        self.write("helpers/__init__.py", "")
        self.write("helpers/maths.py", MATHS)

    def write(self, name: str, text: str) -> Path:
        """Write a file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace `old`, which must be there, by `new`."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {name}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def popen(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start `tpdl` in the project."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("TPDL_")}
        env |= {"COLUMNS": "200", "OMP_NUM_THREADS": "1", "TERM": "dumb", **environment}
        return subprocess.Popen(
            [sys.executable, "-m", "tpdl", *arguments],
            cwd=self.root,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def tpdl(self, *arguments: str, code: int | None = 0, **environment: str) -> str:
        """Run `tpdl` and return what it printed, standard error included; it must end with `code`."""
        process = self.popen(*arguments, **environment)
        out, err = process.communicate(timeout=120)
        text = out + err
        assert not re.search("^Traceback", text, re.MULTILINE), text  # indented, it is the end of a step's log
        assert code is None or process.returncode == code, f"exit {process.returncode}: {text}"
        return text

    def states(self, *names: str) -> dict[str, str]:
        """Step -> "state: first reason" as `tpdl status` says."""
        import json

        # What is wrong with a declaration comes behind it, on standard error.
        steps, _ = json.JSONDecoder().raw_decode(self.tpdl("status", "--json", *names, code=None))
        return {step["step"]: ": ".join([step["state"], *step["reasons"][:1]]) for step in steps}

    def not_fresh(self) -> dict[str, str]:
        """The states of the steps that are not fresh."""
        return {name: state for name, state in self.states().items() if not state.startswith("fresh")}


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A project that was never run."""
    return Lab(tmp_path)


@pytest.fixture(scope="session")
def fresh_template(tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """A project whose steps have all run, made once."""
    lab = Lab(tmp_path_factory.mktemp("fresh"))
    lab.tpdl("run")
    return lab


@pytest.fixture
def fresh(fresh_template: Lab, tmp_path: Path) -> Lab:
    """A copy of the project whose steps have all run: what a fresh clone is."""
    import shutil

    shutil.copytree(fresh_template.root, tmp_path / "lab", ignore=shutil.ignore_patterns(".tpdl", "__pycache__"))
    copy = Lab.__new__(Lab)
    copy.root = tmp_path / "lab"
    return copy


def wait_for(condition: Callable[[], object], seconds: float = 30) -> None:
    """Wait until `condition` holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def one_line(text: str) -> str:
    """`text` must be a single line that `tpdl` printed about a mistake."""
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) == 1 and re.match(r"tpdl: ", lines[0]), text
    return lines[0]


def complaint(text: str) -> str:
    """The one line about a mistake in `text`, which goes on to speak of what has nothing to do with it."""
    lines = [line for line in text.splitlines() if line.startswith("tpdl: ")]
    assert len(lines) == 1, text
    return lines[0]


def interrupt(process: subprocess.Popen[str]) -> None:
    """Press Ctrl-C."""
    process.send_signal(signal.SIGINT)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith("tests/test_project.py"))
