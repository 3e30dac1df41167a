"""The state of a step, and its reasons, by comparing what decides it now with what its record says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from tpdl.plan.record import Record
from tpdl.plan.step import Fingerprint, Step

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan

State = Literal["fresh", "stale", "stale upstream", "missing", "failed"]


@dataclass
class Status:
    """One step's state with everything that speaks for it."""

    state: State
    reasons: list[str] = field(default_factory=list)
    record: Record | None = None
    optional: bool = False
    """The step may stay unmeasured, and is: its data cannot be had everywhere, or this edition leaves it out."""

    @property
    def settled(self) -> bool:
        """Nothing needs to be done about it."""
        return self.state == "fresh" or (self.optional and self.state == "missing")


def judge(plan: Plan, step: Step, upstream: Mapping[str, Status]) -> Status:
    """The state of `step`, given the states of the steps it needs."""
    found = plan.record_or_problem(step.name)
    record = found if isinstance(found, Record) else None
    own = list(own_reasons(plan, step, found))
    absent = [name for name in step.upstream if upstream[name].state == "missing" and not upstream[name].optional]
    behind = [name for name in step.upstream if not upstream[name].settled]
    if own and (failure := plan.failure(step)):
        return Status("failed", [failure["message"], *own], record)
    if record is None and found is None and not step.product.exists():
        why = [f"needs {name}, which is missing" for name in absent]
        if missing := plan.missing_data(step):
            why += [f"data not on this machine: {plan.describe_data(name)}" for name in missing]
        if step.kind in ("table", "figure", "summary") and step.upstream:
            # Drawn from what may stay unmeasured, and is: it may stay undrawn with it.
            left_out = {name for name in step.upstream if upstream[name].optional and upstream[name].state == "missing"}
            without = any(given.labels is None and left_out.issuperset(given.steps) for given in step.inputs.values())
            if without or not _any_result(plan, step):
                undrawn = without or left_out.issuperset(step.upstream)
                return Status("missing", why or ["nothing to draw from yet"], None, optional=undrawn)
        return Status("missing", why or ["never run"], None, optional=step.optional)
    if own:
        return Status("missing" if own == [_GONE] else "stale", own, record)
    if behind:
        return Status("stale upstream", [f"{name} is {upstream[name].state}" for name in behind], record)
    if step.local and not plan.is_here(step):
        return Status("fresh", ["as recorded; the file itself is made again when a step needs it"], record)
    return Status("fresh", [], record)


_GONE = "the product is gone"


def own_reasons(plan: Plan, step: Step, record: Record | str | None) -> Iterator[str]:
    """Why the product is not what the step would make now, apart from steps it needs that are out of date themselves."""
    if isinstance(record, str):
        yield record
        return
    if record is None:
        yield "no record: nobody knows what made the product" if step.product.exists() else "never run"
        return
    if record.moved:
        yield f"the source changed while it ran: {', '.join(record.moved)}"
    if record.function != step.function:
        yield f"function {record.function} -> {step.function}"
    yield from differences(record.fingerprint, plan.fingerprint(step))
    if (
        step.local
    ):  # another machine may have made what is recorded; what is not here, or not whole, is made when needed
        return
    on_disk = plan.product_hashes(step)
    if all(found is None for found in on_disk.values()):
        yield _GONE
        return
    for name, found in on_disk.items():
        if found is None:
            yield f"product {name} is gone"
        elif name not in record.products:
            yield f"product {name} is not in the record"
        elif found != record.products[name]:
            yield f"product {name} is not what was written: edited by hand, or truncated"


def differences(before: Fingerprint, now: Fingerprint) -> Iterator[str]:
    """What changed, one phrase each, the plainest first: a new default is a change of code too, but first a parameter."""
    for name in sorted(before.parameters.keys() | now.parameters.keys()):
        if name not in before.parameters:
            yield f"parameter {name} is new: {_short(now.parameters[name])}"
        elif name not in now.parameters:
            yield f"parameter {name} is gone"
        elif before.parameters[name] != now.parameters[name]:
            yield f"parameter {name}: {_short(before.parameters[name])} -> {_short(now.parameters[name])}"
    for name in sorted(before.data.keys() | now.data.keys()):
        if before.data.get(name, "") != now.data.get(name, ""):
            yield f"data {name} " + (
                "is new" if name not in before.data else "changed" if name in now.data else "is used no more"
            )
    for symbol in sorted(before.symbols.keys() | now.symbols.keys()):
        old, new = before.symbols.get(symbol), now.symbols.get(symbol)
        if old != new:
            yield f"code {symbol} " + (
                "is used now" if old is None else "is used no more" if new is None else "changed"
            )
    for name in sorted(before.inputs.keys() | now.inputs.keys()):
        if before.inputs.get(name) != now.inputs.get(name):
            yield f"input {name} " + (
                "is new" if name not in before.inputs else "changed" if name in now.inputs else "is used no more"
            )


def _any_result(plan: Plan, step: Step) -> bool:
    return any(plan.record(name) for name in step.upstream)


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
