"""What is on disk about the steps, read once: records, and the hashes of sources, data and products as they are now.

Example:
    facts = read_facts(plan)["transfer/layer-cut"]
    facts.record.fingerprint == facts.now      # nothing has changed that decides the result
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tpdl.errors import StepError, UserError
from tpdl.files import read_json
from tpdl.fingerprint import Sources
from tpdl.images import SUFFIX as IMAGES
from tpdl.images import files_of
from tpdl.plan.observed import Now
from tpdl.plan.patterns import matching, no_match
from tpdl.plan.plan import Plan
from tpdl.plan.record import Record, read_record
from tpdl.plan.step import Fingerprint, Step
from tpdl.plan.unreadable import syntax_error
from tpdl.sheets import SUFFIX as SHEET
from tpdl.videos import SUFFIX as VIDEO


@dataclass(frozen=True)
class Facts:
    """What is known about one step. Everything that is decided about it follows from this and nothing else."""

    now: Fingerprint
    """What decides the result as the sources, the data and the upstream records are now."""
    record: Record | None = None
    problem: str = ""
    """Why the record that is there cannot be used."""
    products: dict[str, str | None] = field(default_factory=dict)
    """File name -> SHA-256 of what lies on disk; None where nothing does."""
    damage: list[str] = field(default_factory=list)
    """What is wrong with the files that a product names: the images of an index."""
    absent_data: dict[str, str] = field(default_factory=dict)
    """Data sets that the step reads and this machine does not have -> what each is, and how to get it."""
    absent_files: tuple[str, ...] = ()
    """What is wrong with patterns in `files=[…]` that match nothing."""
    unreadable: str = ""
    """What is wrong with code that the step uses, as one line with file and line; then it cannot run."""
    failure: str = ""
    """The message of the last run, if it failed with exactly what decides now."""

    @property
    def is_here(self) -> bool:
        """The files that the record speaks of are on this machine, whole."""
        return self.record is not None and self.products == self.record.products and not self.damage

    @property
    def unrecorded_inputs(self) -> list[str]:
        """Steps that this one needs and that have no results, apart from those that may stay unmeasured."""
        return [name for name, files in self.now.inputs.items() if not files]


def read_facts(
    plan: Plan, names: Iterable[str] | None = None, sources: Sources | None = None, *, save: bool = True
) -> dict[str, Facts]:
    """Read what is on disk about steps.

    Args:
        plan: the steps.
        names: which ones; by default all.
        sources: the source files to compare with; by default those that the plan was made of.
        save: write what was learned to the caches; a run, which asks for one step at a time, does so at its end.
    """
    reader = _Reader(plan, sources or plan.sources)
    facts = {name: reader.facts(plan.steps[name]) for name in (plan.steps if names is None else names)}
    if save:
        plan.project.hashes.save()
        reader.sources.save_cache()
    return facts


def symbols(plan: Plan, step: Step, sources: Sources | None = None) -> dict[str, str]:
    """The hash of every symbol that the step's function uses; for a picture, of the theme too."""
    if not step.function:
        return {}
    closure = (sources or plan.sources).closure(step.function, step.uses)
    return closure | theme_symbols(plan) if is_themed(step) else closure


def is_themed(step: Step) -> bool:
    """Whether the theme decides how its product looks: a sheet is laid out by the page, and a video is what it is."""
    return step.kind == "figure" and step.product.suffix not in (SHEET, VIDEO)


def theme_symbols(plan: Plan) -> dict[str, str]:
    """What decides how every picture looks."""
    cache = plan.project.state / "cache" / "theme"
    sources = Sources(Path(__file__).parent, packages=["theme"], ignore=(), cache=cache)
    found = sources.closure("theme:light", ["theme:dark"])
    sources.save_cache()
    return found


def digests(step: Step, now: Fingerprint) -> set[str]:
    """What a run that decides as `now` does calls its checkpoints and what else it leaves, for the step to take up.

    Where the step may run on its own or together with other cells, these are two.
    """
    groups = ({}, step.group) if step.may_run_alone else (now.together,)
    return {replace(now, together=group).digest() for group in groups}


def _measured_together(step: Step, record: Record | None) -> dict[str, list[Any]]:
    """The cells that the result is of: as recorded if both ways are right, else as the step would run now."""
    alone = not record.fingerprint.together if record and step.may_run_alone else not step.together
    return {} if alone else step.group


