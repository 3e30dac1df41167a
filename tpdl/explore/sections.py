"""What there is of each experiment: its pictures, runs, results, what it needs, its versions.

Example:
    sections = Reader(plan, states, addresses).sections()
    sections["toy/curve"].runs.rows[0].cells
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from tpdl.compare.runs import Run, all_runs
from tpdl.compare.trees import Commit
from tpdl.errors import UserError
from tpdl.explore.addresses import Addresses
from tpdl.explore.contents import Contents, Gallery, Image, contents_of
from tpdl.explore.runs import differing, run_table
from tpdl.explore.tables import Table, text_of
from tpdl.explore.versions import Difference, Earlier, History
from tpdl.explore.words import Words
from tpdl.plan.plan import Plan
from tpdl.plan.status import Status
from tpdl.plan.step import Step
from tpdl.render.graph import STATES
from tpdl.render.provenance import duration
from tpdl.render.sheets import SUFFIX as SHEET
from tpdl.render.sheets import read_sheet

MOST_COMMITS = 6
MOST_REASONS = 5


@dataclass(frozen=True)
class Picture:
    """A picture that a step draws, by the variants that there are."""

    name: str
    src: Mapping[str, str]
    """Variant, see `tpdl.plan.variants`, -> address."""
    alt: str
    caption: str


@dataclass(frozen=True)
class NotFresh:
    """Steps that are not fresh, all for the same reasons."""

    names: list[str]
    state: str
    reasons: list[str]
    more: int
    """Reasons that are not shown."""


@dataclass
class Section:
    """One experiment, with everything that is drawn from it."""

    name: str
    state: str
    """The worst of its steps."""
    optional: bool
    """What is missing may be."""
    source: str
    """`experiments/toy.py:12`."""
    source_href: str
    needs: list[str] = field(default_factory=list)
    """Experiments whose results it uses."""
    used_by: list[str] = field(default_factory=list)
    waiting: list[NotFresh] = field(default_factory=list)
    common: list[tuple[str, str]] = field(default_factory=list)
    """Parameters that all runs have in common."""
    runs: Table | None = None
    cells: int = 0
    """How many runs it is to have, and"""
    measured: int = 0
    """how many of these there are."""
    pictures: list[Picture] = field(default_factory=list)
    contents: Contents = field(default_factory=Contents)
    commits: list[Commit] = field(default_factory=list)
    """That have changed its results and pictures, the last one first."""
    differences: list[Difference] = field(default_factory=list)
    """From the commits that were asked for."""
    seconds: float = 0
    """How long its runs took, together."""
    made: str = ""
    """The day of the last of them."""

    @property
    def shows_runs(self) -> bool:
        """Whether there is something to compare: a single run is its result, which is shown anyway."""
        return self.runs is not None and (len(self.runs.rows) > 1 or not self.contents.tables)

    @property
    def word(self) -> str:
        """Its state, as the page says it."""
        return "not measured" if self.state == "missing" and self.optional else self.state

    @property
    def duration(self) -> str:
        """How long its runs took, in words; empty where nothing was measured."""
        return duration(self.seconds) if self.seconds else ""

    @property
    def key(self) -> str:
        """What the search of the page looks in."""
        columns = self.runs.columns if self.runs else []
        tables = [name for table in self.contents.tables for name in table.columns]
        words = [self.name, self.word, *(name for name, _ in self.common), *columns, *tables]
        return " ".join([*dict.fromkeys(words), *(f"{each.name} {each.caption}" for each in self.pictures)]).lower()


class Reader:
    """Reads what there is.

    Args:
        plan: the steps.
        states: of each.
        addresses: of files, as the page sees them.
        revisions: commits that are put beside.
    """

    def __init__(
        self, plan: Plan, states: Mapping[str, Status], addresses: Addresses, revisions: Sequence[str] = ()
    ) -> None:
        self._plan, self._states, self._addresses = plan, states, addresses
        self._runs = all_runs(plan, revisions)
        self.earlier = [Earlier.read(plan, revision, addresses) for revision in revisions]
        """The commits, in the order in which they were asked for."""
        self._words, self._history = Words(plan), History(plan.project.root)

    def sections(self) -> dict[str, Section]:
        """Experiment -> what there is of it, in the order of the plan."""
        by_base: dict[str, list[Step]] = {}
        for step in self._plan.steps.values():
            by_base.setdefault(step.base, []).append(step)
        sections = {base: self._section(base, by_base[base]) for base in sorted(by_base, key=_place)}
        for name, section in sections.items():
            for need in section.needs:
                sections[need].used_by.append(name)
        return sections

    def _section(self, base: str, steps: Sequence[Step]) -> Section:
        states = [self._states[step.name] for step in steps]
        counted = [status for status in states if not (status.optional and status.state == "missing")]
        state = max((status.state for status in counted or states), key=STATES.index)
        first = steps[0]
        section = Section(
            name=base,
            state=state,
            optional=not counted,
            source=f"{first.source}:{first.line}",
            source_href=self._addresses.of(self._plan.project.root / first.source),
        )
        section.needs = sorted({self._plan.steps[up].base for step in steps for up in step.upstream} - {base})
        section.waiting = _not_fresh({step.name: self._states[step.name] for step in steps if self._waits(step)})
        self._add_runs(section, [step for step in steps if step.kind == "experiment"])
        for step in steps:
            if step.kind == "figure":
                self._add_picture(section, step)
            elif step.kind != "experiment" or not step.cell:
                self._add_contents(section, contents_of(step, self._addresses))
            elif any(path.suffix == ".images" for path in step.products):
                self._add_contents(section, Contents(galleries=contents_of(step, self._addresses).galleries))
        section.commits = self._commits(steps)[:MOST_COMMITS]
        section.differences = [each for earlier in self.earlier for each in earlier.of.get(base, ())]
        return section

    def _waits(self, step: Step) -> bool:
        status = self._states[step.name]
        return status.state != "fresh" and not (step.cell and status.optional)

    def _add_runs(self, section: Section, cells: Sequence[Step]) -> None:
        runs = differing(self._runs.get(section.name, []))
        if not (runs or cells):
            return
        section.runs, common = run_table(cells, runs, self._states, self._addresses)
        section.common = [(name, text_of(value)) for name, value in common.items()]
        measured = [run for run in runs if run.origin == "measured"]
        section.cells, section.measured = len(cells), len(measured)
        section.seconds = sum(run.seconds or 0 for run in measured)
        section.made = max((_day(run) for run in measured), default="")

    def _add_contents(self, section: Section, more: Contents) -> None:
        section.contents.tables += more.tables
        section.contents.galleries += more.galleries
        section.contents.problems += more.problems

    def _add_picture(self, section: Section, step: Step) -> None:
        there = [path for path in step.products if path.is_file()]
        caption = self._words.of(step.caption)
        if step.product.suffix == SHEET:
            if there:
                self._add_sheet(section, step, caption)
            return
        src = {variant: self._addresses.of(path) for variant, path in step.pictures.items() if path in there}
        if "light" in src:
            section.pictures.append(Picture(step.name, src, self._words.of(step.alt) or step.name, caption))

    def _add_sheet(self, section: Section, step: Step, caption: str) -> None:
        root = self._plan.project.root
        try:
            sheet = read_sheet(step.product, self._plan.places.figures, root)
        except UserError as error:
            section.contents.problems.append(str(error))
            return
        images = [
            self._image(image, tile["label"]) for tile in filter(None, sheet["tiles"]) for image in tile["images"]
        ]
        section.contents.galleries.append(Gallery(step.name, images, caption, self._addresses.of(step.product)))

    def _image(self, image: Mapping[str, Any], label: str) -> Image:
        return Image(
            src=self._addresses.of(self._plan.project.root / image["src"]),
            alt=self._words.of(image["alt"]),
            width=image["width"],
            height=image["height"],
            label=self._words.of(label),
            pixelated=image["pixelated"],
            marks=Markup(image["marks"]),
        )

    def _commits(self, steps: Sequence[Step]) -> list[Commit]:
        """The commits that changed a product of these steps."""
        root = self._plan.project.root
        paths = [path for step in steps for path in step.products if path.is_relative_to(root)]
        return self._history.of(path.relative_to(root).as_posix() for path in paths)


def _place(base: str) -> str:
    """Experiments by folder, those without one first."""
    return base.rpartition("/")[0]


def _day(run: Run) -> str:
    return str(run.version.happened.get("made") or "")[:10]


def _not_fresh(states: Mapping[str, Status]) -> list[NotFresh]:
    """Cells of which none was run need not be told one by one."""
    alike: dict[tuple[str, ...], list[str]] = {}
    for name, status in states.items():
        alike.setdefault((status.state, *status.reasons), []).append(name)
    return [
        NotFresh(names, state, reasons[:MOST_REASONS], max(len(reasons) - MOST_REASONS, 0))
        for (state, *reasons), names in alike.items()
    ]
