"""The state of a step, and its reasons: what decides it now, compared with what its record says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tpdl.plan.facts import Facts
from tpdl.plan.plan import Plan
from tpdl.plan.record import Record
from tpdl.plan.step import Fingerprint, Step

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


def judge_all(plan: Plan, facts: Mapping[str, Facts]) -> dict[str, Status]:
    """The state of every step."""
    states: dict[str, Status] = {}
    for name, step in plan.steps.items():
        states[name] = judge(step, facts[name], states)
    return states


def judge(step: Step, facts: Facts, upstream: Mapping[str, Status]) -> Status:
    """The state of `step`, given what is known about it and the states of the steps it needs. Asks nothing else."""
    own = list(own_reasons(step, facts))
    behind = [name for name in step.upstream if not upstream[name].settled]
    if own and facts.failure:
        return Status("failed", [facts.failure, *own], facts.record)
    if facts.record is None and not facts.problem and facts.products[step.product.name] is None:
        return _never_run(step, facts, upstream)
    if own:
        return Status("missing" if own == [_GONE] else "stale", own, facts.record)
    if behind:
        return Status("stale upstream", [f"{name} is {upstream[name].state}" for name in behind], facts.record)
    if step.local and not facts.is_here:
        return Status("fresh", ["as recorded; the file itself is made again when a step needs it"], facts.record)
    return Status("fresh", [], facts.record)


def _never_run(step: Step, facts: Facts, upstream: Mapping[str, Status]) -> Status:
    absent = [name for name in step.upstream if upstream[name].state == "missing" and not upstream[name].optional]
    why = [f"needs {name}, which is missing" for name in absent]
    why += [f"data not on this machine: {about}" for about in facts.absent_data.values()]
    if step.kind in ("table", "figure", "summary") and step.upstream:
        # Drawn from what may stay unmeasured, and is: it may stay undrawn with it.
        left_out = {name for name in step.upstream if upstream[name].optional and upstream[name].state == "missing"}
        without = any(source.labels is None and left_out.issuperset(source.steps) for source in step.inputs.values())
        if without or not any(facts.now.inputs.values()):
            undrawn = without or left_out.issuperset(step.upstream)
            return Status("missing", why or ["nothing to draw from yet"], None, optional=undrawn)
    return Status("missing", why or ["never run"], None, optional=step.optional)


_GONE = "the product is gone"


def own_reasons(step: Step, facts: Facts) -> Iterator[str]:
    """Why the product is not what the step would make now, apart from steps it needs that are out of date themselves."""
    record = facts.record
    if facts.problem:
        yield facts.problem
        return
    if record is None:
        unknown = facts.products[step.product.name] is not None
        yield "no record: nobody knows what made the product" if unknown else "never run"
        return
    if record.moved:
        yield f"the source changed while it ran: {', '.join(record.moved)}"
    if record.function != step.function:
        yield f"function {record.function} -> {step.function}"
    yield from differences(record.fingerprint, facts.now)
    if step.local:
        return  # another machine may have made what is recorded; what is not here, or not whole, is made when needed
    if all(found is None for found in facts.products.values()):
        yield _GONE
        return
    for name, found in facts.products.items():
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
            what = "is new" if name not in before.data else "changed" if name in now.data else "is used no more"
            yield f"data {name} {what}"
    for symbol in sorted(before.symbols.keys() | now.symbols.keys()):
        old, new = before.symbols.get(symbol), now.symbols.get(symbol)
        if old != new:
            yield f"code {symbol} {'is used now' if old is None else 'is used no more' if new is None else 'changed'}"
    for name in sorted(before.inputs.keys() | now.inputs.keys()):
        if before.inputs.get(name) != now.inputs.get(name):
            what = "is new" if name not in before.inputs else "changed" if name in now.inputs else "is used no more"
            yield f"input {name} {what}"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "..."