class _Reader:
    """Reads each record, each data set and the theme at most once."""

    def __init__(self, plan: Plan, sources: Sources) -> None:
        self.sources = sources
        self._plan = plan
        self._theme: dict[str, str] | None = None
        self._records: dict[str, Record | str | None] = {}
        self._data: dict[str, str | None] = {}
        self._files: dict[str, dict[str, str]] = {}
        """Pattern -> the files that match it, with their hashes."""
        self._observed = Now(plan.project.root, plan.project.hashes)
        self._syntax_errors: dict[str, str] = {}

    def facts(self, step: Step) -> Facts:
        record_or_problem = self._record(step.name)
        record = record_or_problem if isinstance(record_or_problem, Record) else None
        if step.problem and record:  # what its declaration says now is not known
            products = {path.name: self._plan.project.hashes.of_file(path) for path in step.products}
            return Facts(record.fingerprint, record, products=products)
        used, unreadable = self._symbols(step, record)
        data = {} if self._plan.profile == "demo" else {name: self._data_hash(name) for name in step.data}
        recorded = record.fingerprint.data if record else {}
        now = Fingerprint(
            parameters=step.parameters,
            symbols=used,
            inputs=self._inputs(step),
            # as recorded where it is not on this machine, empty where it was never seen
            data={name: sha or recorded.get(name, "") for name, sha in data.items()},
            wiring=step.wiring,
            files={path: sha for pattern in step.files for path, sha in self._matching(pattern).items()},
            observed=self._observed.of(record.fingerprint.observed, step) if record else {},
            together=_measured_together(step, record),
        )
        return Facts(
            now=now,
            record=record,
            problem=record_or_problem if isinstance(record_or_problem, str) else "",
            products={path.name: self._plan.project.hashes.of_file(path) for path in step.products},
            damage=[problem for path in step.products for problem in self._damage(path)],
            absent_data={name: self._plan.project.describe_data(name) for name, sha in data.items() if sha is None},
            absent_files=tuple(
                f"{step.source}:{step.line}: {no_match(self._plan.project.root, pattern)}"
                for pattern in step.files
                if not self._matching(pattern)
            ),
            unreadable=unreadable,
            failure=self._failure(step, now),
        )

    def _damage(self, product: Path) -> Iterator[str]:
        """What is wrong with the images of an index, if the product is one that is here."""
        if product.suffix != IMAGES or not product.exists():
            return
        try:
            files = files_of(product)
        except StepError as error:
            yield str(error)
            return
        for path, sha in files.items():
            now = self._plan.project.hashes.of_file(path)
            if now != sha:
                yield f"image {path.parent.name}/{path.name} is {'gone' if now is None else 'not what was written'}"

    def _symbols(self, step: Step, record: Record | None) -> tuple[dict[str, str], str]:
        """The hash of every symbol that the step uses, and what is wrong with one of them, if it is."""
        try:
            if not is_themed(step):
                used = symbols(self._plan, step, self.sources)
            else:
                if self._theme is None:
                    self._theme = theme_symbols(self._plan)
                used = self.sources.closure(step.function, step.uses) | self._theme
        except UserError as error:
            return {}, f"{step.source}:{step.line}: {error}"
        recorded = record.fingerprint.symbols if record else {}
        # All of a module counts where it cannot be read; with the hash that a step ran with, it could.
        wholes = [node for node, sha in used.items() if node.endswith(":*") and recorded.get(node) != sha]
        errors = (self._syntax_error(node.removesuffix(":*")) for node in wholes)
        return used, next(filter(None, errors), "")

    def _syntax_error(self, module: str) -> str:
        if module not in self._syntax_errors:
            self._syntax_errors[module] = syntax_error(self._plan.project.root, module)
        return self._syntax_errors[module]

    def _record(self, name: str) -> Record | str | None:
        if name not in self._records:
            record = read_record(self._plan.steps[name].record_path)
            if isinstance(record, Record) and record.profile != self._plan.profile:
                record = f"record {self._plan.steps[name].record_path.name} is of the {record.profile} profile"
            self._records[name] = record
        return self._records[name]

    def _inputs(self, step: Step) -> dict[str, dict[str, str]]:
        """The hashes of the products that the step reads, as their records give them.

        What may stay unmeasured is left out where it is. Anything else without a record has no files.
        """
        inputs: dict[str, dict[str, str]] = {}
        for name in step.upstream:
            record = self._record(name)
            if isinstance(record, Record):
                inputs[name] = record.content
            elif not self._plan.steps[name].optional:
                inputs[name] = {}
        return inputs

    def _data_hash(self, name: str) -> str | None:
        if name not in self._data:
            try:
                self._data[name] = self._plan.project.hashes.of_paths(self._plan.project.find_data(name))
            except OSError:  # a part of it is gone, or nobody here may read it
                self._data[name] = None
        return self._data[name]

    def _matching(self, pattern: str) -> dict[str, str]:
        if pattern not in self._files:
            root, hashes = self._plan.project.root, self._plan.project.hashes
            found = {path: hashes.of_file(root / path) for path in matching(root, pattern)}
            self._files[pattern] = {path: sha for path, sha in found.items() if sha}
        return self._files[pattern]

    def _failure(self, step: Step, now: Fingerprint) -> str:
        """The message of the last run, unless something that decides has changed since."""
        try:
            failure: Mapping[str, Any] = read_json(self._plan.places.failure(step.name))
            return " ".join(str(failure["message"]).split()) if failure["digest"] in digests(step, now) else ""
        except (OSError, ValueError, KeyError, TypeError):
            return ""
