"""Everything that was measured of one experiment, side by side: cells, scratch results, and what commits have.

runs = runs_of(plan, "toy/train", ["HEAD~3"])
runs[0].parameters, runs[0].results("last"), runs[0].seconds     # {"lr": 0.1}, {"loss": 0.31}, 12.4
find_run(plan, "toy/train/lr=0.1@HEAD~3")                       # one of them, by its address
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any, Literal, get_args

from tpdl.compare.comparison import StepDifference, compare_step
from tpdl.compare.trees import InCommit, Tree
from tpdl.compare.values import leaves
from tpdl.compare.versions import StepVersion, read_version
from tpdl.errors import UserError
from tpdl.files import read_bytes
from tpdl.nearest import nearest
from tpdl.plan.address import cells_at
from tpdl.plan.arguments import RESULT_SUFFIX
from tpdl.plan.facts import symbols
from tpdl.plan.plan import Plan
from tpdl.plan.record import Record, read_record
from tpdl.plan.scratch import PREFIX, recorded
from tpdl.plan.selection import select
from tpdl.plan.step import Step
from tpdl.tables import Row, read_rows

Rows = Literal["last", "first", "mean", "min", "max", "all"]
"""What stands for a result that is a table of several rows. The last one is where a training has arrived."""
ROWS: tuple[Rows, ...] = get_args(Rows)
RESULTS = (*RESULT_SUFFIX.values(),)
"""Suffixes of what is measured; pictures have others."""
RESULT = "result"
"""What the product of a run is called here, wherever it lies: two runs have the same files, and can be compared."""


@dataclass(frozen=True)
class Run:
    """One result of an experiment, with what was different about it."""

    address: str
    """What `tpdl compare` takes: a cell, `scratch/…`, or a cell with `@` and a commit."""
    origin: str
    """"measured", "scratch", or the commit."""
    version: StepVersion
    same_code: bool
    """Whether it was measured with the code as it is now."""

    @property
    def parameters(self) -> dict[str, Any]:
        """All parameters, not only those of the matrix."""
        return self.version.fingerprint.parameters

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return self.version.happened.get("seconds")

    def results(self, rows: Rows = "last") -> list[dict[str, Any]]:
        """The values of the result: one mapping, or one for each row of a table with `rows="all"`.

        Raises:
            ValueError: it cannot be read.
        """
        found: list[dict[str, Any]] = [{}]
        for name in self.version.hashes:
            content = self.version.content(name)
            if content is None:
                continue
            values = list(_values(PurePosixPath(name).suffix, content, self.version.columns, rows))
            found = [{**one, **other} for one in found for other in values or [{}]]
        return found


def runs_of(plan: Plan, base: str, revisions: Sequence[str] = ()) -> list[Run]:
    """What there is of an experiment, cells first.

    Args:
        plan: the steps.
        base: the experiment, or a part of its cells: `toy/train/opt=sgd`.
        revisions: commits whose results are listed, too.

    Raises:
        UserError: there is no such experiment or commit.
    """
    chosen = set(select(plan, [base]))
    measuring = [step for step in plan.steps.values() if step.kind == "experiment"]
    cells = [step for step in measuring if step.name in chosen]
    if not cells:
        raise UserError(f"{base} is no experiment: nothing is measured there; `tpdl status` lists the experiments")
    bases = {step.base for step in cells}
    partial = bases.intersection(step.base for step in measuring if step.name not in chosen)
    found = [run for step in cells if (run := _on_disk(plan, step, "measured"))]
    for step in recorded(plan):
        of = step.base.removeprefix(PREFIX)
        meant = of in bases and (of not in partial or _agrees(step, base))
        if meant and (run := _on_disk(plan, step, "scratch")):
            found.append(run)
    for revision in revisions:
        found += _in_commit(plan, revision, cells, bases)
    return found


def all_runs(plan: Plan, revisions: Sequence[str] = ()) -> dict[str, list[Run]]:
    """Experiment -> everything there is of it, in the order of `runs_of`; each commit is read once for all.

    Raises:
        UserError: there is no such commit.
    """
    cells = [step for step in plan.steps.values() if step.kind == "experiment"]
    bases = {step.base for step in cells}
    runs = [run for step in cells if (run := _on_disk(plan, step, "measured"))]
    runs += [run for step in recorded(plan) if (run := _on_disk(plan, step, "scratch"))]
    for revision in revisions:
        runs += _in_commit(plan, revision, cells, bases)
    found: dict[str, list[Run]] = {}
    for run in runs:
        found.setdefault(run.version.name, []).append(run)
    return found


def _agrees(step: Step, address: str) -> bool:
    """Whether a scratch result has the parameters that an address of cells asks for."""
    try:
        return bool(cells_at({step.name: step}, f"{step.base}/{address.rpartition('/')[2]}"))
    except UserError:  # another value
        return False


def find_run(plan: Plan, address: str) -> Run:
    """The one result that an address means.

    Raises:
        UserError: it means none, or several.
    """
    name, _, revision = address.partition("@")
    if name.startswith(PREFIX) and not any(each.startswith(PREFIX) for each in plan.steps):
        scratch = {step.name: step for step in recorded(plan)}
        step = scratch.get(name) or _only(select_scratch(scratch, name), name, "scratch results")
        run = _on_disk(plan, step, "scratch")
        if run is None:
            raise UserError(f"{name} has no result any more")
        return run
    if revision and (exact := _exactly(plan, revision, name)):
        return exact
    if name in plan.steps and plan.steps[name].kind in ("experiment", "table"):
        steps = [plan.steps[name]]
    else:
        steps = [plan.steps[each] for each in select(plan, [name]) if plan.steps[each].kind == "experiment"]
    step = _only(steps, name, "results")
    if revision:
        runs = _in_commit(plan, revision, [step], {step.base})
        if not runs:
            raise UserError(f"{step.name} has no result in {revision}")
        return runs[0]
    run = _on_disk(plan, step, "measured")
    if run is None:
        raise UserError(f"{step.name} has no result here; tpdl run {step.name}")
    return run


def select_scratch(scratch: Mapping[str, Step], name: str) -> list[Step]:
    """The scratch results of an experiment, or those with some parameters.

    Raises:
        UserError: there are none.
    """
    found = [step for step in scratch.values() if step.base == name]
    found = found or [scratch[each] for each in cells_at(scratch, name)]
    if not found:
        raise UserError(f"there is no scratch result {name!r}; {nearest(name, scratch)}")
    return found


def _only(steps: Sequence[Step], name: str, what: str) -> Step:
    if len(steps) != 1:
        shown = ", ".join(step.name for step in steps[:4]) + (", …" if len(steps) > 4 else "")
        raise UserError(f"{name} means {len(steps)} {what}, and one is needed: {shown or 'it is no experiment'}")
    return steps[0]


def compare_runs(plan: Plan, one: Run, other: Run) -> StepDifference | None:
    """What differs between two runs: parameters, code, data, every value of the results. None if no result does.

    Raises:
        UserError: one is a cell, and the other the table of all cells.
    """
    for table, cell in ((one, other), (other, one)):
        if not table.version.function and cell.version.function:
            raise UserError(
                f"{table.address} is the table of all cells, and {cell.address} is one; name a cell of each"
            )
    return compare_step(plan, *_without_what_differs_anyway(one.version, other.version))


def _without_what_differs_anyway(one: StepVersion, other: StepVersion) -> list[StepVersion]:
    """Both without columns that repeat a parameter in which they differ: no row of one would be a row of the other."""
    before, after = one.fingerprint.parameters, other.fingerprint.parameters
    names = {name for name in before.keys() & after.keys() if before[name] != after[name]}
    return [replace(version, tree=_Repeating(version.tree, names)) if names else version for version in (one, other)]


@dataclass(frozen=True)
class _Repeating:
    """Files without columns that have one of some names and say the same in every row; a `Tree`."""

    tree: Tree
    names: set[str]

    def paths(self) -> list[str]:
        return self.tree.paths()

    def read(self, path: str) -> bytes:
        content = self.tree.read(path)
        if not path.endswith(".csv"):
            return content
        lines = [line for line in csv.reader(io.StringIO(content.decode("utf-8"), newline="")) if line]
        head, *rows = lines or [[]]
        kept = [at for at, name in enumerate(head) if name not in self.names or len({row[at] for row in rows}) > 1]
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator="\n").writerows([line[at] for at in kept] for line in lines)
        return text.getvalue().encode()


@dataclass(frozen=True)
class _Files:
    """Files by the name that they have in a run; a `Tree`."""

    contents: Mapping[str, Callable[[], bytes]]

    def paths(self) -> list[str]:
        return sorted(self.contents)

    def read(self, path: str) -> bytes:
        return self.contents[path]()


def _on_disk(plan: Plan, step: Step, origin: str) -> Run | None:
    record = read_record(step.record_path)
    if not isinstance(record, Record):
        return None
    files = {_named(path.name): path for path in step.products if path.is_file()}
    hashes = {_named(name): sha for name, sha in record.products.items()}
    tree = _Files({name: lambda path=path: read_bytes(path) for name, path in files.items()})  # type: ignore[misc]
    version = StepVersion(
        name=step.base.removeprefix(PREFIX),
        fingerprint=record.fingerprint,
        hashes=hashes,
        columns=record.columns,
        folder="",
        tree=tree,
        paths=set(files),
        function=record.function,
        happened=record.happened,
    )
    return Run(step.name, origin, version, _same_code(plan, version))


def _in_commit(plan: Plan, revision: str, cells: Sequence[Step], bases: Iterable[str]) -> list[Run]:
    """The results that a commit has of the same experiments: of these cells, and of those that there are no more."""
    commit = InCommit(plan.project.root, revision)
    functions = {step.function for step in cells if step.function}
    names = {step.name for step in cells}
    found = []
    for name, version in read_version(commit).steps.items():
        base = name.rpartition("/")[0]
        is_gone = len(cells) > 1 and name not in plan.steps and version.function in functions and base in bases
        if name in names or is_gone:
            found.append(Run(f"{name}@{revision}", commit.commit.short, _renamed(version), _same_code(plan, version)))
    return found


def _exactly(plan: Plan, revision: str, name: str) -> Run | None:
    """The result of that name in a commit: that of a cell, perhaps, which is no more."""
    commit = InCommit(plan.project.root, revision)
    version = read_version(commit).steps.get(name)
    if version is None or not all(file.endswith(RESULTS) for file in version.hashes):
        return None
    return Run(f"{name}@{revision}", commit.commit.short, _renamed(version), _same_code(plan, version))


def _renamed(version: StepVersion) -> StepVersion:
    """The version with the file names of a run."""
    names = {name: version.content(name) for name in version.hashes}
    contents = {_named(name): content for name, content in names.items() if content is not None}
    return StepVersion(
        name=version.name.rpartition("/")[0] if "=" in version.name else version.name,
        fingerprint=version.fingerprint,
        hashes={_named(name): sha for name, sha in version.hashes.items()},
        columns=version.columns,
        folder="",
        tree=_Files({name: lambda content=content: content for name, content in contents.items()}),  # type: ignore[misc]
        paths=set(contents),
        function=version.function,
        happened=version.happened,
    )


def _named(file: str) -> str:
    return RESULT + PurePosixPath(file).suffix


def _same_code(plan: Plan, version: StepVersion) -> bool:
    """Whether the code that decided the result is the code that there is now."""
    step = next((step for step in plan.steps.values() if step.function == version.function), None)
    if step is None or not version.function:
        return not version.function
    try:
        return symbols(plan, step) == version.fingerprint.symbols
    except UserError:
        return False


def _values(suffix: str, content: bytes, columns: Mapping[str, Any], rows: Rows) -> Iterator[dict[str, Any]]:
    """The values of one product that fit in a line of a table."""
    if suffix == ".csv":
        yield from _of_table(read_rows(content, columns), rows)
    elif suffix == ".npz":
        import numpy as np

        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            yield {name: arrays[name].item() for name in arrays.files if arrays[name].ndim == 0}
    elif suffix == ".json":
        # A list is no single value.
        yield {name: value for name, value in leaves(json.loads(content)) if not isinstance(value, list)}
    else:
        yield {}


def _of_table(table: Sequence[Row], rows: Rows) -> Iterator[dict[str, Any]]:
    if rows == "all" or len(table) < 2:
        yield from table
    elif rows in ("first", "last"):
        yield table[0 if rows == "first" else -1]
    else:
        numbers = {name: [row[name] for row in table if _is_number(row[name])] for name in table[0]}
        means: dict[str, Callable[[list[float]], float]] = {
            "mean": lambda x: math.fsum(x) / len(x),
            "min": min,
            "max": max,
        }
        yield {name: means[rows](found) for name, found in numbers.items() if found}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
