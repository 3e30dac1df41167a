"""Data sets with links inside: what they lead to counts, and a circle of links ends."""

from __future__ import annotations

import os

import pytest

from tests.conftest import Lab

CATALOGUE = """
from pathlib import Path


def names():
    return ["scenes"]


def resolve(name, root):
    path = Path(root, name)
    return [path] if path.exists() else []


def describe(name, root):
    return f"{name} is not here"


def fetch(name, root):
    raise NotImplementedError
"""

READER = """
from tpdl import experiment


@experiment(data=["scenes"])
def reader() -> dict:
    return {"n": 1}
"""


@pytest.fixture
def linked(lab: Lab) -> Lab:
    """A lab whose data set is a folder with a link to a folder elsewhere, and one to a file."""
    lab.write("pyproject.toml", '[tool.tpdl]\ncatalogue = "catalogue"\n')
    lab.write("catalogue.py", CATALOGUE)
    lab.write("experiments/reader.py", READER)
    lab.write("elsewhere/forest/1.txt", "tree")
    lab.write("elsewhere/list.txt", "forest\n")
    lab.write(".tpdl/data/scenes/street/1.txt", "road")
    os.symlink(lab.root / "elsewhere/forest", lab.root / ".tpdl/data/scenes/forest")
    os.symlink(lab.root / "elsewhere/list.txt", lab.root / ".tpdl/data/scenes/list.txt")
    return lab


def state(lab: Lab) -> str:
    return lab.states("reader")["reader"]


def test_what_a_link_leads_to_counts(linked):
    linked.tpdl("run", "reader")
    assert state(linked) == "fresh"
    for name in ("elsewhere/forest/1.txt", "elsewhere/list.txt"):
        before = (linked.root / name).read_text()
        linked.write(name, "other")
        assert state(linked) == "stale: data scenes changed", name
        (linked.root / name).write_text(before)
        assert state(linked) == "fresh", name
    linked.write("elsewhere/forest/2.txt", "one more")
    assert state(linked) == "stale: data scenes changed"


def test_a_copy_in_place_of_the_links_is_the_same_data(linked):
    linked.tpdl("run", "reader")
    scenes = linked.root / ".tpdl/data/scenes"
    (scenes / "forest").unlink()
    (scenes / "list.txt").unlink()
    linked.write(".tpdl/data/scenes/forest/1.txt", "tree")
    linked.write(".tpdl/data/scenes/list.txt", "forest\n")
    assert state(linked) == "fresh"


def test_links_in_a_circle_end(linked):
    os.symlink(linked.root / ".tpdl/data/scenes", linked.root / "elsewhere/forest/back")
    os.symlink(linked.root / "elsewhere/forest", linked.root / "elsewhere/forest/itself")
    linked.tpdl("run", "reader")
    assert state(linked) == "fresh"
    linked.write("elsewhere/forest/1.txt", "other")
    assert state(linked) == "stale: data scenes changed"


def test_folders_that_all_lead_to_each_other_are_read_once(linked):
    """Gone through by every way that there is, these would be a million folders."""
    names = [f"{number}" for number in range(9)]
    for name in names:
        linked.write(f"elsewhere/{name}/x.txt", name)
    for name in names:
        for other in names:
            os.symlink(linked.root / "elsewhere" / other, linked.root / "elsewhere" / name / f"to{other}")
    os.symlink(linked.root / "elsewhere/0", linked.root / ".tpdl/data/scenes/all")
    linked.tpdl("run", "reader")
    assert state(linked) == "fresh"
    linked.write("elsewhere/8/x.txt", "other")
    assert state(linked) == "stale: data scenes changed"


def test_a_second_link_to_the_same_folder_counts(linked):
    linked.write("elsewhere/coast/1.txt", "sea")
    again = linked.root / ".tpdl/data/scenes/wood"
    os.symlink(linked.root / "elsewhere/forest", again)
    linked.tpdl("run", "reader")
    assert state(linked) == "fresh"
    again.unlink()
    assert state(linked) == "stale: data scenes changed"
    os.symlink(linked.root / "elsewhere/coast", again)
    assert state(linked) == "stale: data scenes changed"


def test_a_link_that_leads_nowhere_is_seen(linked):
    os.symlink(linked.root / "nowhere", linked.root / ".tpdl/data/scenes/later")
    linked.tpdl("run", "reader")
    assert state(linked) == "fresh"
    linked.write("nowhere", "here now")
    assert state(linked) == "stale: data scenes changed"


def test_a_record_of_another_profile_counts_as_none(lab):
    lab.tpdl("run")
    lab.tpdl("run", "--demo")
    cell = "toy/curve.values"
    demo = lab.root / ".tpdl/demo/figures/toy/curve.values.json"
    for suffix in ("", ".record.json"):
        path = lab.root / f"figures/toy/curve.values.json{suffix}"
        path.write_bytes(demo.with_name(demo.name + suffix).read_bytes())
    assert lab.states(cell)[cell] == "stale: record curve.values.json.record.json is of the demo profile"
    assert f"done    {cell}" in lab.tpdl("run")
    assert lab.not_fresh() == {}


@pytest.mark.parametrize("links", [{"l1": ".", "l2": "."}, {"up": ".."}, {"l1": ".", "up": "../..", "in": "deeper"}])
def test_links_that_go_around_among_the_sources_lead_nowhere(lab, links):
    lab.write("experiments/q/helper.py", READER.replace('data=["scenes"]', ""))
    lab.write("experiments/q/deeper/__init__.py", "")
    before = lab.states()
    for name, target in links.items():
        os.symlink(target, lab.root / "experiments/q" / name)
    assert lab.states() == before
    lab.tpdl("run", "q/reader")
    assert lab.states("q/reader") == {"q/reader": "fresh"}


@pytest.mark.parametrize("pattern", ["data/**/*.csv", "data/**", "**/*.csv", "data/**/sub/a.csv"])
def test_links_that_go_around_among_declared_files_lead_nowhere(lab, pattern):
    lab.write("experiments/reader.py", READER.replace('data=["scenes"]', f"files=[{pattern!r}]"))
    lab.write("data/sub/a.csv", "x\n1\n")
    lab.tpdl("run", "reader")
    for name, target in {"data/l1": ".", "data/up": "..", "data/l2": ".", "data/sub/back": "../sub"}.items():
        os.symlink(target, lab.root / name)
    assert lab.states("reader") == {"reader": "fresh"}
    lab.write("data/sub/a.csv", "x\n2\n")
    assert lab.states("reader") == {"reader": "stale: file data/sub/a.csv changed"}


def test_a_pattern_follows_links_to_other_folders(lab):
    lab.write("experiments/reader.py", READER.replace('data=["scenes"]', 'files=["data/**/*.csv"]'))
    lab.write("data/a.csv", "x\n1\n")
    lab.write("elsewhere/deep/b.csv", "x\n1\n")
    os.symlink("../elsewhere", lab.root / "data/linked")
    lab.tpdl("run", "reader")
    lab.write("elsewhere/deep/b.csv", "x\n2\n")
    assert lab.states("reader") == {"reader": "stale: file data/linked/deep/b.csv changed"}
