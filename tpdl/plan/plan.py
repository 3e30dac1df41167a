"""The steps of one profile: what decides each of them now, how that compares with its record, and what must run."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.errors import UserError
from tpdl.plan.record import Record, read_record
from tpdl.plan.status import Status, judge
from tpdl.plan.step import Fingerprint, Step

if TYPE_CHECKING:
    from tpdl.fingerprint import Sources
    from tpdl.plan.project import Project


class Plan:
    """The graph of steps. `steps` is in an order in which every step comes after those it needs."""

    def __init__(self, project: Project, profile: str, steps: Mapping[str, Step], sources: Sources) -> None:
        self.project = project
        self.profile = profile
        self.steps = dict(steps)
        self.sources = sources
        self.folder = project.state / profile
        """Logs, checkpoints, failures and large intermediates of this profile."""
        self.figures = project.root / "figures" if profile == "full" else self.folder / "figures"
        """Products and records of this profile."""

    # What decides a step now

    def symbols(self, step: Step) -> dict[str, str]:
        """The hash of every symbol that the step's function uses; for pictures, of the theme too."""
        if not step.function:
            return {}
        symbols = self.sources.closure(step.function, step.uses)
        return symbols | self._theme if step.kind == "figure" else symbols

    def reread_sources(self) -> None:
        """Look at the source files again: somebody may be editing them."""
        self.sources = self.project.sources(self.profile)

    @cached_property
    def _theme(self) -> dict[str, str]:
        from tpdl.fingerprint import Sources

        run = Path(__file__).parents[1] / "run"
        return Sources(run, packages=["theme"], ignore=()).closure("theme:light", ["theme:dark"])

    def data_hashes(self, step: Step, record: Record | None) -> dict[str, str]:
        """The content hash of each data set; as recorded where it is not on this machine, empty where never seen."""
        if self.profile == "demo":
            return {}  # stand-ins are made by code, and code is compared symbol by symbol
        hashes = {}
        for name in step.data:
            known = record.fingerprint.data.get(name, "") if record else ""
            hashes[name] = self._data_hash(name) or known
        return hashes

    def _data_hash(self, name: str) -> str | None:
        if name not in self._data:
            paths = self.project.catalogue.resolve(name, self.project.data_root) if self.project.catalogue else []
            self._data[name] = self.project.hashes.of_paths(paths)
        return self._data[name]

    @cached_property
    def _data(self) -> dict[str, str | None]:
        return {}

    def describe_data(self, name: str) -> str:
        """One line about a data set that is not here: how large it is, where it comes from, what fetches it."""
        catalogue = self.project.catalogue
        return (
            str(catalogue.describe(name, self.project.data_root))
            if catalogue
            else f"{name}: no data catalogue; see [tool.tpdl] in pyproject.toml"
        )

    def missing_data(self, step: Step) -> list[str]:
        """The names of the data sets that the step reads and this machine does not have."""
        if self.profile == "demo":
            return []
        return [name for name in step.data if self._data_hash(name) is None]

    def input_hashes(self, step: Step) -> dict[str, dict[str, str]]:
        """The hashes of the products that the step reads, as their records give them.

        A cell that may stay unmeasured, and is, does not count.
        """
        hashes = {}
        for name in step.upstream:
            record = self.record(name)
            if record is not None:
                hashes[name] = dict(record.products)
            elif not self.steps[name].optional:
                hashes[name] = {}
        return hashes

    def fingerprint(self, step: Step) -> Fingerprint:
        """Everything that decides the step's result, as it is now."""
        return Fingerprint(
            step.parameters, self.symbols(step), self.input_hashes(step), self.data_hashes(step, self.record(step.name))
        )

    # What is recorded

    def record(self, name: str) -> Record | None:
        """The step's record; None where there is none that can be read."""
        record = self.record_or_problem(name)
        return record if isinstance(record, Record) else None

    def record_or_problem(self, name: str) -> Record | str | None:
        """The step's record, None where there is none, or a sentence about why it cannot be used. Read once."""
        if name not in self._records:
            self._records[name] = read_record(self.steps[name].record_path)
        return self._records[name]

    @cached_property
    def _records(self) -> dict[str, Record | str | None]:
        return {}

    def forget(self, name: str) -> None:
        """Read the step's record again the next time it is needed, because it may have been written."""
        self._records.pop(name, None)

    def product_hashes(self, step: Step) -> dict[str, str | None]:
        """The hash of each product as it lies on disk; None where it is missing."""
        return {path.name: self.project.hashes.of_file(path) for path in step.products}

    def is_here(self, step: Step) -> bool:
        """Whether the files that the record speaks of are on this machine, whole."""
        record = self.record(step.name)
        return record is not None and self.product_hashes(step) == record.products

    def absent_inputs(self, names: Iterable[str]) -> dict[str, str]:
        """Step -> a large intermediate that it reads and that is not on this machine."""
        found: dict[str, str] = {}
        for name in names:
            for up in self.steps[name].upstream:
                if self.steps[up].local and self.record(up) and not self.is_here(self.steps[up]):
                    found.setdefault(name, up)
        return found

    def failure(self, step: Step) -> dict[str, str] | None:
        """The message of the last failure, if it happened with exactly the present code, parameters, inputs and data."""
        try:
            failure: dict[str, str] = json.loads(self.failure_path(step).read_text())
        except (OSError, ValueError):
            return None
        return failure if failure.get("digest") == self.fingerprint(step).digest() else None

    def failure_path(self, step: Step) -> Path:
        """Where the message of a failed run is kept."""
        return self.folder / "failed" / f"{step.name}.json"

    def log_path(self, step: Step) -> Path:
        """Where the output of the step's last run is kept."""
        return self.folder / "logs" / f"{step.name}.log"

    # What follows

    def status(self) -> dict[str, Status]:
        """The state of every step, with reasons."""
        states: dict[str, Status] = {}
        for name, step in self.steps.items():
            states[name] = judge(self, step, states)
        self.project.hashes.save()
        self.sources.save_cache()
        return states

    def select(self, names: Iterable[str]) -> list[str]:
        """The steps meant by `names`: a step, an experiment with all that belongs to it, a folder, or a pattern with *.

        Raises:
            UserError: a name means nothing; the nearest names are suggested.
        """
        import difflib
        import fnmatch

        chosen: dict[str, None] = {}
        for name in names:
            plain = name.strip("/").removeprefix("figures/")
            found = [
                step.name
                for step in self.steps.values()
                if plain in (step.name, step.base)
                or step.name.startswith(plain + "/")
                or fnmatch.fnmatchcase(step.name, plain)
                or (step.kind == "figure" and plain == step.name.rpartition(".")[0])
            ]
            if not found:
                known = {*self.steps, *(step.base for step in self.steps.values())}
                near = difflib.get_close_matches(plain, known, n=3, cutoff=0.5)
                hint = f"did you mean {' or '.join(near)}?" if near else "`tpdl status` lists all steps"
                raise UserError(f"there is no step {name!r}; {hint}")
            chosen |= dict.fromkeys(found)
        return [name for name in self.steps if name in chosen]

    def with_upstream(self, names: Iterable[str]) -> set[str]:
        """`names` and every step that they need, directly or not."""
        reached: set[str] = set()
        waiting = list(names)
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting += self.steps[name].upstream
        return reached

    def stale_selection(
        self, names: Iterable[str], states: Mapping[str, Status], insist: Iterable[str] = ()
    ) -> list[str]:
        """What has to run so that `names` are fresh, in order.

        Cells that may stay unmeasured run only where their data are, or when `insist` names them. A large intermediate that
        is recorded but not on this machine is made only if something that runs needs it.
        """
        insisted = self.with_upstream(insist)
        running: set[str] = set()
        left_out: set[str] = set()
        wanted = self.with_upstream(names)
        for name, step in self.steps.items():
            follows = running.intersection(step.upstream)
            if name not in wanted or (states[name].state == "fresh" and not follows):
                continue
            cannot = step.optional and (self.missing_data(step) or left_out.intersection(step.upstream))
            nothing_to_draw = states[name].settled and not step.optional and not follows
            if nothing_to_draw or (cannot and name not in insisted):
                left_out.add(name)
            else:
                running.add(name)
        return self.with_absent_inputs(running)

    def with_absent_inputs(self, names: Iterable[str]) -> list[str]:
        """`names` and the large intermediates that they read and that are not on this machine, in order."""
        running = set(names)
        for name in reversed(list(self.steps)):
            if name in running:
                upstream = [self.steps[up] for up in self.steps[name].upstream]
                running |= {step.name for step in upstream if step.local and not self.is_here(step)}
        return [name for name in self.steps if name in running]
