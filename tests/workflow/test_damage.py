"""Whatever somebody, or a dying disk, has done to the files of a project: no traceback, no hang, no "0 steps"."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Lab, one_line

Damage = Callable[[Path], object]


def content(data: bytes) -> Damage:
    """Damage that leaves `data`."""
    return lambda path: path.write_bytes(data)


def values(put: Any, depth: int) -> Damage:
    """Damage that leaves the keys, down to a depth, and puts another value at each."""

    def change(value: Any, left: int) -> Any:
        if not left or not isinstance(value, dict):
            return put
        return {key: change(item, left - 1) for key, item in value.items()}

    def damage(path: Path) -> None:
        try:
            value = change(json.loads(path.read_bytes()), depth)
        except ValueError:
            value = put
        path.write_text(json.dumps({**value, "tpdl": 1} if isinstance(value, dict) else value))

    return damage


def huge(path: Path) -> None:
    """A gigabyte of nothing."""
    with path.open("ab") as file:
        file.truncate(2**30)


def replaced(make: Callable[[Path], object]) -> Damage:
    """Damage that puts something that is no file in the file's place."""

    def damage(path: Path) -> None:
        path.unlink()
        make(path)

    return damage


DAMAGES: dict[str, Damage] = {
    "empty": content(b""),
    "null": content(b"null"),
    "list": content(b"[]"),
    "number": content(b"3"),
    "text": content(b'"x"'),
    "too deep": content(b"[" * 100_000),
    "too deep, with keys": content(b'{"a":' * 100_000),
    "a number of too many digits": content(b"1" * 5000),
    "not UTF-8": content(b"\xff\xfe\x00"),
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "numbers as values": values(3, 1),
    "lists as values": values([[]], 1),
    "nulls as values": values(None, 1),
    "numbers two levels down": values(3, 2),
    "lists two levels down": values([3], 2),
    "texts two levels down": values("x", 2),
    "huge": huge,
    "folder": replaced(lambda path: path.mkdir()),
    "pipe": replaced(lambda path: os.mkfifo(path)),
    "a link to itself": replaced(lambda path: path.symlink_to(path.name)),
}
QUICK = ("null", "too deep", "lists two levels down", "cut off", "pipe")
EACH = [
    pytest.param(damage, id=name, marks=() if name in QUICK else pytest.mark.slow) for name, damage in DAMAGES.items()
]
CELL = "figures/noise/means/law=uniform.csv"
CELL_STEP = "noise/means/law=uniform"
REFUSED = """
from pathlib import Path

import pandas as pd

from tpdl import experiment


@experiment()
def gap() -> pd.DataFrame:
    with Path("measured").open("a") as log:
        log.write("x")
    return pd.DataFrame({"x": [1.0, float("nan")]})
"""


