"""Data sets that pyproject.toml declares, one line each: a folder of yours, or a data set that a library downloads.

    [tool.tpdl.data]
    photographs = "photographs"                 # from the project's folder, or from the folder of data
    fashion = "torchvision:FashionMNIST"        # `tpdl data fetch fashion` has torchvision download it
    reviews = "hf:stanfordnlp/imdb"             # the same with the package `datasets` of Hugging Face
    scenes = "15-scene"                         # another name for a data set of the catalogue

An experiment declares `data=["photographs"]`, and reads what lies in `data_folder("photographs")`.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tpdl.data.catalogue import CatalogueLike, load_catalogue
from tpdl.data.place import absolute, data_root
from tpdl.errors import StepError, UserError
from tpdl.nearest import nearest

VARIABLE = "TPDL_DATA_SETS"
"""Environment variable of a running step: JSON, name -> folder, of the declared data sets that it may read."""


class Declared:
    """The catalogue of what pyproject.toml declares, together with that of a module, if there is one.

    Args:
        places: name -> folder, library:name, or the name of a data set that the module has.
        project: the folder that relative paths begin in.
        module: the other catalogue.

    Raises:
        UserError: both have a data set of the same name.
    """

    def __init__(self, places: Mapping[str, str], project: Path, module: CatalogueLike | None = None) -> None:
        self._places, self._project, self._module = dict(places), project, module
        if module and (twice := sorted(self._places.keys() & set(module.names()))):
            raise UserError(
                f"pyproject.toml: [tool.tpdl.data] and the data catalogue both have {twice[0]!r}; rename one"
            )

    def names(self) -> list[str]:
        """Those of pyproject.toml first."""
        return [*self._places, *(self._module.names() if self._module else [])]

    def resolve(self, name: str, root: Path) -> list[Path]:
        """The folder, if it is there."""
        if name not in self._places:
            return self._others(name).resolve(name, root)
        if meant := self._meant(name):
            return self._others(meant).resolve(meant, root)
        folder = place_of(self._places[name], self._project, root)
        return [folder] if folder.is_dir() else []

    def describe(self, name: str, root: Path) -> str:
        """One line about a data set that is not there."""
        if name not in self._places:
            return self._others(name).describe(name, root)
        if meant := self._meant(name):
            return f"{name} is {meant}: {self._others(meant).describe(meant, root)}"
        place = self._places[name]
        folder = place_of(place, self._project, root)
        if library_of(place):
            return f"{name} is not at {folder}: {place}; get it with `tpdl data fetch {name}`"
        return f"{name} is not at {folder}: put the folder there, or change {name} in [tool.tpdl.data]"

    def fetch(self, name: str, root: Path) -> Path:
        """Have its library download it, into a folder that appears whole or not at all."""
        if name not in self._places:
            return self._others(name).fetch(name, root)
        if meant := self._meant(name):
            return self._others(meant).fetch(meant, root)
        place = self._places[name]
        folder = place_of(place, self._project, root)
        library = library_of(place)
        if not library:
            raise UserError(f"{name} cannot be fetched: it is a folder of yours; put it at {folder}")
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=".fetch-", dir=folder.parent) as scratch:
                content = Path(scratch) / "content"
                content.mkdir()
                LIBRARIES[library](place.partition(":")[2], content)
                content.rename(folder)
        except UserError:
            raise
        except Exception as error:  # of a library and of the network
            reason = " ".join(str(error).split()) or type(error).__name__
            raise StepError(f"{name} cannot be fetched: {place}: {reason}") from error
        return folder

    def verify(self, name: str, root: Path) -> str | None:
        """What the module's catalogue finds wrong; a folder of yours is compared with the records alone."""
        check, known = getattr(self._module, "verify", None), self._meant(name) or name
        return check(known, root) if check and known not in self._places else None

    def declared(self, name: str, root: Path) -> Path | None:
        """Where a data set of pyproject.toml lies or would lie; None for one of the module's."""
        if name not in self._places:
            return None
        if meant := self._meant(name):
            found = self._others(meant).resolve(meant, root)
            inside = {path if path.is_dir() else path.parent for path in found}
            return Path(os.path.commonpath(inside)) if inside else root / meant
        return place_of(self._places[name], self._project, root)

    def _meant(self, name: str) -> str:
        """The data set of the module that a name of pyproject.toml stands for; empty where it is a folder."""
        place = self._places.get(name, "")
        return place if self._module and place in self._module.names() else ""

    def _others(self, name: str) -> CatalogueLike:
        if self._module is None:
            raise UserError(f"no data is called {name!r}; {nearest(name, self._places)}")
        return self._module


