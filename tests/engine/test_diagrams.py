"""A diagram: a figure without experiments, called after its function and fresh as long as its code is."""

from __future__ import annotations

import json
import re

import pytest

from tests.conftest import Lab, complaint

DIAGRAM = """
from tpdl import figure


def words() -> str:
    return "in, out"


@figure(caption="In, and out.", alt="Two boxes.")
def two_boxes(side: float = 2.0):
    from matplotlib.figure import Figure

    picture = Figure(figsize=(side, 1))
    picture.text(0.1, 0.1, words())
    return picture
"""
NAME = "toy/two-boxes.svg"
FILES = {"two-boxes.svg", "two-boxes.dark.svg", "two-boxes.svg.record.json"}


@pytest.fixture
def drawn(fresh: Lab) -> Lab:
    """A project with results, where a diagram was drawn after them."""
    fresh.write("experiments/toy/boxes.py", DIAGRAM)
    assert fresh.not_fresh() == {NAME: "missing: never run"}
    fresh.tpdl("run", "--executor", "inline")
    return fresh


def test_it_is_drawn_and_fresh_until_its_code_changes(drawn: Lab) -> None:
    assert drawn.not_fresh() == {}
    assert {path.name for path in (drawn.root / "figures/toy").glob("two-boxes*")} == FILES
    record = json.loads((drawn.root / "figures/toy/two-boxes.svg.record.json").read_text())
    assert record["inputs"] == {} and record["parameters"] == {"side": 2.0}
    drawn.edit("experiments/toy/boxes.py", "in, out", "out, in")
    assert drawn.not_fresh() == {NAME: "stale: code experiments.toy.boxes:words changed"}


@pytest.mark.parametrize("name", ["toy/two-boxes", NAME, "toy/two*", "figures/toy/two-boxes.svg"])
def test_it_is_drawn_again_by_name(drawn: Lab, name: str) -> None:
    before = (drawn.root / "figures/toy/two-boxes.svg").read_bytes()
    (drawn.root / "figures/toy/two-boxes.svg").unlink()
    assert re.search(rf"^done +{NAME} ", drawn.tpdl("figure", name), re.MULTILINE)
    assert (drawn.root / "figures/toy/two-boxes.svg").read_bytes() == before
    assert drawn.not_fresh() == {}


def test_it_is_drawn_where_nothing_was_ever_measured(lab: Lab) -> None:
    lab.write("experiments/toy/boxes.py", DIAGRAM)
    lab.tpdl("figure", "toy/two-boxes")
    assert lab.states(NAME) == {NAME: "fresh"}


def test_other_commands_know_it(drawn: Lab) -> None:
    assert f'(["{NAME}"]):::fresh' in drawn.tpdl("graph")
    assert NAME in drawn.tpdl("why", NAME)
    assert "nothing to clean" in drawn.tpdl("clean", "--figures", "--yes")
    drawn.tpdl("run", "--demo", "--executor", "inline")
    assert set(drawn.states("toy/two-boxes", "--demo").values()) == {"fresh"}


def test_it_follows_when_its_function_is_renamed(drawn: Lab) -> None:
    drawn.edit("experiments/toy/boxes.py", "def two_boxes", "def a_pair")
    drawn.tpdl("mv", "toy/two-boxes", "toy/a-pair")
    assert drawn.not_fresh() == {}
    assert not list((drawn.root / "figures/toy").glob("two-boxes*"))


def test_it_is_no_longer_anybodys_when_its_function_is_gone(drawn: Lab) -> None:
    (drawn.root / "experiments/toy/boxes.py").unlink()
    said = drawn.tpdl("clean", "--figures", "--yes")
    assert all(name in said for name in FILES)
    assert not list((drawn.root / "figures/toy").glob("two-boxes*"))


def test_it_is_stale_with_a_reason_while_its_file_is_broken(drawn: Lab) -> None:
    drawn.edit("experiments/toy/boxes.py", "def words() ->", "def words( ->")
    assert drawn.not_fresh()[NAME].startswith("stale: experiments/toy/boxes.py:4: ")
    assert NAME in drawn.tpdl("status", "toy/two-boxes", code=None)


def test_a_report_shows_it_with_the_function_that_drew_it(drawn: Lab) -> None:
    drawn.write("_quarto.yml", "project: {type: book}\nbook: {title: Toys, chapters: [index.qmd]}\n")
    drawn.write("index.qmd", "# Toys\n\nIn @fig-boxes.\n\n![](figures/toy/two-boxes.svg){#fig-boxes}\n")
    drawn.tpdl("report", "--to", "html", "--renderer", "embedded")
    page = (drawn.root / "_book/index.html").read_text()
    assert "toy/boxes.py:9" in page and 'alt="Two boxes."' in page and "two-boxes.dark.svg" in page


def test_it_holds_no_values(drawn: Lab) -> None:
    """A name in the text that only a diagram has is a slip, and the graph of experiments does not have it."""
    drawn.write("_quarto.yml", "project: {type: book}\nbook: {title: Toys, chapters: [index.qmd]}\n")
    drawn.write("index.qmd", "# Toys\n\nThere are `two_boxes.count`{.value}.\n")
    assert "index.qmd:3" in complaint(drawn.tpdl("report", "--to", "html", "--renderer", "embedded", code=None))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("@summary()\ndef one(): ...", "wrong.py:5: @summary needs the experiments whose results it uses"),
        ("@figure()\ndef one(results): ...", "parameter 'results' has no default, and no experiment gives it"),
    ],
    ids=["summary", "parameter"],
)
def test_what_is_no_diagram(lab: Lab, body: str, expected: str) -> None:
    lab.write("experiments/wrong.py", f"from tpdl import experiment, figure, summary\n\n\n{body}\n")
    assert expected in complaint(lab.tpdl("status", code=2))


def test_a_diagram_and_an_experiment_of_one_name(lab: Lab) -> None:
    lab.write("experiments/toy/boxes.py", "from tpdl import figure\n\n\n@figure()\ndef curve(): ...\n")
    line = complaint(lab.tpdl("status", code=2))
    assert "experiments/toy/boxes.py:5 and experiments/toy/curve.py:" in line
    assert "are both called toy/curve; rename one function" in line