@pytest.fixture(scope="module")
def used_template(started_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with every kind of file: rendered, with a step that failed and one that was interrupted."""
    root = tmp_path_factory.mktemp("used") / "my-report"
    shutil.copytree(started_template, root, ignore=shutil.ignore_patterns("__pycache__"))
    lab = Lab.__new__(Lab)
    lab.root = root
    lab.tpdl("report", "--to", "html", "--renderer", "embedded")
    lab.tpdl("run", "--force", CELL_STEP)  # in a process of its own, which leaves a snapshot
    lab.write(".tpdl/full/failed/noise/means.svg.json", '{"digest": "0", "message": "x", "when": "y"}')
    for name in ("state.json", "state.npz", ".attempt.json"):
        lab.write(f".tpdl/full/checkpoints/noise/means.svg/0/{name}", "{}")
    lab.write(".tpdl/full/progress/noise~means.svg.json", '{"done": 1}')
    return root


@pytest.fixture
def used(used_template: Path, tmp_path: Path) -> Lab:
    lab = Lab.__new__(Lab)
    lab.root = Path(shutil.copytree(used_template, tmp_path / "my-report"))
    return lab


def state_files(root: Path) -> list[Path]:
    """Caches, failures, checkpoints, progress, what is kept between two renderings: all that git ignores."""
    return [path for path in (root / ".tpdl").rglob("*") if path.is_file() and path.suffix != ".lock"]


def harm(paths: Iterable[Path], damage: Damage) -> None:
    for path in paths:
        damage(path)


@pytest.mark.parametrize("damage", EACH)
def test_damaged_state_is_ignored(used: Lab, damage: Damage) -> None:
    harm(state_files(used.root), damage)
    assert "5 steps: 5 fresh" in used.tpdl("status")
    if damage is not DAMAGES["folder"]:  # nothing can be written in the place of a folder, and one line says so
        assert "claims checked" in used.tpdl("report", "--to", "html", "--renderer", "embedded")
        assert "1 done" in used.tpdl("run", "--force", CELL_STEP)
        assert "5 steps: 5 fresh" in used.tpdl("status")
    else:
        assert "cannot write" in one_line(used.tpdl("report", "--to", "html", "--renderer", "embedded", code=1))
        assert "cannot write" in one_line(used.tpdl("run", "--force", CELL_STEP, code=1))


@pytest.mark.parametrize("damage", EACH)
def test_damaged_records_have_a_reason(used: Lab, damage: Damage) -> None:
    harm((used.root / "figures").rglob("*.record.json"), damage)
    states = used.states()
    assert len(states) == 5
    for state in states.values():
        assert state.startswith("stale: record ") and ("is unreadable" in state or "is incomplete" in state), state
    used.tpdl("why", "noise/means")
    used.tpdl("diff", code=None)
    said = used.tpdl("report", "--to", "html", "--renderer", "embedded", code=None)
    assert "claims checked" in said or "nothing was rendered" in said
    said = used.tpdl("run", "--executor", "inline", code=None)
    if damage is not DAMAGES["folder"]:
        assert "5 done" in said and used.not_fresh() == {}
    else:
        assert "cannot write" in said


@pytest.mark.parametrize("damage", EACH)
def test_damaged_products_are_made_again(used: Lab, damage: Damage) -> None:
    products = [used.root / CELL, used.root / "figures/noise/means.csv", used.root / "figures/noise/means.values.json"]
    harm(products, damage)
    assert len(used.states()) == 5
    state = used.states("noise/means")["noise/means"]
    assert "is not what was written" in state or "is gone" in state
    used.tpdl("report", "--to", "html", "--renderer", "embedded", code=None)
    said = used.tpdl("run", "--executor", "inline", code=None)
    if damage is not DAMAGES["folder"]:
        assert used.not_fresh() == {}, said
    else:
        assert "cannot write" in said


@pytest.mark.parametrize("damage", EACH)
def test_a_damaged_result_that_was_refused_is_measured_again(used: Lab, damage: Damage) -> None:
    used.write("experiments/gap.py", REFUSED)
    used.tpdl("run", "gap", code=1)
    (folder,) = (used.root / ".tpdl/full/refused/gap").iterdir()
    harm(list(folder.iterdir()), damage)
    used.tpdl("run", "gap", "--keep-nan", code=None)
    assert used.states("gap") == {"gap": "fresh"}
    assert (used.root / "measured").read_text() == "xx"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_that_nobody_may_read(used: Lab) -> None:
    harm([*state_files(used.root), *(used.root / "figures").rglob("*.*")], lambda path: path.chmod(0))
    assert len(used.states()) == 5
    used.tpdl("run", "--executor", "inline", code=None)
    used.tpdl("report", "--to", "html", "--renderer", "embedded", code=None)


SETTINGS = {
    "[tool.tpdl]\ndemo_only = 3\n": "demo_only in [tool.tpdl] must be a list of texts",
    "[tool.tpdl]\ndemo_only = [3]\n": "demo_only in [tool.tpdl] must be a list of texts",
    '[tool.tpdl]\nunmeasured = "x"\n': "unmeasured in [tool.tpdl] must be a list of texts",
    "[tool.tpdl]\ncatalogue = 3\n": "catalogue in [tool.tpdl] must be a text",
    '[tool.tpdl]\nrefuse_stale = "always"\n': 'refuse_stale in [tool.tpdl] must be one of "publish", "render", "never"',
    "[tool.tpdl]\ndevice = []\n": "device in [tool.tpdl] must be a text",
    "[tool.tpdl]\ncatalog = 'x'\n": "has no setting 'catalog'; did you mean `catalogue`?",
    "[tool.tpdl]\nprelaod = ['yaml']\n": "has no setting 'prelaod'; did you mean `preload`?",
    "[tool.tpdl]\ncolour = 'red'\n": "has no setting 'colour'; the settings are catalogue, data, device, matrix,",
    "[tool]\ntpdl = 3\n": "[tool.tpdl] must be a table",
    "tool = 3\n": "[tool.tpdl] must be a table",
    "[tool.tpdl\n": "pyproject.toml cannot be read",
    "a = " + "[" * 50_000: "pyproject.toml cannot be read",
}


@pytest.mark.parametrize(("text", "said"), SETTINGS.items(), ids=range(len(SETTINGS)))
def test_wrong_settings(used: Lab, text: str, said: str) -> None:
    used.write("pyproject.toml", text)
    for command in (["status"], ["run"], ["report", "--to", "html"]):
        assert said in one_line(used.tpdl(*command, code=2))


NO_SUCH = {
    'unmeasured = ["noise/mena*"]': "names 'noise/mena*', which is no experiment; did you mean",
    'preload = ["ymal"]': "preload in [tool.tpdl] names 'ymal', which is not installed here",
    'device = "nope:x"': "device in [tool.tpdl] names 'nope:x', but there is no module nope in this project",
    'device = "experiments.noise.means:meens"': "there is no meens in module experiments.noise.means of this project",
    'device = "nope"': "device in [tool.tpdl] names 'nope', which must be `module:function`",
    'demo_only = ["experiments.noise.maens"]': "no module experiments.noise.maens in this project; did you mean",
}


@pytest.mark.parametrize(("text", "said"), NO_SUCH.items(), ids=range(len(NO_SUCH)))
def test_settings_that_name_nothing(used: Lab, text: str, said: str) -> None:
    used.write("pyproject.toml", f"[tool.tpdl]\n{text}\n")
    for command in ("status", "run"):
        assert said in used.tpdl(command)


def test_settings_that_name_something(used: Lab) -> None:
    used.write("experiments/gap.py", REFUSED)
    used.write("experiments/drawn.py", "SIZE = 1\n")
    used.write(
        "pyproject.toml",
        """
        [tool.tpdl]
        device = "platform:machine"
        preload = ["yaml", "xml.dom"]
        demo_only = ["experiments.drawn"]
        unmeasured = ["gap", "noise/mean*"]
        """,
    )
    assert "pyproject.toml" not in used.tpdl("status", code=None)


@pytest.mark.parametrize("place", ["pyproject.toml", "_quarto.yml", "report/means.qmd"])
@pytest.mark.parametrize("damage", ["not UTF-8", "folder", "pipe", "a link to itself"])
def test_what_is_no_file_of_text(used: Lab, place: str, damage: str) -> None:
    DAMAGES[damage](used.root / place)
    line = one_line(used.tpdl("report", "--to", "html", code=2))
    assert "cannot be read" in line and place in line


BOOKS = {
    "book: 3": "`title:` and `chapters:`",
    "[]": "`title:` and `chapters:`",
    "book: {title: A, chapters: 3}": "`chapters:` must be a list",
    "book: {title: A, chapters: [3]}": "a chapter is a file name",
    "book: {title: [A], chapters: [index.qmd]}": "`title:` must be a text",
    "book: {title: A, chapters: [index.qmd], appendices: 3}": "`appendices:` must be a list",
    "book: {title: A, chapters: [index.qmd], references: [a]}": "a chapter is a file name",
    "book: {title: A, chapters: [index.qmd], author: 3}": "`author:` must be a name",
    "bibliography: 3\nbook: {title: A, chapters: [index.qmd]}": "`bibliography:` must be a list",
    "bibliography: [[]]\nbook: {title: A, chapters: [index.qmd]}": "`bibliography:` must be a list",
    "bibliography: report\nbook: {title: A, chapters: [index.qmd]}": "bibliography report cannot be read",
    "project: 3\nbook: {title: A, chapters: [index.qmd]}": "`project:` must be a group",
    "project: {output-dir: 3}\nbook: {title: A, chapters: [index.qmd]}": "`output-dir:`",
    "toc-depth: x\nbook: {title: A, chapters: [index.qmd]}": "`toc-depth:` must be a number",
    "lang: [en]\nbook: {title: A, chapters: [index.qmd]}": "`lang:` must be a text",
    "csl: 3\nbook: {title: A, chapters: [index.qmd]}": "`csl:` must be the name",
    "[" * 20_000: "_quarto.yml",
}


@pytest.mark.parametrize(("text", "said"), BOOKS.items(), ids=range(len(BOOKS)))
def test_a_book_of_the_wrong_shape(used: Lab, text: str, said: str) -> None:
    used.write("_quarto.yml", text)
    assert said in one_line(used.tpdl("report", "--to", "html", code=2))
