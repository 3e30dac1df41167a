"""The catalogue: what it finds, what it says, and how a project names it."""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import tpdl.data
from tests.conftest import Lab, one_line
from tpdl.data import Catalogue, Entry
from tpdl.errors import UserError


def toy(**more: object) -> Entry:
    return Entry("toy", "a toy", "none", "https://home", 2_000_000, ("toy/a.bin", "toy/b.bin"), **more)  # type: ignore[arg-type]


def test_a_data_set_is_there_when_all_of_it_is(tmp_path: Path) -> None:
    catalogue = Catalogue([toy()])
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy/a.bin").touch()
    assert catalogue.resolve("toy", tmp_path) == []
    (tmp_path / "toy/b.bin").touch()
    assert catalogue.resolve("toy", tmp_path) == [tmp_path / "toy/a.bin", tmp_path / "toy/b.bin"]
    (tmp_path / "other.bin").touch()
    assert Catalogue([toy(alternatives=("other.bin",))]).resolve("toy", tmp_path) == [tmp_path / "other.bin"]


def test_a_packages_file_is_found_after_the_users_own_choice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site/weights_of_a_toy"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('it must not be imported')")
    monkeypatch.syspath_prepend(package.parent)
    catalogue = Catalogue([toy(alternatives=("own.bin",), packaged=("weights_of_a_toy", "models/toy.bin"))])
    assert catalogue.resolve("toy", tmp_path) == []
    (package / "models").mkdir()
    (package / "models/toy.bin").touch()
    assert catalogue.resolve("toy", tmp_path) == [package / "models/toy.bin"]
    (tmp_path / "own.bin").touch()
    assert catalogue.resolve("toy", tmp_path) == [tmp_path / "own.bin"]


def test_what_is_missing_is_one_line_with_size_home_and_cure(tmp_path: Path) -> None:
    line = Catalogue([toy(by_hand="put a.bin into {root}/toy")]).describe("toy", tmp_path)
    assert line == f"toy is not at {tmp_path}: a toy; 2 MB; home https://home; put a.bin into {tmp_path}/toy"


def test_an_entry_has_a_check_of_its_own(tmp_path: Path) -> None:
    catalogue = Catalogue([toy(check=lambda path: f"{path.name} is strange")])
    assert catalogue.verify("toy", tmp_path) is None, "there is nothing to check"
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy/a.bin").touch()
    assert catalogue.verify("toy", tmp_path) == "a.bin is strange"


def test_an_unknown_name_lists_the_known(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no data is called 'ball'; the catalogue has toy"):
        Catalogue([toy()]).resolve("ball", tmp_path)


def test_names_that_are_not_listed_may_have_an_entry(tmp_path: Path) -> None:
    def unlisted(name: str) -> Entry | None:
        return Entry(name, "a ball", "none", "https://home", 3, (name,)) if name.startswith("balls/") else None

    catalogue = Catalogue([toy()], unlisted)
    assert catalogue.names() == ["toy"]
    assert catalogue.entry("balls/red").what == "a ball"
    with pytest.raises(UserError, match="no data is called 'ball'"):
        catalogue.entry("ball")


def test_two_entries_of_one_name_are_refused() -> None:
    with pytest.raises(UserError, match="two entries called 'toy'"):
        Catalogue([toy(), toy()])


MODULE = """
from tpdl.data import Catalogue, Entry

{name} = Catalogue([Entry("toy", "a toy", "none", "https://home", 3, ("toy.txt",), by_hand="write it")])
"""

READER = """
from tpdl import experiment


@experiment(data=["toy"])
def reader() -> dict:
    return {"n": 1}
"""


@pytest.mark.parametrize(("setting", "name"), [("my_data", "catalogue"), ("my_data:toys", "toys")])
def test_a_project_names_its_catalogue(lab: Lab, setting: str, name: str) -> None:
    lab.write("pyproject.toml", f'[tool.tpdl]\ncatalogue = "{setting}"\n')
    lab.write("my_data.py", MODULE.format(name=name))
    lab.write("experiments/reader.py", READER)
    assert "a toy; 0 kB; home https://home; write it" in lab.tpdl("data", code=1, COLUMNS="500")


@pytest.mark.parametrize(
    ("setting", "module", "message"),
    [
        ("no_data", "", "cannot be imported: ModuleNotFoundError"),
        ("my_data", "1 +", "my_data.py:1: invalid syntax"),
        ("my_data", "1 / 0", "cannot be imported: ZeroDivisionError"),
        ("my_data:toys", "", "the module has no 'toys'"),
        ("my_data", "def names(): ...", "it has no function 'resolve'"),
    ],
)
def test_a_catalogue_that_is_none_is_one_line(lab: Lab, setting: str, module: str, message: str) -> None:
    lab.write("pyproject.toml", f'[tool.tpdl]\ncatalogue = "{setting}"\n')
    lab.write("my_data.py", module)
    lab.write("experiments/reader.py", READER)
    said = lab.tpdl("status", code=2)
    (line,) = [line for line in said.splitlines() if line.startswith("tpdl: ")]
    assert message in line and "toy/curve" in said, "what needs no data goes on"


def test_without_a_catalogue_it_says_how_to_name_one(lab: Lab) -> None:
    assert "name its module as catalogue in [tool.tpdl]" in one_line(lab.tpdl("data", code=2))


def test_status_asks_the_catalogue_without_importing_what_downloads(lab: Lab) -> None:
    lab.write("pyproject.toml", '[tool.tpdl]\ncatalogue = "my_data"\n')
    lab.write("my_data.py", MODULE.format(name="catalogue"))
    lab.write("experiments/reader.py", READER)
    said = lab.tpdl("status", code=1, PYTHONPROFILEIMPORTTIME="1")
    imported = set(re.findall(r"^import time:.*\| +(\S+)$", said, re.MULTILINE))
    assert "tpdl.data.catalogue" in imported and "toy is not at" in said
    assert not {"pooch", "requests", "tqdm", "torch", "numpy", "pandas", "matplotlib"} & imported


@pytest.mark.parametrize("module", [name for _, name, _ in pkgutil.iter_modules(tpdl.data.__path__)])
def test_the_examples_in_the_docstrings_are_true(module: str) -> None:
    assert doctest.testmod(importlib.import_module(f"tpdl.data.{module}")).failed == 0
