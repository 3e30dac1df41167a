"""Everything that is not the same as in an earlier commit, step by step.

Example:
    for step in compare(plan, "HEAD~1").steps:
        print(step.name, step.verdict, step.because, [change.difference for change in step.changes])
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, get_args

from tpdl.charts import is_chart
from tpdl.compare.tables import compare_tables
from tpdl.compare.trees import Commit, InCommit, OnDisk
from tpdl.compare.values import Change, compare_arrays, compare_json
from tpdl.compare.versions import StepVersion, Version, read_version
from tpdl.plan.status import differences
from tpdl.plan.variants import is_narrow, variant_of
from tpdl.tables import TEXT, TEXT_OR_MISSING, Row, read_rows
from tpdl.videos import is_of_video

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan

Verdict = Literal["changed", "new", "gone"]
PICTURES = (".svg", ".png")


@dataclass
class Picture:
    """A picture in both versions; empty where there is none."""

    old: dict[str, bytes] = field(default_factory=dict)
    """"light" and "dark" -> content."""
    new: dict[str, bytes] = field(default_factory=dict)


@dataclass
class StepDifference:
    """One step whose products are not the same."""

    name: str
    verdict: Verdict
    alt: str = ""
    """The picture in words."""
    because: list[str] = field(default_factory=list)
    """Which parameters, data and code differ, see `tpdl.plan.status.differences`."""
    keys: list[str] = field(default_factory=list)
    """The columns that name a row of the table."""
    changes: list[Change] = field(default_factory=list)
    """Values that are not what they were."""
    rows_added: list[str] = field(default_factory=list)
    rows_removed: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What cannot be said with values and rows, a line each."""
    picture: Picture | None = None
    suffix: str = ".svg"
    """File type of the picture."""


@dataclass
class Comparison:
    """An earlier commit beside the files as they lie here now."""

    commit: Commit
    steps: list[StepDifference]
    same: int
    """How many steps have the same products in both."""
    unreadable: list[str] = field(default_factory=list)
    """Records that cannot be read, in either version."""

    @property
    def identical(self) -> bool:
        """Nothing differs."""
        return not self.steps

    @property
    def summary(self) -> str:
        """`since 1a2b3c4 of 2026-05-04 (More data): 2 changed, 1 new; 14 the same`."""
        since = f"since {self.commit.short} of {self.commit.date} ({self.commit.subject})"
        if self.identical:
            return f"{since}: identical, all results and pictures of {self.same} steps"
        verdicts = [step.verdict for step in self.steps]
        counts = [f"{verdicts.count(word)} {word}" for word in get_args(Verdict) if word in verdicts]
        return f"{since}: {', '.join(counts)}; {self.same} the same"


def compare(plan: Plan, revision: str) -> Comparison:
    """Compare `figures/` with what it was in `revision`. The working tree is only read.

    Raises:
        UserError: there is no git, no repository, or no such revision.
    """
    commit = InCommit(plan.project.root, revision)
    old, new = read_version(commit), read_version(OnDisk(plan.project.root))
    names = _in_order(plan, old, new)
    compared = [compare_step(plan, old.steps.get(name), new.steps.get(name)) for name in names]
    different = [difference for difference in compared if difference]
    unreadable = [f"{commit.commit.short}:{path}" for path in old.unreadable] + new.unreadable
    return Comparison(commit.commit, _without_cells(plan, different), len(names) - len(different), unreadable)


def _without_cells(plan: Plan, steps: list[StepDifference]) -> list[StepDifference]:
    """The steps without cells whose rows are in a collected table: the reasons for their change go to the table."""
    tables = {step.name: step for step in steps if step.verdict == "changed" and _is_table(plan, step.name)}
    shown = []
    for step in steps:
        table = tables.get(_base(plan, step.name))
        if step.verdict == "changed" and table:
            table.because = list(dict.fromkeys([*table.because, *step.because]))
        else:
            shown.append(step)
    return shown


def _in_order(plan: Plan, old: Version, new: Version) -> list[str]:
    """The plan's order for the steps in it, then those that only the commit knows."""
    known = [name for name in plan.steps if name in new.steps or name in old.steps]
    return list(dict.fromkeys([*known, *sorted(new.steps), *sorted(old.steps)]))


def _is_table(plan: Plan, name: str) -> bool:
    return name in plan.steps and plan.steps[name].kind == "table"


def _base(plan: Plan, name: str) -> str:
    """The experiment that a cell belongs to; "" for other steps."""
    step = plan.steps.get(name)
    return step.base if step and step.kind == "experiment" else ""


