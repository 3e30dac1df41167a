"""A project: the folder with `experiments/`, its settings, its sources, and where its data lie."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpdl.data import CatalogueLike, Declared, data_root, load_catalogue
from tpdl.errors import UserError
from tpdl.files import read_text
from tpdl.fingerprint import IGNORED, Sources
from tpdl.nearest import did_you_mean
from tpdl.plan.hashes import HashCache
from tpdl.plan.imports import make_importable
from tpdl.plan.places import Places

if TYPE_CHECKING:
    from tpdl.fingerprint.renames import Renames

FOLDER = "experiments"
"""A project is a folder that holds one of this name."""
PROFILES = ("full", "demo")
SETTINGS = {
    "catalogue": "text",
    "data": "folders",
    "device": "text",
    "matrix": "values",
    "device_memory": "text",
    "demo_only": "texts",
    "preload": "libraries, or false",
    "refuse_stale": "text",
    "unmeasured": "texts",
}
"""Of `[tool.tpdl]`, with what each of them is."""
CHOICES = {"refuse_stale": ("publish", "render", "never")}
"""Settings that have one of a few values; the first is the one without the setting."""


class Project:
    """One report's sources and state on disk.

    project = Project.find(Path.cwd())
    project.settings.get("catalogue")     # "experiments.lab.data.catalog"
    project.places("full").figures        # /home/ada/my-report/figures
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.state = self.root / ".tpdl"

    @classmethod
    def find(cls, start: Path) -> Project:
        """The project that `start` lies in.

        Raises:
            UserError: no folder from `start` upwards holds `experiments/`.
        """
        for folder in [start.resolve(), *start.resolve().parents]:
            if (folder / FOLDER).is_dir():
                return cls(folder)
        raise UserError(f"{start} is in no tpdl project: no folder named {FOLDER}/ here or above")

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The table `[tool.tpdl]` of pyproject.toml.

        Raises:
            UserError: the file cannot be read, or a setting is not what it should be.
        """
        import tomllib

        try:
            value = tomllib.loads(read_text(self.root / "pyproject.toml"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            raise UserError(f"pyproject.toml cannot be read: {getattr(error, 'strerror', None) or error}") from error
        tool = value.get("tool", {})
        settings = tool.get("tpdl", {}) if isinstance(tool, dict) else None
        if not isinstance(settings, dict):
            raise UserError("pyproject.toml: [tool.tpdl] must be a table of settings")
        for name, setting in settings.items():
            if name not in SETTINGS:
                hint = did_you_mean(name, SETTINGS, cutoff=0.7) or f"; the settings are {', '.join(SETTINGS)}"
                raise UserError(f"pyproject.toml: [tool.tpdl] has no setting {name!r}{hint}")
            if SETTINGS.get(name) == "text" and not isinstance(setting, str):
                raise UserError(f"pyproject.toml: {name} in [tool.tpdl] must be a text, not {setting!r:.40}")
            if name in CHOICES and setting not in CHOICES[name]:
                values = ", ".join(f'"{value}"' for value in CHOICES[name])
                raise UserError(f"pyproject.toml: {name} in [tool.tpdl] must be one of {values}, not {setting!r:.40}")
            if SETTINGS.get(name) == "values" and not _is_values(setting):
                raise UserError(
                    f"pyproject.toml: {name} in [tool.tpdl] must be a table of lists, such as network = "
                    f'["resnet18"], or of such tables by experiment, not {setting!r:.40}'
                )
            if SETTINGS.get(name) == "folders" and not _is_table_of_texts(setting):
                raise UserError(
                    f"pyproject.toml: {name} in [tool.tpdl] must be a table of folders, such as "
                    f'photographs = "photographs" below [tool.tpdl.data], not {setting!r:.40}'
                )
            if SETTINGS.get(name) == "texts" and not _is_list_of_texts(setting):
                raise UserError(
                    f'pyproject.toml: {name} in [tool.tpdl] must be a list of texts, such as ["…"], not {setting!r:.40}'
                )
        return settings

    def sources(self, profile: str, renames: Renames | None = None) -> Sources:
        """The project's sources as they lie on disk now, parsed and never imported.

        The modules that the setting `demo_only` lists make stand-ins: in the full profile they decide nothing.

        Args:
            profile: "full" or "demo".
            renames: look at the sources as if what was renamed still had its old name.
        """
        stand_ins = self.settings.get("demo_only", []) if profile != "demo" else []
        # The cache holds hashes under the present names.
        cache = None if renames else self.state / "cache" / "sources"
        return Sources(self.root, ignore=(*IGNORED, *stand_ins), cache=cache, renames=renames)

    @cached_property
    def hashes(self) -> HashCache:
        """The remembered content hashes."""
        return HashCache(self.state / "cache" / "hashes.json")

    @cached_property
    def data_root(self) -> Path:
        """Where data sets and weights lie: `TPDL_DATA`, else `.tpdl/data`. Absolute; a running step is told it, too."""
        return data_root(self.state / "data")

    @cached_property
    def catalogue(self) -> CatalogueLike | None:
        """The data sets that the settings declare, with those of the catalogue that they name; None without any."""
        setting, declared = self.settings.get("catalogue"), self.settings.get("data")
        catalogue = None
        if setting:
            make_importable(self.root, FOLDER)
            catalogue = load_catalogue(str(setting))
        return Declared(declared, self.root, catalogue) if declared else catalogue

    def declared_data(self, name: str) -> Path | None:
        """Where a data set of `[tool.tpdl.data]` lies or would lie; None for any other."""
        try:
            return self.catalogue.declared(name, self.data_root) if isinstance(self.catalogue, Declared) else None
        except UserError:  # `catalogue_problem` says what is wrong
            return None

    def find_data(self, name: str) -> list[Path]:
        """The files or folders of a data set; empty where it is not on this machine, or nobody can say where it is."""
        root = self.data_root  # what is wrong with `TPDL_DATA` is no matter of one data set
        try:
            return list(self.catalogue.resolve(name, root)) if self.catalogue else []
        except Exception:  # the catalogue is code of the project's; `describe_data` says what is wrong with it
            return []

    def describe_data(self, name: str) -> str:
        """One line about a data set: what it is, how large, where it comes from, what fetches it.

        A catalogue that fails for one name, or as a whole, says so here, and nothing else ends because of it.
        """
        root = self.data_root
        try:
            if self.catalogue is None:
                return f"{name}: no data catalogue; see [tool.tpdl] in pyproject.toml"
            return " ".join(self.catalogue.describe(name, root).split())
        except UserError as error:
            return f"{name}: {error}"
        except Exception as error:
            return f"{name}: the data catalogue fails: {type(error).__name__}: {' '.join(str(error).split())}"

    def catalogue_problem(self) -> str:
        """What is wrong with the data catalogue as a whole, in one line; empty if nothing is, or there is none."""
        try:
            self.catalogue  # noqa: B018  # imported when it is first asked for
        except UserError as error:
            return str(error)
        return ""

    def places(self, profile: str) -> Places:
        """Where the files of a profile lie."""
        return Places(self.root, profile)


def _is_values(value: Any, deeper: bool = True) -> bool:
    """Parameter -> a list that is not empty; or experiment -> such a mapping."""
    return isinstance(value, dict) and all(
        (isinstance(each, list) and each) or (deeper and _is_values(each, deeper=False)) for each in value.values()
    )


def _is_table_of_texts(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, str) and each.strip() for each in value.values())


def _is_list_of_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
