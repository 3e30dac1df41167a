"""Commands for a person at a terminal, and the same for a program: suggestions, completion, JSON, several names."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version

import pytest

from tests.conftest import Lab, one_line
from tests.terminal import on_a_terminal


def test_the_version(lab: Lab) -> None:
    assert lab.tpdl("--version").split() == ["tpdl", version("tpdl")]


def test_what_was_meant(fresh: Lab) -> None:
    assert "did you mean `show`?" in one_line(fresh.tpdl("shwo", "toy", code=2))
    assert "did you mean `small`?" in one_line(fresh.tpdl("why", "toy/curve/network=smal", code=2))


@pytest.mark.parametrize(
    "command, key",
    [
        (["status"], "state"),
        (["why", "toy/curve.svg", "toy/curve.values"], "uses"),
        (["graph"], "needs"),
        (["run", "--dry-run", "--force", "toy"], "because"),
        (["claims"], "verdict"),
        (["clean"], "bytes"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_what_lists_lists_as_json(fresh: Lab, command: list[str], key: str) -> None:
    fresh.write("report/x.qmd", '[It grows]{claim="curve.largest > 1"}.\n')
    fresh.write("_quarto.yml", "project: {type: book}\nbook: {title: X, chapters: [report/x.qmd]}\n")
    fresh.write(".tpdl/full/logs/gone.log", "")
    listed = json.loads(fresh.tpdl(*command, "--json"))
    assert listed and all(key in each for each in listed)


def test_several_names(fresh: Lab) -> None:
    said = fresh.tpdl("why", "toy/curve.svg", "toy/curve/network=large")
    assert "toy/curve.svg is fresh" in said and "network=large is fresh" in said
    assert "2 done" in fresh.tpdl("figure", "toy/curve.svg", "toy/curve.values")
    fresh.edit("experiments/toy/curve.py", 'return "x"', 'return "the x"')
    fresh.edit("experiments/toy/curve.py", '{"largest": int(', '{"largest": 0 + int(')
    said = fresh.tpdl("accept", "toy/curve.svg", "toy/curve.values", "--because", "only words")
    assert said.count("accepted") == 2
    assert fresh.not_fresh() == {}


def test_show_prints_the_beginning(fresh: Lab) -> None:
    fresh.write(
        "experiments/other.py",
        """
        import numpy as np

        from tpdl import Arrays, Images, Picture, experiment


        @experiment()
        def arrays(n: int = 3) -> Arrays:
            return {"features": np.arange(6.0).reshape(2, 3), "n": np.array(n)}


        @experiment()
        def images() -> Images:
            return {"black": Picture(np.zeros((4, 6), np.uint8), "a black field")}
        """,
    )
    fresh.tpdl("run")
    lines = fresh.tpdl("show", "toy/curve", "-n", "3").splitlines()
    assert [line.split() for line in lines[:2]] == [["network", "x", "y"], ["small", "0", "0"]]
    assert lines[-2:] == ["… 5 more rows", "in figures/toy/curve.csv"]
    assert "largest  90" in fresh.tpdl("show", "toy/curve.values")
    assert "features  float64  2 × 3      0 … 5" in fresh.tpdl("show", "arrays")
    assert "black  6 × 4   a black field" in fresh.tpdl("show", "images")
    assert fresh.tpdl("show", "toy/curve.svg") == "picture figures/toy/curve.svg\n", "a script opens no browser"
    assert "no result here" in one_line(fresh.tpdl("show", "toy/curve", "--demo", code=2))


def test_show_opens_a_picture_and_cuts_a_table_to_the_terminal(fresh: Lab) -> None:
    browser = fresh.write("browser", '#!/bin/sh\necho "$1" > opened\n')
    browser.chmod(0o755)
    os.environ["BROWSER"] = f"{browser} %s"
    try:
        assert "opened figures/toy/curve.svg" in on_a_terminal(fresh, 60, "show", "toy/curve.svg", colours=False)
    finally:
        del os.environ["BROWSER"]
    assert (fresh.root / "opened").read_text().strip() == (fresh.root / "figures/toy/curve.svg").as_uri()
    lines = on_a_terminal(fresh, 12, "show", "toy/curve", colours=False)
    assert lines[0].split() == ["network", "x"] and "and the" in lines[9]


def test_the_log(fresh: Lab) -> None:
    fresh.edit("experiments/toy/curve.py", "    scale = {", "    print('of', network)\n    scale = {")
    assert "no log" in one_line(fresh.tpdl("log", "toy/curve/network=small", code=2))
    fresh.tpdl("run", "toy/curve/network=*")
    assert fresh.tpdl("log", "toy/curve/network=small") == "of small\n"
    said = fresh.tpdl("log", "toy/curve")
    assert "==> toy/curve/network=large <==\nof large\n" in said


def complete(lab: Lab, line: str) -> list[str]:
    """What a shell offers at the end of a line."""
    code = "import os, sys; os.dup2(os.dup(1), 8); os.dup2(os.dup(2), 9); from tpdl.cli.main import main; main()"
    asked = {"_ARGCOMPLETE": "1", "_ARGCOMPLETE_IFS": "\n", "_ARGCOMPLETE_SUPPRESS_SPACE": "1"}
    asked |= {"COMP_LINE": line, "COMP_POINT": str(len(line)), "COMP_TYPE": "9"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=lab.root, env=os.environ | asked, capture_output=True, text=True, check=False)
    return done.stdout.split("\n")


def test_completion(fresh: Lab) -> None:
    assert "__fish_tpdl_complete" in fresh.tpdl("completion", "fish")
    assert "#compdef tpdl" in fresh.tpdl("completion", "zsh")
    assert complete(fresh, "tpdl run --dry") == ["--dry-run"]
    assert complete(fresh, "tpdl why toy/curve/network=s") == ["toy/curve/network=small"]