def data_folder(name: str) -> Path:
    """The folder of a data set that `[tool.tpdl.data]` in pyproject.toml declares.

        torchvision.datasets.FashionMNIST(data_folder("fashion"), train=True)
        datasets.load_from_disk(data_folder("reviews"))

    In a step it is there for what the step declares, `data=["fashion"]`; elsewhere, such as in a notebook, for every
    data set of the project that the current folder lies in.

    Raises:
        UserError: it is not declared, or not there.
    """
    if os.environ.get("TPDL_PROFILE") == "demo":
        raise UserError(
            f"the demo profile has no data, so {name} has no folder; use a stand-in where tpdl.profile() says so"
        )
    told = os.environ.get(VARIABLE)
    if told is not None:
        known = {each: Path(folder) for each, folder in json.loads(told).items()}
        if name not in known:
            raise UserError(f'this step does not declare the data set {name!r}; write data=["{name}"] above it')
    else:
        known = _of_project(Path.cwd())
        if name not in known:
            raise UserError(f"[tool.tpdl.data] declares no data set {name!r}; {nearest(name, known)}")
    if not known[name].is_dir():
        raise UserError(f"{name} is not at {known[name]}; `tpdl data {name}` says more")
    return known[name]


def place_of(place: str, project: Path, root: Path) -> Path:
    """The folder that a line of `[tool.tpdl.data]` means, whether it is there or not.

    >>> place_of("torchvision:FashionMNIST", Path("/lab"), Path("/data")).as_posix()
    '/data/torchvision/FashionMNIST'
    """
    library = library_of(place)
    if library:
        return root / library / place.partition(":")[2]
    path = Path(place).expanduser()
    if path.is_absolute():
        return absolute(path)
    below = absolute(root / path)
    return below if below.is_dir() and not (project / path).is_dir() else absolute(project / path)


def library_of(place: str) -> str:
    """The library that brings a data set; empty for a folder.

    >>> library_of("hf:stanfordnlp/imdb"), library_of("C:/photographs")
    ('hf', '')
    """
    library, colon, _ = place.partition(":")
    return library if colon and library in LIBRARIES else ""


def _of_project(folder: Path) -> dict[str, Path]:
    """Outside of a step: what the project around a folder declares."""
    for project in [folder, *folder.parents]:
        if (project / "experiments").is_dir():
            break
    else:
        raise UserError(f"{folder} is in no tpdl project: no folder named experiments/ here or above")
    try:
        parsed: dict[str, Any] = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
        settings = parsed["tool"]["tpdl"]
        places = {name: str(place) for name, place in settings["data"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    module = load_catalogue(str(settings["catalogue"])) if "catalogue" in settings else None
    catalogue, root = Declared(places, project, module), data_root(project / ".tpdl" / "data")
    return {name: found for name in places if (found := catalogue.declared(name, root))}


def _import(module: str, package: str) -> Any:
    # By its name: the tool itself needs neither of these libraries, and must not depend on them.
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise UserError(f"{package} is not installed, which downloads this data; `pip install {package}`") from error


def _torchvision(name: str, folder: Path) -> None:
    datasets = _import("torchvision.datasets", "torchvision")
    kind = getattr(datasets, name, None)
    if not isinstance(kind, type):
        raise UserError(f"torchvision has no data set {name!r}; {nearest(name, datasets.__all__)}")
    parameters = inspect.signature(kind).parameters
    if "download" not in parameters:
        raise UserError(f"torchvision cannot download {name}; get it by hand, and name its folder in [tool.tpdl.data]")
    parts: list[dict[str, Any]] = [{}]
    if "train" in parameters:
        parts = [{"train": True}, {"train": False}]
    elif "split" in parameters:
        parts = [{"split": "train"}, {"split": "test"}]
    for part in parts:
        kind(os.fspath(folder), download=True, **part)


def _hugging_face(name: str, folder: Path) -> None:
    _import("datasets", "datasets").load_dataset(name).save_to_disk(os.fspath(folder))


LIBRARIES: dict[str, Callable[[str, Path], None]] = {"torchvision": _torchvision, "hf": _hugging_face}
"""What stands before the colon -> what downloads into an empty folder."""
