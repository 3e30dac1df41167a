"""Tables in documents: where the rows come from that a block such as `::: {#tbl-cuts .results from="…"}` shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tpdl.nearest import nearest
from tpdl.render.expressions import ExpressionError
from tpdl.render.namespace import Namespace, run_command
from tpdl.render.problem import Problem
from tpdl.render.provenance import Provenance
from tpdl.render.scan import Item
from tpdl.render.summaries import LONGEST_ON_PAPER, summed_up
from tpdl.render.tables import build_table, unmeasured_cells

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.status import Status

ABOUT = "report/"
"""What a source begins with that is no result, but says something about the report: `report/steps`."""


class TableBlocks:
    """Collects what the filter places where a document shows a table of results.

    Args:
        plan: whose results are shown.
        states: of its steps.
        names: all results; conditions of a table may use them, too.
        about: what the report says about itself, see `tpdl.render.about`.
        provenance: of the results.
    """

    def __init__(
        self,
        plan: Plan,
        states: Mapping[str, Status],
        names: Namespace,
        about: Mapping[str, Any],
        provenance: Provenance,
    ) -> None:
        self._plan, self._states, self._names = plan, states, names
        self._about, self._provenance = about, provenance
        self.entries: dict[str, dict[str, Any]] = {}
        """Label of the block -> its entry for the filter."""
        self.problems: list[Problem] = []

    def add(self, item: Item) -> None:
        """Enter the table of a block."""
        if not item.label.startswith("tbl-"):
            self.problems.append(item.problem("a results table needs a label such as #tbl-cuts"))
            return
        source = item.attributes.get("from", "")
        make = self._about_table if source.startswith(ABOUT) else self._results_table
        try:
            self.entries[item.label] = make(source, item.attributes)
        except (ExpressionError, ValueError) as error:
            self.problems.append(item.problem(str(error)))

    def _about_table(self, source: str, attributes: Mapping[str, str]) -> dict[str, Any]:
        """A table about the report itself: its steps, claims, data or libraries."""
        rows = self._about.get(source.removeprefix(ABOUT))
        if not isinstance(rows, list):
            tables = [f"{ABOUT}{name}" for name, value in self._about.items() if isinstance(value, list)]
            raise ExpressionError(f"there is no {source}; {nearest(source, tables)}")
        table = build_table(attributes, rows, self._names, [])
        summary = summed_up(source.removeprefix(ABOUT), rows) if len(table["rows"]) > LONGEST_ON_PAPER else None
        return {**table, "summary": summary or False, "provenance": False, "missing": ""}

    def _results_table(self, source: str, attributes: Mapping[str, str]) -> dict[str, Any]:
        """The table that a step has measured, with a row for every cell that is not measured yet."""
        results, step = self._names.results.get(source), self._plan.steps.get(source)
        if results is None or step is None:
            raise ExpressionError(f"no step {source} has results; {nearest(source, self._names.results)}")
        if step.product_of(".csv") is None:
            raise ExpressionError(f"the result of {source} is no table, it is {step.product.name}")
        if results.rows:
            unmeasured = unmeasured_cells(self._plan, self._states, source)
            table = {"summary": False, **build_table(attributes, results.rows, self._names, unmeasured), "missing": ""}
        else:
            status = self._states[source]
            missing = "; ".join(status.reasons) or status.state
            table = {"summary": False, "header": [], "align": [], "rows": [], "missing": missing}
        return {
            **table,
            "command": run_command(self._plan, source),
            "provenance": bool(results.rows) and self._provenance.of(source),
        }
