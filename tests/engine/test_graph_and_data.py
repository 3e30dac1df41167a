"""The smaller commands: graph, data, and what `tpdl --help` promises."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree

from tests.conftest import one_line

CATALOGUE = """
from pathlib import Path

from tpdl.errors import UserError


def names():
    return ["numbers", "letters"]


def resolve(name, root):
    path = Path(root) / f"{name}.txt"
    return [path] if path.exists() else []


def describe(name, root):
    return f"{name} is not here (1 kB); tpdl data fetch {name}"


def fetch(name, root):
    if name == "letters":
        raise UserError("letters: checksum differs, expected 12, found 34; the download was thrown away")
    Path(root).mkdir(parents=True, exist_ok=True)
    Path(root, f"{name}.txt").write_text("123")
    return Path(root, f"{name}.txt")
"""

READER = """
from tpdl import experiment


@experiment(matrix={"which": ["numbers", "letters"]}, data=["{which}"], optional={"which": ["letters"]})
def reader(which: str) -> dict:
    import os
    from pathlib import Path

    return {"n": len(Path(os.environ["TPDL_DATA"], f"{which}.txt").read_text())}
"""


def with_data(lab):
    lab.write("pyproject.toml", '[tool.tpdl]\ncatalogue = "catalogue"\n')
    lab.write("catalogue.py", CATALOGUE)
    lab.write("experiments/reader.py", READER)
    return lab


def test_data_is_listed_fetched_and_verified(lab):
    with_data(lab)
    assert "tpdl data fetch numbers" in lab.tpdl("data", code=1)
    assert "fetched numbers" in lab.tpdl("data", "fetch", "numbers")
    assert "numbers is here already" in lab.tpdl("data", "fetch", "numbers")
    said = lab.tpdl("data", "fetch", code=1)
    assert "letters: checksum differs" in said, "and the one before was fetched all the same"
    lab.tpdl("data", code=0)
    lab.tpdl("run", "reader")
    assert "numbers: as recorded" in lab.tpdl("data", "verify")
    lab.write(".tpdl/data/numbers.txt", "124")
    assert "not the data that the recorded results were measured on" in lab.tpdl("data", "verify", code=1)
    assert "there is no data set 'words'" in one_line(lab.tpdl("data", "fetch", "words", code=2))


def test_what_a_package_brings_is_said(lab):
    with_data(lab).tpdl("data", "fetch", "numbers")
    lab.edit(
        "catalogue.py",
        "    path = ",
        '    import rich\n\n    if name == "letters":\n        return [rich.__file__]\n    path = ',
    )
    lab.edit("catalogue.py", "[rich.__file__]", "[Path(rich.__file__)]")
    lines = lab.tpdl("data").splitlines()
    assert [line.split()[:2] for line in lines[1:3]] == [["numbers", "here"], ["letters", "here"]]
    assert re.search("reader +numbers.txt$", lines[1]) and lines[2].endswith("from a package")
    numbers, letters = json.loads(lab.tpdl("data", "--json"))
    assert (numbers["bytes"], numbers["package"], letters["package"]) == (3, "", "rich")
    assert "package    rich" in lab.tpdl("data", "list", "letters")


def test_a_cell_without_data_may_stay_unmeasured(lab):
    with_data(lab).tpdl("data", "fetch", "numbers")
    lab.tpdl("run")
    assert (lab.root / "figures/reader.csv").read_text() == "which,n\nnumbers,3\n"
    said = lab.tpdl("status", code=0)
    assert "missing (optional)" in said and "1 not measured yet" in said
    assert "1 not measured yet" in lab.tpdl("run")
    said = lab.tpdl("run", "read*", code=0)
    assert "left out: 1 step without data, letters is not here (1 kB); tpdl data fetch letters" in said
    assert "the rest of what was asked for is fresh" in said
    assert "nothing to run: 1 not measured yet" in lab.tpdl("run", "reader/which=l*", code=1)
    asked = lab.tpdl("run", "reader/which=letters", code=1)
    assert "letters is not here (1 kB); tpdl data fetch letters" in asked
    lab.write(".tpdl/data/letters.txt", "abcd")
    lab.tpdl("run")
    assert (lab.root / "figures/reader.csv").read_text() == "which,n\nnumbers,3\nletters,4\n"
    assert lab.not_fresh() == {}


def test_an_edition_may_leave_experiments_unmeasured(lab):
    lab.write("pyproject.toml", '[tool.tpdl]\nunmeasured = ["toy/curve/network=large"]\n')
    said = lab.tpdl("status", code=1)
    assert re.search(r"network=large +missing \(optional\)", said) and re.search(r"network=small +missing  ", said)
    lab.write("pyproject.toml", '[tool.tpdl]\nunmeasured = ["toy/*"]\n')
    said = lab.tpdl("status", code=0)
    assert "5 steps: 5 not measured yet" in said
    lab.tpdl("run")  # nothing stands in its way here, so it is measured all the same
    assert lab.not_fresh() == {}
    lab.edit("helpers/maths.py", "x * x", "x * x + 1")
    assert "network=large" in lab.tpdl("status", code=1), "what was measured can be stale as ever"


TWO = """
from matplotlib.figure import Figure

from tpdl import experiment, figure


@experiment()
def known() -> dict:
    return {"n": 1}


@experiment()
def unknown() -> dict:
    return {"n": 2}


@figure(unknown, known, caption="Both.", alt="Both.")
def unknown_and_known(results: dict, others: dict) -> Figure:
    return Figure()
"""


def test_what_is_drawn_from_something_left_out_and_something_measured_may_stay_undrawn(lab):
    lab.write("experiments/two.py", TWO)
    lab.write("pyproject.toml", '[tool.tpdl]\nunmeasured = ["unknown"]\n')
    lab.tpdl("run", "known", "toy")
    assert re.search(r"unknown.svg +missing \(optional\)", lab.tpdl("status", code=0))
    lab.tpdl("run", "unknown")
    assert lab.not_fresh() == {}, "measured after all, so it is drawn"


def test_graph(fresh):
    text = fresh.tpdl("graph")
    assert text.startswith("flowchart LR") and text.count("-->") == 4
    fresh.tpdl("graph", "--svg", "steps.svg")
    root = xml.etree.ElementTree.parse(fresh.root / "steps.svg").getroot()
    titles = {element.text for element in root.iter("{http://www.w3.org/2000/svg}title")}
    assert {"toy/curve: fresh", "toy/curve.svg: fresh"} <= titles


def test_every_command_explains_itself(lab):
    said = lab.tpdl("--help")
    for command in (
        "status",
        "run",
        "figure",
        "why",
        "accept",
        "graph",
        "clean",
        "report",
        "prepare",
        "data",
        "claims",
    ):
        assert command in said
        assert "usage: tpdl" in lab.tpdl(command, "--help")
