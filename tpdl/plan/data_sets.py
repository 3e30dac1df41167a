"""The data sets and weights that the steps need: which steps, are they here, and are they still the recorded ones?

Example:
    for data_set in data_sets(plan):
        print(data_set.name, data_set.needed_by, verify(plan, data_set).problem if data_set.paths else "not here")
"""

from __future__ import annotations

import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

from tpdl.data import CatalogueLike
from tpdl.errors import UserError
from tpdl.nearest import did_you_mean
from tpdl.plan.plan import Plan
from tpdl.plan.record import Record, read_record


@dataclass(frozen=True)
class DataSet:
    """A data set that a step needs, or that somebody asks about."""

    name: str
    paths: tuple[Path, ...]
    """What there is of it on this machine; empty where it is not complete."""
    needed_by: tuple[str, ...]
    """The experiments that read it."""
    optional: bool
    """Every step that reads it may stay unmeasured."""

    @property
    def size(self) -> int:
        """Bytes on this machine."""
        files = (file for path in self.paths for file in ([path] if path.is_file() else path.rglob("*")))
        return sum(file.stat().st_size for file in files if file.is_file())

    @property
    def package(self) -> str:
        """The installed package that brings it, as pip knows it; empty where it lies in a folder of data."""
        installed = [Path(folder) for folder in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}]
        for path in self.paths:
            for folder in installed:
                if path.is_relative_to(folder):
                    top = path.relative_to(folder).parts[0]
                    return packages_distributions().get(top, [top])[0]
        return ""


@dataclass(frozen=True)
class Verdict:
    """Whether a data set is what the results were measured on, and what the catalogue lists."""

    sha256: str
    """The hash of everything that the data set consists of."""
    recorded: bool
    """There are results that were measured on it, to compare with."""
    problem: str | None
    """What is wrong, in a line; None if nothing is."""


def data_sets(plan: Plan, names: Sequence[str] = ()) -> list[DataSet]:
    """The data sets called `names`; without names all that the steps need.

    Raises:
        UserError: the project has no catalogue, or neither the catalogue nor a step knows a name.
    """
    readers: dict[str, list[str]] = {name: [] for name in names}
    for step in plan.steps.values():
        for name in step.data:
            if not names or name in names:
                readers.setdefault(name, []).append(step.name)
    known = catalogue_of(plan).names()
    for name, steps in readers.items():
        if name not in known and not steps:
            hint = did_you_mean(name, known) or f"; the catalogue has {', '.join(known)}"
            raise UserError(f"there is no data set {name!r}{hint}")
    return [_data_set(plan, name, steps) for name, steps in readers.items()]


def verify(plan: Plan, data_set: DataSet) -> Verdict:
    """Compare what is here of a data set with the records of the results, and by the catalogue's own check."""
    sha256 = plan.project.hashes.of_paths(data_set.paths) or ""
    plan.project.hashes.save()
    recorded = {
        record.fingerprint.data[data_set.name]
        for step in plan.steps.values()
        if isinstance(record := read_record(step.record_path), Record) and data_set.name in record.fingerprint.data
    }
    check = getattr(catalogue_of(plan), "verify", None)
    problem = check(data_set.name, plan.project.data_root) if check else None
    if not problem and recorded and sha256 not in recorded:
        problem = "not the data that the recorded results were measured on"
    return Verdict(sha256, bool(recorded), problem)


def catalogue_of(plan: Plan) -> CatalogueLike:
    """The project's data catalogue.

    Raises:
        UserError: it has none.
    """
    if plan.project.catalogue is None:
        raise UserError(
            "this project has no data catalogue; name its module as catalogue in [tool.tpdl] of pyproject.toml, or a "
            "folder of images in [tool.tpdl.data]"
        )
    return plan.project.catalogue


def _data_set(plan: Plan, name: str, steps: Sequence[str]) -> DataSet:
    return DataSet(
        name,
        tuple(plan.project.find_data(name)),
        tuple(sorted({plan.steps[step].base for step in steps})),
        all(plan.steps[step].optional for step in steps),
    )
