"""The names that expressions can use: every step's results, read when they are first asked for.

Example:
    names = Namespace(plan)
    names["layer_cut"]["best"]                # what the summary of transfer/layer-cut calls `best`
    names["transfer"]["layer_cut"]["rows"]    # the rows of its table
    names.used()                              # ["transfer/layer-cut", "transfer/layer-cut.values"]
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tpdl.files import read_json
from tpdl.plan.record import Record, read_record
from tpdl.render.expressions import ExpressionError, NotMeasured
from tpdl.tables import Row, read_rows

if TYPE_CHECKING:
    from pathlib import Path

    from tpdl.plan.plan import Plan
    from tpdl.plan.step import Step


def run_command(plan: Plan, name: str) -> str:
    """What a person types to measure or draw `name`."""
    return f"tpdl run {name}" + (" --demo" if plan.profile == "demo" else "")


class Results(Mapping[str, Any]):
    """What one experiment found: the values of its summary, the keys or columns of its result, and `rows`.

    Where two of them have the same name, the first in that order counts.
    """

    def __init__(self, plan: Plan, base: str) -> None:
        self.base = base
        self._plan = plan
        self._summary: Step | None = plan.steps.get(base + ".values")
        self._result: Step | None = plan.steps.get(base)
        self.used: set[str] = set()
        """Names of the steps whose products were read."""

    @cached_property
    def _values(self) -> dict[str, Any]:
        """What the summary has derived."""
        return _read_json(self._summary)

    @cached_property
    def _measured(self) -> dict[str, Any]:
        """What the experiment itself has returned, if it is a mapping."""
        return _read_json(self._result)

    @cached_property
    def rows(self) -> list[Row]:
        """The rows of the result, if it is a table."""
        step = self._result
        path = step.product_of(".csv") if step else None
        if step is None or path is None or not path.exists():
            return []
        try:
            record = read_record(step.record_path)
            return read_rows(path, record.columns if isinstance(record, Record) else None)
        except (OSError, ValueError) as error:
            raise _unreadable(path, step, error) from None

    def __getitem__(self, name: str) -> Any:
        if name in self._values:
            self.used.add(f"{self.base}.values")
            return self._values[name]
        self.used.add(self.base)
        if name in self._measured:
            return self._measured[name]
        if name == "rows" and self.rows:
            return self.rows
        if self.rows and name in self.rows[0]:
            return [row[name] for row in self.rows]
        for step in (self._summary, self._result):
            if step is not None and not step.product.exists():
                raise NotMeasured(step.name, run_command(self._plan, self.base))
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        columns = ["rows", *self.rows[0]] if self.rows else []
        return iter(dict.fromkeys([*self._values, *self._measured, *columns]))

    def __len__(self) -> int:
        return len(list(iter(self)))


def _read_json(step: Step | None) -> dict[str, Any]:
    path = step.product_of(".json") if step else None
    if step is None or path is None:
        return {}
    try:
        value = read_json(path)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise _unreadable(path, step, error) from None
    return value if isinstance(value, dict) else {"value": value}


def _unreadable(path: Path, step: Step, error: Exception) -> ExpressionError:
    reason = getattr(error, "strerror", None) or error
    return ExpressionError(f"{path.name} cannot be read ({reason}); `tpdl run {step.name}` makes it again")


class Namespace(Mapping[str, Any]):
    """Every experiment by its last name (`layer_cut`) and by its path (`transfer.layer_cut`), and what is added.

    A last name that two experiments share is an error where it is used.
    """

    def __init__(self, plan: Plan) -> None:
        self._names: dict[str, Any] = {}
        self._ambiguous: dict[str, list[str]] = {}
        self.results: dict[str, Results] = {}
        for base in dict.fromkeys(step.base for step in plan.steps.values() if not step.is_diagram):
            self.results[base] = Results(plan, base)
            *folders, last = identifier(base).split(".")
            holder = self._names
            for folder in folders:
                holder = holder.setdefault(folder, {})
            holder[last] = self.results[base]
            if folders:
                self._ambiguous.setdefault(last, []).append(identifier(base))
        for last, paths in self._ambiguous.items():
            if len(paths) == 1 and last not in self._names:
                self._names[last] = self.results[next(b for b in self.results if identifier(b) == paths[0])]

    def add(self, name: str, value: Any) -> None:
        """Make `value` known under `name`."""
        self._names[name] = value

    def __getitem__(self, name: str) -> Any:
        if name not in self._names and len(self._ambiguous.get(name, [])) > 1:
            raise ExpressionError(
                f"`{name}` is ambiguous: write {' or '.join(f'`{path}`' for path in self._ambiguous[name])}"
            )
        return self._names[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def used(self) -> list[str]:
        """The steps read since the last call, sorted."""
        names: set[str] = set()
        for results in self.results.values():
            names |= results.used
            results.used = set()
        return sorted(names)


def identifier(base: str) -> str:
    """The name of an experiment as an expression writes it.

    >>> identifier("transfer/layer-cut")
    'transfer.layer_cut'
    """
    return base.replace("/", ".").replace("-", "_")
