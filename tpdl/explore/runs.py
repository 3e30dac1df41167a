"""The runs of an experiment in a table: what tells them apart, their results, how long each took, and its state.

Example:
    run_table(cells, runs, states, addresses).columns      # ["opt", "lr", "loss", "seconds", "made", "state"]
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tpdl.compare.runs import Run
from tpdl.explore.addresses import Addresses
from tpdl.explore.tables import Table, table_of
from tpdl.plan.status import Status
from tpdl.plan.step import Step

FROM, SECONDS, MADE, STATE = "from", "seconds", "made (UTC)", "state"
"""Columns beside parameters and results."""
OF_TABLES = "Of a result with several rows, the last one stands here."


def run_table(
    cells: Sequence[Step], runs: Sequence[Run], states: Mapping[str, Status], addresses: Addresses
) -> tuple[Table, dict[str, Any]]:
    """A row for each run, and for each cell that nobody has measured.

    Args:
        cells: of the experiment.
        runs: what there is of it; of those from commits, the ones whose results differ from what is here.
        states: of the cells.
        addresses: of the files.

    Returns:
        the table, and the parameters that all runs have in common.
    """
    told, common = _parameters(cells, runs)
    measured = {run.address for run in runs}
    steps = {step.name: step for step in cells}
    several = len({run.origin for run in runs}) > 1
    values, rows = [], []
    for run in runs:
        line: dict[str, Any] = {name: run.parameters[name] for name in told if name in run.parameters}
        line = {**dict.fromkeys(told), **line, **_results(run)}
        if several:
            line = {FROM: run.origin, **line}
        line |= {SECONDS: run.seconds, MADE: str(run.version.happened.get("made") or "")[:10] or None}
        values.append(line | {STATE: _state(run, states)})
        step = steps.get(run.address)
        there = step is not None and step.product.is_file()
        rows.append((run.address, addresses.of(step.product) if step and there else ""))
    for step in cells:
        if step.name not in measured:
            line = {name: step.parameters.get(name) for name in told}
            values.append(line | {STATE: "not measured"})
            rows.append((step.name, ""))
    last = (FROM, SECONDS, MADE, STATE)
    order = [name for line in values for name in line if name not in last]
    columns = list(dict.fromkeys([*([FROM] if several else []), *order, SECONDS, MADE, STATE]))
    lines = [{name: line.get(name) for name in columns} for line in values]
    notes = [OF_TABLES] if any(name.endswith(".csv") for run in runs for name in run.version.hashes) else []
    return table_of("Runs", lines, rows=rows, most=None, notes=notes), common


def differing(runs: Sequence[Run]) -> list[Run]:
    """Runs without those of commits whose results are what is here."""
    here = {run.address: run.version.hashes for run in runs if "@" not in run.address}
    return [run for run in runs if "@" not in run.address or here.get(_cell(run)) != run.version.hashes]


def _cell(run: Run) -> str:
    return run.address.partition("@")[0]


def _parameters(cells: Sequence[Step], runs: Sequence[Run]) -> tuple[list[str], dict[str, Any]]:
    """The parameters that tell runs apart, and the others with their value."""
    every = [run.parameters for run in runs] or [step.parameters for step in cells]
    names = list(dict.fromkeys(name for parameters in every for name in parameters))
    matrix = {name for step in cells for name in step.cell}
    told = [
        name
        for name in names
        if name in matrix or any(name not in each or each[name] != every[0].get(name) for each in every)
    ]
    told.sort(key=lambda name: name not in matrix)  # what the cells differ in comes first
    return told, {name: every[0][name] for name in names if name not in told}


def _results(run: Run) -> dict[str, Any]:
    """The values of a run; of a table the last row, where a training has arrived. Parameters stand there already."""
    try:
        (values,) = run.results("last")
    except (ValueError, OSError, KeyError, TypeError):
        return {}
    return {name: value for name, value in values.items() if run.parameters.get(name) != value}


def _state(run: Run, states: Mapping[str, Status]) -> str:
    if run.address in states:
        return states[run.address].state
    return "code as now" if run.same_code else "earlier code"