def compare_step(plan: Plan, old: StepVersion | None, new: StepVersion | None) -> StepDifference | None:
    """What differs of a step between two versions, of which one may not have it; None where nothing does."""
    version = new or old
    assert version is not None
    step = plan.steps.get(version.name)
    verdict: Verdict = "changed" if old and new else "new" if new else "gone"
    difference = StepDifference(version.name, verdict, step.alt if step else "")
    files = list(dict.fromkeys([*(new.hashes if new else ()), *(old.hashes if old else ())]))
    contents = {name: (_content(old, name), _content(new, name)) for name in files}
    if old and new:
        changed = [name for name in files if _differs(name, contents[name], old, new)]
        if not changed:
            return None
        reasons = differences(old.fingerprint, new.fingerprint)
        difference.because = [reason for reason in reasons if not reason.startswith("input ")]
    else:
        changed = files
    shown = [name for name in changed if not is_chart(name) and not is_of_video(name)]
    if any(is_of_video(name) for name in changed):
        difference.notes.append("the video is another one")
    if changed and not shown and all(map(is_chart, changed)):
        difference.notes.append("the picture is the same; what a page makes of it differs")
    if shown and all(is_narrow(name) for name in shown):
        difference.notes.append("only the drawing for narrow pages differs")
    for name in shown:
        if name.endswith(PICTURES):
            difference.suffix = PurePosixPath(name).suffix
            difference.picture = difference.picture or _picture(files, contents)
        else:
            sides = [
                None if content is None else _Result(content, _text_columns(side))
                for content, side in zip(contents[name], (old, new), strict=True)
            ]
            _compare_results(difference, plan, name, *sides)
    return difference


def _content(step: StepVersion | None, name: str) -> bytes | None:
    return step.content(name) if step else None


def _differs(name: str, contents: tuple[bytes | None, bytes | None], old: StepVersion, new: StepVersion) -> bool:
    """Whether a product differs: by content, or, if it is kept elsewhere, by the hashes in the records."""
    if contents == (None, None):
        return old.hashes.get(name) != new.hashes.get(name)
    return contents[0] != contents[1]


def _picture(files: Iterable[str], contents: Mapping[str, tuple[bytes | None, bytes | None]]) -> Picture:
    picture = Picture()
    for name in filter(lambda name: name.endswith(PICTURES), files):
        theme = variant_of(name)  # of which those for narrow pages are not shown
        for side, content in zip((picture.old, picture.new), contents[name], strict=True):
            if content is not None:
                side[theme] = content
    return picture


@dataclass(frozen=True)
class _Result:
    """A product in one version."""

    content: bytes
    columns: Mapping[str, str]
    """Of a table: the columns that hold text, even where it looks like numbers."""

    def rows(self) -> list[Row]:
        """The rows of a table."""
        return read_rows(self.content, self.columns)


def _text_columns(step: StepVersion | None) -> dict[str, str]:
    return {name: kind for name, kind in step.columns.items() if kind in (TEXT, TEXT_OR_MISSING)} if step else {}


def _compare_results(
    difference: StepDifference, plan: Plan, name: str, old: _Result | None, new: _Result | None
) -> None:
    """Enter what differs in a result, of which one version may be missing."""
    suffix = PurePosixPath(name).suffix
    content = new if new is not None else old
    if content is None:
        difference.notes.append(f"{name} is kept on the machine that made it, and its hash differs")
    elif old is not None and new is not None:
        try:
            _compare_contents(difference, plan, suffix, old, new)
        except ValueError as error:
            difference.notes.append(f"{name} cannot be read in both versions: {error}")
    elif difference.verdict == "changed":
        difference.notes.append(f"{name} is {'new' if new else 'gone'}")
    else:
        difference.notes.append(f"{name}: {_size(suffix, content.content)}")


def _size(suffix: str, content: bytes) -> str:
    if suffix == ".csv":
        with contextlib.suppress(ValueError):
            return f"{len(read_rows(content))} rows"
    return f"{len(content)} bytes"


def _compare_contents(difference: StepDifference, plan: Plan, suffix: str, old: _Result, new: _Result) -> None:
    """Enter what differs in a result that both versions have."""
    before = len(difference.changes)
    if suffix == ".csv":
        table = compare_tables(old.rows(), new.rows(), _sweep(plan, difference.name))
        difference.keys = table.keys
        difference.changes += table.changes
        difference.rows_added, difference.rows_removed = table.added, table.removed
        for word, columns in (("new", table.columns_added), ("gone", table.columns_removed)):
            if columns:
                difference.notes.append(f"{word} column{'s' if len(columns) > 1 else ''}: {', '.join(columns)}")
    elif suffix in (".json", ".images"):
        difference.changes += compare_json(old.content, new.content)
    else:
        difference.changes += compare_arrays(old.content, new.content)
    differs = len(difference.changes) > before or difference.rows_added or difference.rows_removed or difference.notes
    if not differs:
        difference.notes.append("the same values in another order, or written in another way")


def _sweep(plan: Plan, name: str) -> list[str]:
    """The parameters that tell the cells of the step's experiment apart."""
    base = plan.steps[name].base if name in plan.steps else name
    return list(dict.fromkeys(key for step in plan.steps.values() if step.base == base for key in step.cell))
