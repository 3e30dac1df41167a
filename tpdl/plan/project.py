"""A project: the folder with `experiments/`, its settings, its sources, and the plan of a profile."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpdl.errors import UserError
from tpdl.plan.expand import FOLDER, Expansion
from tpdl.plan.hashes import HashCache

if TYPE_CHECKING:
    from tpdl.data import CatalogueLike
    from tpdl.fingerprint import Sources
    from tpdl.fingerprint.renames import Renames
    from tpdl.plan.plan import Plan

PROFILES = ("full", "demo")


class Project:
    """One report's sources and state on disk."""

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
        """The table `[tool.tpdl]` of pyproject.toml."""
        import tomllib

        try:
            value = tomllib.loads((self.root / "pyproject.toml").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except tomllib.TOMLDecodeError as error:
            raise UserError(f"pyproject.toml cannot be read: {error}") from error
        settings: dict[str, Any] = value.get("tool", {}).get("tpdl", {})
        return settings

    def sources(self, profile: str, renames: Renames | None = None) -> Sources:
        """The project's sources as they lie on disk now, parsed and never imported; with `renames`, under their old names.

        The modules that the setting `demo_only` lists make stand-ins: in the full profile they decide nothing.
        """
        from tpdl.fingerprint import IGNORED, Sources

        stand_ins = self.settings.get("demo_only", []) if profile != "demo" else []
        cache = (
            None if renames else self.state / "cache" / "sources"
        )  # what is kept there are hashes of the present names
        return Sources(self.root, ignore=(*IGNORED, *stand_ins), cache=cache, renames=renames)

    @cached_property
    def hashes(self) -> HashCache:
        """The remembered content hashes."""
        return HashCache(self.state / "cache" / "hashes.json")

    @cached_property
    def data_root(self) -> Path:
        """Where data sets and weights lie: `TPDL_DATA`, else `.tpdl/data`. Absolute; a running step is told it, too."""
        from tpdl.data import data_root

        return data_root(self.state / "data")

    @cached_property
    def catalogue(self) -> CatalogueLike | None:
        """The data catalogue that the settings name, if they do."""
        setting = self.settings.get("catalogue")
        if not setting:
            return None
        from tpdl.data import load_catalogue
        from tpdl.plan.imports import make_importable

        make_importable(self.root)
        return load_catalogue(str(setting))

    def plan(self, profile: str = "full") -> Plan:
        """All steps of a profile.

        The setting `unmeasured` lists experiments (names or patterns) that this edition does not measure yet: like optional
        cells they show as missing, and neither `status` nor publishing waits for them.

        Raises:
            UserError: a declaration is wrong, the steps form a circle, or two write one product.
        """
        from tpdl.plan.plan import Plan

        if profile not in PROFILES:
            raise UserError(f"there is no profile {profile!r}; the profiles are {' and '.join(PROFILES)}")
        sources = self.sources(profile)
        unmeasured = self.settings.get("unmeasured", []) if profile != "demo" else []
        steps = Expansion(sources.declarations(), self.root, profile, unmeasured).steps()
        return Plan(self, profile, steps, sources)
